"""What a threshold on the confidence keeps: the ground of every curve over thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ThresholdCounts:
    """Three arrays of one length, one entry for each distinct confidence, in falling order."""

    thresholds: NDArray[np.float64]
    kept: NDArray[np.int64]  # how many are at least that sure
    right: NDArray[np.int64]  # how many of those are right


def count_by_threshold(confidences: Sequence[float], right: Sequence[bool]) -> ThresholdCounts:
    """Count what each threshold keeps; equal confidences are kept together or not at all.

    Nothing gives arrays of length 0.

    Raises:
        ValueError: the two differ in length.
    """
    if len(confidences) != len(right):
        raise ValueError(f"{len(right)} outcomes need as many confidences, got {len(confidences)}")
    values = np.asarray(confidences, dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    falling = values[order]
    hits = np.cumsum(np.asarray(right, dtype=np.int64)[order])
    ends = np.flatnonzero(np.diff(falling, append=-np.inf))  # last of each tie
    return ThresholdCounts(falling[ends], ends + 1, hits[ends])
