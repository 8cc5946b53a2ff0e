from __future__ import annotations

import numpy as np
import pytest

from platelens.tracking import match_pairs

NEVER = float("inf")


@pytest.mark.parametrize(
    ("costs", "pairs"),
    [
        ([[1.0, 2.0], [1.0, 9.0]], [(0, 1), (1, 0)]),  # not the greedy choice
        ([[NEVER, 1.0], [NEVER, 2.0]], [(0, 1)]),
        ([[NEVER, NEVER]], []),
        ([[5.0, 1.0, NEVER]], [(0, 1)]),
        ([[3.0], [2.0], [4.0]], [(1, 0)]),
        ([[1.0, NEVER], [1.5, NEVER]], [(0, 0)]),
    ],
    ids=["cheapest in all", "one column", "none", "wide", "tall", "one may not"],
)
def test_pairs_are_the_cheapest(costs: list[list[float]], pairs: list[tuple[int, int]]) -> None:
    assert match_pairs(np.array(costs)) == pairs


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_nothing_gives_nothing(shape: tuple[int, int]) -> None:
    assert match_pairs(np.zeros(shape)) == []
