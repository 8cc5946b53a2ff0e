"""Tests of the bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from platelens.metrics.interval import (
    Interval,
    bootstrap_interval,
    bootstrap_statistic,
    bootstrap_sums,
)


def test_near_the_normal_interval_of_many_images() -> None:
    # 400 images with one plate each, 300 read: 0.75 +- 1.96 * sqrt(0.75 * 0.25 / 400).
    interval = bootstrap_interval([1] * 300 + [0] * 100, [1] * 400)
    half = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert interval.low == pytest.approx(0.75 - half, abs=0.006)
    assert interval.high == pytest.approx(0.75 + half, abs=0.006)


def test_equals_all_possible_draws_of_few_images() -> None:
    parts, wholes = [0, 1, 2], [1, 1, 3]
    draws = [
        sum(parts[i] for i in images) / sum(wholes[i] for i in images)
        for images in product(range(3), repeat=3)
    ]
    low, high = np.quantile(draws, [0.1, 0.9])
    interval = bootstrap_interval(parts, wholes, level=0.8, resamples=20_000)
    assert interval.low == pytest.approx(low)
    assert interval.high == pytest.approx(high)


def test_images_are_drawn_whole() -> None:
    # The same 40 plates: on 40 images, and ten at a time on 4; the latter is less sure.
    single = bootstrap_interval([1, 0] * 20, [1] * 40)
    grouped = bootstrap_interval([10, 0, 10, 0], [10] * 4)
    assert grouped.high - grouped.low > single.high - single.low


def test_same_seed_same_interval() -> None:
    parts, wholes = [1, 0, 1, 1, 0, 1, 1], [1, 1, 2, 1, 1, 1, 3]
    assert bootstrap_interval(parts, wholes, seed=3) == bootstrap_interval(parts, wholes, seed=3)


def test_images_with_nothing_to_count_change_nothing() -> None:
    expected = bootstrap_interval([1, 0, 1], [1, 1, 1])
    assert bootstrap_interval([1, 0, 0, 1, 0], [1, 0, 1, 1, 0]) == expected


def test_certain_rate_has_no_width() -> None:
    assert bootstrap_interval([2, 1], [2, 1]) == Interval(1.0, 1.0)


@pytest.mark.parametrize(
    ("parts", "wholes", "level", "message"),
    [
        ([], [], 0.95, "something to count"),
        ([0, 0], [0, 0], 0.95, "something to count"),
        ([1], [1, 1], 0.95, "as many wholes"),
        ([1], [1], 95.0, "level"),
    ],
    ids=["nothing", "only empty images", "lengths", "percent"],
)
def test_refuses(parts: list[int], wholes: list[int], level: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(parts, wholes, level=level)


def test_any_function_of_sums() -> None:
    # F1 = 2 M / (D + T) of three images, over all possible draws.
    counts = np.array([[1, 0, 2], [1, 1, 3], [1, 2, 2]], dtype=np.float64)  # M, D, T
    draws = []
    for images in product(range(3), repeat=3):
        matched, detections, truths = (sum(row[i] for i in images) for row in counts)
        draws.append(2 * matched / (detections + truths))
    low, high = np.quantile(draws, [0.1, 0.9])
    interval = bootstrap_sums(
        counts, lambda s: 2 * s[0] / (s[1] + s[2]), level=0.8, resamples=20_000
    )
    assert interval.low == pytest.approx(low)
    assert interval.high == pytest.approx(high)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_ends_cut_off_tails_of_one_size(level: float) -> None:
    numbers = (1.0, 3.0, 10.0, 31.0)
    sums = np.array([sum(drawn) for drawn in product(numbers, repeat=4)])  # of all draws
    interval = bootstrap_sums(np.array([numbers]), lambda s: s[0], level=level, resamples=20_000)
    tail, slack = (1 - level) / 2, 0.01  # the draws are random
    assert (sums < interval.low).mean() - slack <= tail <= (sums <= interval.low).mean() + slack
    assert (sums > interval.high).mean() - slack <= tail <= (sums >= interval.high).mean() + slack


def test_draws_whose_value_is_nan_are_left_out() -> None:
    counts = np.array([[1.0, 3.0]])  # sums 2, 4, 4, 6
    interval = bootstrap_sums(counts, lambda s: np.where(s[0] == 4, np.nan, s[0]))
    assert interval == Interval(2.0, 6.0)


def test_refuses_a_statistic_that_is_never_defined() -> None:
    with pytest.raises(ValueError, match="none of the draws"):
        bootstrap_sums(np.ones((1, 2)), lambda s: s[0] * np.nan, resamples=10)


def test_refuses_no_draws() -> None:
    with pytest.raises(ValueError, match="resamples"):
        bootstrap_interval([1], [1], resamples=0)


def test_the_interval_of_any_statistic_agrees_with_that_of_a_rate() -> None:
    parts, wholes = [1, 0, 2, 1, 0, 1, 3, 0], [1, 1, 2, 2, 1, 1, 4, 2]

    def rate(pairs: Sequence[tuple[int, int]]) -> float:
        return sum(p for p, _ in pairs) / sum(w for _, w in pairs)

    slow = bootstrap_statistic(list(zip(parts, wholes, strict=True)), rate, resamples=2000)
    fast = bootstrap_interval(parts, wholes)
    assert (slow.low, slow.high) == pytest.approx((fast.low, fast.high))


def test_draws_without_a_value_are_left_out() -> None:
    def mean_of_ones(drawn: Sequence[int]) -> float:
        if 1 not in drawn:
            raise ValueError("no one")
        return drawn.count(1) / len(drawn)

    interval = bootstrap_statistic([0, 0, 0, 1], mean_of_ones)
    assert interval.low >= 0.25


@pytest.mark.parametrize("pieces", [[], [0, 0]], ids=["no image", "never a value"])
def test_a_statistic_without_a_value_has_no_interval(pieces: list[int]) -> None:
    def never(_drawn: Sequence[int]) -> float:
        raise ValueError("nothing")

    with pytest.raises(ValueError, match="something to count"):
        bootstrap_statistic(pieces, never)
