"""Tests of the reading scores."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from platelens.metrics.text import CharErrorRate, ExactMatch, edit_distance, fold_lookalikes


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


def test_fold_lookalikes() -> None:
    assert fold_lookalikes("OI01QLB8") == "0101QLB8"


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


@pytest.mark.parametrize("score", [ExactMatch(), CharErrorRate()], ids=["exact", "cer"])
def test_nothing_raises(score: ExactMatch | CharErrorRate) -> None:
    with pytest.raises(ValueError, match="needs a"):
        score.compute()
