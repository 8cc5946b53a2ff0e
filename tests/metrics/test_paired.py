"""Tests of the comparison of two readers on the same pictures."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from platelens.metrics.interval import Interval, bootstrap_interval
from platelens.metrics.paired import McNemar, bootstrap_difference


def _differing(first_only: int, second_only: int, *, alike: int = 0) -> McNemar:
    test = McNemar()
    for count, first, second in [(first_only, True, False), (second_only, False, True)]:
        for _ in range(count):
            test.update(first=first, second=second)
    for number in range(alike):
        test.update(first=number % 2 == 0, second=number % 2 == 0)
    return test


class TestMcNemar:
    """Tests of the exact test."""

    @pytest.mark.parametrize(
        ("first_only", "second_only", "expected"),
        [
            (0, 0, 1.0),
            (1, 0, 1.0),
            (0, 5, 2 / 32),
            (6, 0, 2 / 64),
            (1, 7, 2 * (1 + 8) / 256),
            (2, 8, 2 * (1 + 10 + 45) / 1024),
            (4, 4, 1.0),
        ],
        ids=["never differ", "once", "0:5", "6:0", "1:7", "2:8", "even"],
    )
    def test_hand_worked(self, first_only: int, second_only: int, expected: float) -> None:
        assert _differing(first_only, second_only, alike=3).compute() == pytest.approx(expected)

    @pytest.mark.parametrize("tosses", range(1, 11))
    def test_equals_all_tosses(self, tosses: int) -> None:
        heads = [sum(coins) for coins in product((0, 1), repeat=tosses)]
        for seen in range(tosses + 1):
            off = abs(seen - tosses / 2)
            as_far = sum(abs(h - tosses / 2) >= off for h in heads) / len(heads)
            assert _differing(seen, tosses - seen).compute() == pytest.approx(as_far)

    @pytest.mark.parametrize(
        ("first_only", "second_only"),
        [(40, 60), (130, 90), (500, 500), (3, 400), (5100, 4900)],
        ids=["40:60", "130:90", "even", "lopsided", "many"],
    )
    def test_equals_scipy(self, first_only: int, second_only: int) -> None:
        stats = pytest.importorskip("scipy.stats", reason="needs the `data` extra")
        expected = stats.binomtest(first_only, first_only + second_only, 0.5).pvalue
        test = McNemar(first_only, second_only, first_only + second_only)
        assert test.compute() == pytest.approx(expected, rel=1e-9)

    def test_counts(self) -> None:
        assert _differing(2, 3, alike=4) == McNemar(first_only=2, second_only=3, plates=9)

    def test_merge_adds(self) -> None:
        test = _differing(1, 2, alike=1)
        test.merge(_differing(3, 0, alike=2))
        assert test == _differing(4, 2, alike=3)

    def test_nothing_raises(self) -> None:
        with pytest.raises(ValueError, match="needs a plate"):
            McNemar().compute()


class TestBootstrapDifference:
    """Tests of the interval of a difference."""

    def test_equals_all_possible_draws_of_few_images(self) -> None:
        first, second = [(0, 1), (1, 1), (2, 3)], [(1, 1), (1, 2), (0, 3)]

        def rate(counts: list[tuple[int, int]], images: tuple[int, ...]) -> float:
            return sum(counts[i][0] for i in images) / sum(counts[i][1] for i in images)

        draws = [rate(first, i) - rate(second, i) for i in product(range(3), repeat=3)]
        low, high = np.quantile(draws, [0.1, 0.9])
        interval = bootstrap_difference(first, second, level=0.8, resamples=20_000)
        assert interval.low == pytest.approx(low)
        assert interval.high == pytest.approx(high)

    def test_near_the_normal_interval_of_many_images(self) -> None:
        # 400 plates: 60 only the first reads, 20 only the second, 240 both, 80 neither. The
        # difference d = 0.1 has the variance ((60 + 20) / 400 - d^2) / 400.
        first = [(1, 1)] * 60 + [(0, 1)] * 20 + [(1, 1)] * 240 + [(0, 1)] * 80
        second = [(0, 1)] * 60 + [(1, 1)] * 20 + [(1, 1)] * 240 + [(0, 1)] * 80
        half = 1.96 * ((0.2 - 0.01) / 400) ** 0.5
        interval = bootstrap_difference(first, second)
        assert interval.low == pytest.approx(0.1 - half, abs=0.006)
        assert interval.high == pytest.approx(0.1 + half, abs=0.006)

    def test_same_reader_differs_by_nothing(self) -> None:
        counts = [(1, 1), (0, 2), (3, 3)]
        assert bootstrap_difference(counts, counts) == Interval(0.0, 0.0)

    def test_images_are_paired(self) -> None:
        # Images differ much, the readers little: the second misses one plate more on the hard ones.
        first = [(2, 10), (10, 10)] * 20
        second = [(1, 10), (10, 10)] * 20
        paired = bootstrap_difference(first, second)
        single = bootstrap_interval([p for p, _ in first], [w for _, w in first])
        assert paired.high - paired.low < (single.high - single.low) / 4

    def test_against_a_rate_that_never_varies_is_the_single_interval(self) -> None:
        parts, wholes = [1, 0, 2, 1], [1, 1, 3, 2]
        single = bootstrap_interval(parts, wholes)
        paired = bootstrap_difference(list(zip(parts, wholes, strict=True)), [(0, 1)] * 4)
        assert paired == single

    def test_swapping_turns_the_sign(self) -> None:
        first, second = [(1, 1), (0, 1), (1, 1), (1, 1)], [(0, 1), (0, 1), (1, 1), (0, 1)]
        one, other = bootstrap_difference(first, second), bootstrap_difference(second, first)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert one.high > 0

    def test_images_with_nothing_to_count_change_nothing(self) -> None:
        first = [(1, 1), (0, 1), (1, 2), (5, 7), (2, 9), (3, 3)]
        second = [(0, 1), (0, 0), (1, 1), (6, 7), (0, 9), (2, 3)]
        empty = [(0, 0)] * 3
        expected = bootstrap_difference(first, second)
        assert bootstrap_difference([*first, *empty], [*second, *empty]) == expected

    def test_draws_without_one_of_the_rates_are_left_out(self) -> None:
        # Only draws with both images have both rates: 1/1 - 0/1.
        assert bootstrap_difference([(1, 1), (0, 0)], [(0, 0), (0, 1)]) == Interval(1.0, 1.0)

    def test_same_seed_same_interval(self) -> None:
        first, second = [(1, 1), (0, 1), (1, 2)], [(0, 1), (1, 1), (2, 2)]
        one, same = (bootstrap_difference(first, second, seed=5, resamples=50) for _ in range(2))
        assert one == same

    @pytest.mark.parametrize(
        ("first", "second", "message"),
        [
            ([], [], "something to count"),
            ([(0, 0)], [(1, 1)], "something to count"),
            ([(1, 1)], [(0, 0)], "something to count"),
            ([(1, 1)], [(1, 1), (1, 1)], "same images"),
        ],
        ids=["nothing", "first empty", "second empty", "lengths"],
    )
    def test_refuses(
        self, first: list[tuple[int, int]], second: list[tuple[int, int]], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            bootstrap_difference(first, second)
