"""Which sighting belongs to which track: the cheapest assignment."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

_FORBIDDEN: Final = 1e6


def match_pairs(costs: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Give (row, column) pairs, each row and column once at most, as many as may be.

    Of all ways to pair them, the cheapest (Kuhn 1955).

    Args:
        costs: (R, C); inf = may not be paired.
    """
    # With inf among them there may be no assignment at all; such pairs are taken out below.
    rows, columns = linear_sum_assignment(np.minimum(costs, _FORBIDDEN))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if costs[row, column] < _FORBIDDEN]
