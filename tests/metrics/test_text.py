"""Tests of the reading scores."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from platelens.metrics.text import (
    CharErrorRate,
    ExactMatch,
    TopAccuracy,
    edit_distance,
)


def _recursive_distance(a: str, b: str) -> int:
    """Give the same distance straight from its definition: drop, add or change the last one."""

    @cache
    def distance(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        changed = distance(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, changed)

    return distance(len(a), len(b))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("", "", 0),
        ("", "ABC", 3),
        ("AB12CDE", "AB12CDE", 0),
        ("AB12CDE", "A812CDE", 1),
        ("AB12CDE", "AB2CDE", 1),
        ("AB12CDE", "BA12CDE", 2),
        ("KITTEN", "SITTING", 3),
    ],
    ids=["empty", "all added", "same", "changed", "dropped", "swapped", "textbook"],
)
def test_edit_distance(a: str, b: str, expected: int) -> None:
    assert edit_distance(a, b) == expected
    assert edit_distance(b, a) == expected


@pytest.mark.parametrize("seed", range(30))
def test_edit_distance_equals_its_definition(seed: int) -> None:
    draw = np.random.default_rng(seed)
    a, b = ("".join(draw.choice(list("AB01"), int(draw.integers(0, 10)))) for _ in range(2))
    assert edit_distance(a, b) == _recursive_distance(a, b)


def test_exact_match_counts_whole_texts() -> None:
    score = ExactMatch()
    for read, truth in [("AB1", "AB1"), ("AB1", "AB2"), ("", "AB1"), ("O1", "01")]:
        score.update(read, truth)
    assert score.compute() == pytest.approx(1 / 4)


def test_exact_match_folded() -> None:
    score = ExactMatch(fold=True)
    for read, truth in [("O1", "01"), ("0I", "O1"), ("Q1", "01")]:
        score.update(read, truth)
    assert score.compute() == pytest.approx(2 / 3)


def test_exact_match_merges() -> None:
    first, second = ExactMatch(), ExactMatch()
    first.update("A", "A")
    second.update("A", "B")
    first.merge(second)
    assert (first.right, first.texts) == (1, 2)


def test_exact_match_refuses_to_mix_folded_and_not() -> None:
    with pytest.raises(ValueError, match="folded"):
        ExactMatch().merge(ExactMatch(fold=True))


def test_char_error_rate_sums_before_dividing() -> None:
    score = CharErrorRate()
    score.update("A", "B")  # 1 edit of 1
    score.update("ABCDEFGHI", "ABCDEFGHI")  # 0 edits of 9
    assert score.compute() == pytest.approx(1 / 10)  # not (1 + 0) / 2


def test_char_error_rate_can_pass_one() -> None:
    score = CharErrorRate()
    score.update("XYZ", "A")
    assert score.compute() == pytest.approx(3.0)


def test_char_error_rate_merges() -> None:
    first, second = CharErrorRate(), CharErrorRate()
    first.update("AB", "AC")
    second.update("", "AB")
    first.merge(second)
    assert (first.edits, first.characters) == (3, 4)


@pytest.mark.parametrize(
    ("first", "expected"), [(1, 1 / 5), (2, 2 / 5), (3, 3 / 5), (9, 3 / 5)], ids=str
)
def test_top_accuracy(first: int, expected: float) -> None:
    score = TopAccuracy(first)
    for candidates, truth in [
        (("AB1", "A81"), "AB1"),
        (("A81", "AB1"), "AB1"),
        (("A81", "AD1", "AB1"), "AB1"),
        (("A81",), "AB1"),
        ((), "AB1"),
    ]:
        score.update(candidates, truth)
    assert score.compute() == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_top_accuracy_equals_the_mean_over_ranks(seed: int) -> None:
    draw = np.random.default_rng(seed)
    orders = [[str(x) for x in draw.permutation(list("ABCDEF"))] for _ in range(40)]
    for first in range(1, 7):
        score = TopAccuracy(first)
        for order in orders:
            score.update(order, "C")
        ranks = [order.index("C") for order in orders]
        assert score.compute() == pytest.approx(np.mean(np.array(ranks) < first))


def test_top_accuracy_merges() -> None:
    one, other = TopAccuracy(2), TopAccuracy(2)
    one.update(["A", "B"], "B")
    other.update(["A", "B"], "C")
    other.update(["A", "B"], "A")
    one.merge(other)
    assert (one.right, one.answers) == (2, 3)


def test_top_accuracy_refuses_to_mix_numbers_of_candidates() -> None:
    with pytest.raises(ValueError, match="top 1 and top 3"):
        TopAccuracy(1).merge(TopAccuracy(3))


def test_top_accuracy_refuses_no_candidates() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        TopAccuracy(0)


@pytest.mark.parametrize(
    "score", [ExactMatch(), TopAccuracy(3), CharErrorRate()], ids=["exact", "top", "cer"]
)
def test_nothing_raises(score: ExactMatch | TopAccuracy | CharErrorRate) -> None:
    with pytest.raises(ValueError, match=r"needs an? "):
        score.compute()
