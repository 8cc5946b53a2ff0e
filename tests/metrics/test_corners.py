"""Tests of the corner scores."""

from __future__ import annotations

import numpy as np
import pytest

from platelens.metrics.corners import CornerError, corner_error_px, plate_width_px
from platelens.types import Quad


def _plate(width: float = 100.0, dx: float = 0.0, dy: float = 0.0) -> Quad:
    """Draw an upright plate of height 20, shifted by (dx, dy)."""
    return Quad((dx, dy), (width + dx, dy), (width + dx, 20 + dy), (dx, 20 + dy))


def _quad(corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Quad:
    tl, tr, br, bl = ((float(x), float(y)) for x, y in corners)
    return Quad(tl, tr, br, bl)


def test_shift_moves_each_corner_alike() -> None:
    assert corner_error_px(_plate(dx=3, dy=4), _plate()) == pytest.approx(5)


def test_one_wrong_corner_counts_a_quarter() -> None:
    found = Quad((-8.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0))
    assert corner_error_px(found, _plate()) == pytest.approx(2)


def test_plate_that_is_turned_round_is_wrong() -> None:
    tl, tr, br, bl = _plate().points
    # Each corner lies at the far end of a diagonal of 100 x 20.
    assert corner_error_px(Quad(br, bl, tl, tr), _plate()) == pytest.approx(10_400**0.5)


def test_width_is_the_mean_of_top_and_bottom() -> None:
    # The top side is 3-4-5 times 10 long, the bottom one 70.
    assert plate_width_px(Quad((0, 0), (30, 40), (70, 90), (0, 90))) == pytest.approx(60)


def test_hand_worked() -> None:
    score = CornerError()
    score.update(_plate(dx=1), _plate())  # 1 px, 0.01
    score.update(_plate(50, dx=2), _plate(50))  # 2 px, 0.04
    score.update(_plate(300, dy=9), _plate(300))  # 9 px, 0.03
    scores = score.compute()
    assert scores.mean_px == pytest.approx(4)
    assert scores.median_px == pytest.approx(2)
    assert scores.mean_relative == pytest.approx(0.08 / 3)
    assert scores.median_relative == pytest.approx(0.03)


def test_relative_to_the_labelled_plate_not_to_the_found_one() -> None:
    score = CornerError()
    score.update(_plate(60), _plate(50))  # the two right corners are 10 px off
    assert score.compute().mean_relative == pytest.approx(5 / 50)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(0.0, 0.0), (0.25, 0.5), (0.26, 0.75), (9.0, 1.0)],
    ids=["none", "at the limit is not under", "just over the limit", "all"],
)
def test_part_under(fraction: float, expected: float) -> None:
    score = CornerError()
    for shift in (6.25, 12.5, 25, 50):
        score.update(_plate(dx=shift), _plate())
    assert score.part_under(fraction) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_equals_numpy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    found, truth = draw.uniform(0, 500, (2, 7, 4, 2))  # 7 plates, even of no sensible form
    score = CornerError()
    for f, t in zip(found, truth, strict=True):
        score.update(_quad(f), _quad(t))
    errors = np.sqrt(((found - truth) ** 2).sum(axis=2)).mean(axis=1)  # (7,)
    sides = np.linalg.norm(truth[:, [1, 2]] - truth[:, [0, 3]], axis=2)  # top, bottom
    relative = errors / sides.mean(axis=1)
    scores = score.compute()
    assert scores.mean_px == pytest.approx(errors.mean())
    assert scores.median_px == pytest.approx(np.median(errors))
    assert scores.mean_relative == pytest.approx(relative.mean())
    assert scores.median_relative == pytest.approx(np.median(relative))


def test_merge_equals_one_pass() -> None:
    # The median of all, 2, is not the median of the two shards' medians.
    first, second, both = CornerError(), CornerError(), CornerError()
    for shift in (1, 2, 30):
        first.update(_plate(dx=shift), _plate())
        both.update(_plate(dx=shift), _plate())
    for shift in (1, 90):
        second.update(_plate(dx=shift), _plate())
        both.update(_plate(dx=shift), _plate())
    first.merge(second)
    assert first == both
    assert first.compute().median_px == pytest.approx(2)


def test_nothing_raises() -> None:
    with pytest.raises(ValueError, match="matched plate"):
        CornerError().compute()
    with pytest.raises(ValueError, match="matched plate"):
        CornerError().part_under(0.1)


def test_refuses_a_plate_without_width() -> None:
    score = CornerError()
    with pytest.raises(ValueError, match="with a width"):
        score.update(_plate(), Quad((0, 0), (0, 0), (0, 20), (0, 20)))
    assert score == CornerError()  # nothing half added
