"""How sure a rate is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a rate lies, with the asked probability."""

    low: float
    high: float


def bootstrap_interval(
    parts: Sequence[float],
    wholes: Sequence[float],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Give the percentile bootstrap interval of sum(parts) / sum(wholes), resampled by image.

    Plates of one image are not independent, so whole images are drawn: from the n images, n are
    drawn with replacement, sum(parts) / sum(wholes) is taken over them, and that `resamples`
    times; the interval reaches from the (1 - level) / 2 to the (1 + level) / 2 quantile of these
    rates (Efron, 1979). Images whose whole is 0 have nothing to say and are left out first. The
    same seed gives the same interval. A rate of 0 or 1 gives an interval without width: it means
    that nothing was seen to vary, not that the rate is certain.

    Args:
        parts: for each image, how many counted (plates read exactly, say).
        wholes: for each image, out of how many.
        level: probability that the interval is to have, between 0 and 1.
        resamples: how many times to draw.
        seed: of the random draws.

    Raises:
        ValueError: there is nothing to count, or the two differ in length.
    """
    if len(parts) != len(wholes):
        raise ValueError(f"{len(parts)} parts need as many wholes, got {len(wholes)}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    pairs = np.asarray([parts, wholes], dtype=np.float64)  # (2, images)
    pairs = pairs[:, pairs[1] > 0]
    count = pairs.shape[1]
    if count == 0:
        raise ValueError("an interval needs an image with something to count")
    draw = np.random.default_rng(seed)
    sums = np.asarray(
        [pairs[:, draw.integers(0, count, count)].sum(axis=1) for _ in range(resamples)]
    )  # (resamples, 2)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
