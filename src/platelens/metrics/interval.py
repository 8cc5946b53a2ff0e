"""How sure a rate is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Piece = TypeVar("_Piece")


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a rate lies, with the asked probability."""

    low: float
    high: float


def bootstrap_sums(
    counts: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Give the percentile bootstrap interval of a function of sums over images.

    Plates of one image are not independent, so whole images are drawn: from the n images, n are
    drawn with replacement, the counts are summed over them, the statistic is taken of the sums,
    and that `resamples` times; the interval reaches from the (1 - level) / 2 to the
    (1 + level) / 2 quantile of the statistics (Efron, 1979). The same seed gives the same interval.

    Args:
        counts: (K, images), what is counted on each image.
        statistic: from the sums, (K, resamples), to one value for each draw; nan leaves it out.
        level: probability that the interval is to have, between 0 and 1.
        resamples: how many times to draw.
        seed: of the random draws.

    Raises:
        ValueError: there is no image, or the statistic has no value in any draw.
    """
    draws = _draws(counts.shape[1], resamples=resamples, seed=seed)
    sums = np.asarray([counts[:, drawn].sum(axis=1) for drawn in draws]).T  # (K, resamples)
    values = statistic(sums)
    return _percentiles(values[~np.isnan(values)], level)


def bootstrap_interval(
    parts: Sequence[float],
    wholes: Sequence[float],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Give the percentile bootstrap interval of sum(parts) / sum(wholes), by `bootstrap_sums`.

    Images whose whole is 0 have nothing to say and are left out first. A rate of 0 or 1 gives an
    interval without width: it means that nothing was seen to vary, not that the rate is certain.

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
    pairs = np.asarray([parts, wholes], dtype=np.float64)  # (2, images)
    return bootstrap_sums(
        pairs[:, pairs[1] > 0],
        lambda sums: sums[0] / sums[1],
        level=level,
        resamples=resamples,
        seed=seed,
    )


def bootstrap_statistic(
    pieces: Sequence[_Piece],
    statistic: Callable[[Sequence[_Piece]], float],
    *,
    level: float = 0.95,
    resamples: int = 300,
    seed: int = 0,
) -> Interval:
    """Give the percentile bootstrap interval of any function of images, drawn as `bootstrap_sums`.

    For what is no sum over a sum: areas under curves, means over classes. It is slower.

    Args:
        pieces: what each image gives to the statistic.
        statistic: from drawn pieces to a value; a draw on which it raises ValueError is left out.
        level: probability that the interval is to have, between 0 and 1.
        resamples: how many times to draw.
        seed: of the random draws.

    Raises:
        ValueError: there is no image, or the statistic has no value in any draw.
    """
    values = []
    for drawn in _draws(len(pieces), resamples=resamples, seed=seed):
        try:
            values.append(statistic([pieces[i] for i in drawn]))
        except ValueError:
            continue
    return _percentiles(np.asarray(values, dtype=np.float64), level)


def _draws(images: int, *, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Give, `resamples` times, the numbers of as many images as there are, with replacement."""
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, got {resamples}")
    if images == 0:
        raise ValueError("an interval needs an image with something to count")
    draw = np.random.default_rng(seed)
    for _ in range(resamples):
        yield draw.integers(0, images, images)


def _percentiles(values: NDArray[np.float64], level: float) -> Interval:
    """Give the interval that holds the middle `level` of the values of the draws."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    if values.size == 0:
        raise ValueError("none of the draws has something to count")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
