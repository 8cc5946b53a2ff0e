"""Two readers on the same pictures: is one better, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platelens.metrics.interval import Interval, bootstrap_sums


@dataclass(slots=True)
class McNemar:
    """McNemar's exact two-sided test of whether two readers are right equally often.

    Of n plates on which just one of the two is right, b are the first one's and c the second
    one's. If both were equally good, b would be binomial with n tosses of a fair coin, so

        p = min(1, 2 * sum over k = 0..min(b, c) of C(n, k) / 2^n),

    1 when they never differ. It takes the plates for independent, which those of one image are
    not quite; `bootstrap_difference` does without that.
    """

    first_only: int = 0
    second_only: int = 0
    plates: int = 0

    def update(self, *, first: bool, second: bool) -> None:
        """Add one plate: whether each of the two was right."""
        self.first_only += first and not second
        self.second_only += second and not first
        self.plates += 1

    def merge(self, other: McNemar) -> None:
        """Add the plates of `other`."""
        self.first_only += other.first_only
        self.second_only += other.second_only
        self.plates += other.plates

    def compute(self) -> float:
        """Give p, 0..1; ValueError when there was no plate."""
        if self.plates == 0:
            raise ValueError("McNemar's test needs a plate")
        tosses = self.first_only + self.second_only
        ways = total = 1  # C(tosses, k) and its sum, as whole numbers: exact
        for k in range(min(self.first_only, self.second_only)):
            ways = ways * (tosses - k) // (k + 1)
            total += ways
        return min(1.0, 2 * total / (1 << tosses))


def bootstrap_difference(
    first: Sequence[tuple[float, float]],
    second: Sequence[tuple[float, float]],
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Give the percentile bootstrap interval of the first rate less the second, by image.

    Each rate is sum(part) / sum(whole) over images. The same images are drawn for both, as
    `bootstrap_sums` draws them, so that what makes an image hard for both does not widen the
    interval. Images on which neither counts anything are left out first; so are draws in which
    one of the two counts nothing.

    Args:
        first: for each image, (how many counted, out of how many).
        second: likewise for the other reader, the images in the same order.
        level: probability that the interval is to have, between 0 and 1.
        resamples: how many times to draw.
        seed: of the random draws.

    Raises:
        ValueError: one of the two counts nothing at all, or they differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"both need the same images, got {len(first)} and {len(second)}")
    if not (any(whole > 0 for _, whole in first) and any(whole > 0 for _, whole in second)):
        raise ValueError("a difference needs something to count on both sides")
    counts = np.asarray([(*a, *b) for a, b in zip(first, second, strict=True)], dtype=np.float64)
    kept = counts[(counts[:, 1] > 0) | (counts[:, 3] > 0)].T  # (4, images)
    return bootstrap_sums(
        kept,
        lambda sums: _rates(sums[0], sums[1]) - _rates(sums[2], sums[3]),
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _rates(parts: NDArray[np.float64], wholes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide; nan where the whole is 0."""
    return np.divide(parts, wholes, out=np.full_like(parts, np.nan), where=wholes > 0)
