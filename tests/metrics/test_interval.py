"""Tests of the bootstrap interval."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from platelens.metrics.interval import Interval, bootstrap_interval


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
