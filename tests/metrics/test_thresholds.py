"""Tests of what a threshold keeps."""

from __future__ import annotations

import numpy as np
import pytest

from platelens.metrics.thresholds import count_by_threshold


def test_hand_worked() -> None:
    counts = count_by_threshold([0.5, 0.9, 0.5, 0.7], [True, True, False, False])
    assert counts.thresholds.tolist() == [0.9, 0.7, 0.5]
    assert counts.kept.tolist() == [1, 2, 4]
    assert counts.right.tolist() == [1, 1, 2]


@pytest.mark.parametrize("seed", range(10))
def test_equals_counting_at_each_threshold(seed: int) -> None:
    draw = np.random.default_rng(seed)
    confidences = (draw.integers(0, 8, 30) / 8).tolist()
    right = (draw.random(30) < 0.5).tolist()
    counts = count_by_threshold(confidences, right)
    assert counts.thresholds.tolist() == sorted(set(confidences), reverse=True)
    for number, threshold in enumerate(counts.thresholds):
        kept = [r for c, r in zip(confidences, right, strict=True) if c >= threshold]
        assert (counts.kept[number], counts.right[number]) == (len(kept), sum(kept))


def test_nothing_gives_nothing() -> None:
    counts = count_by_threshold([], [])
    assert (counts.thresholds.size, counts.kept.size, counts.right.size) == (0, 0, 0)


def test_refuses_a_missing_confidence() -> None:
    with pytest.raises(ValueError, match="as many confidences"):
        count_by_threshold([0.5], [True, False])
