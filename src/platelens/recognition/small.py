"""Letters lower than those of their row: alone, or two on top of each other."""

from __future__ import annotations

from typing import Final

import numpy as np

from platelens.recognition.ink import (
    CLOSED_FROM,
    BoolArray,
    Pieces,
    find_pieces,
    look_of,
    merge_alike,
)
from platelens.recognition.preprocess import GreyImage
from platelens.recognition.strip import LETTER_PX, STRIP_PX, Strip
from platelens.types import FloatArray

_SMALL_HEIGHT: Final = (0.28, 0.85)
_SINGLE_HEIGHT: Final = 0.55
"""A small letter that stands alone is at least so high: bolts and dots are lower."""

_STACK_HEIGHT: Final = (0.7, 1.6)
"""Of two small letters on top of each other, in LETTER_PX."""

_SMALL_REACH: Final = 0.35
"""Small letters reach at most so far above and below the others, in LETTER_PX."""

_SMALL_AWAY: Final = 2.5
"""Small letters stand at most so far from the first and last of the others, in LETTER_PX."""


def small_letters(
    strip: Strip, inks: list[GreyImage], letters: Pieces, look: FloatArray
) -> tuple[Pieces, list[list[int]]]:
    """Find letters lower than those of the row: alone, or two on top of each other.

    Gives pieces, and the numbers of those of them that make a letter or two, the upper one first.
    """
    low, high = (share * LETTER_PX for share in _SMALL_HEIGHT)
    found = find_pieces(inks, (low, high), 1.4)
    found = found.take(_beside(found, letters, strip.grey.shape[1]))
    if len(letters) < 2 or not len(found):
        return found, []
    pieces, _, support = merge_alike(found, 2)
    looks = look_of(pieces, strip.colours, inks)
    colour = np.linalg.norm(looks[:, :3] - look[:3], axis=1) / strip.contrast
    stroke = looks[:, 3] / max(float(look[3]), 0.1)
    like = (colour < 0.4) & (stroke > 0.45) & (stroke < 1.5) & (support >= 2)
    kept = np.flatnonzero(like & (pieces.width > 0.12 * pieces.height)).tolist()
    stacks = [[a, b] for a in kept for b in kept if _is_stack(pieces, a, b)]
    # Years and words stand in columns of more than two.
    twice = {n for n in kept if sum(n in stack for stack in stacks) > 1}
    ranked = [
        (stack, pieces.boxes[stack[1], 3] - pieces.boxes[stack[0], 1])
        for stack in stacks
        if not twice & set(stack)
    ]
    ranked += [([n], pieces.height[n]) for n in kept if _is_single(pieces, n)]
    groups: list[list[int]] = []
    for group, _ in sorted(ranked, key=lambda pair: -pair[1] * len(pair[0])):
        x1, x2 = pieces.boxes[group, 0].min(), pieces.boxes[group, 2].max()
        spans = [(pieces.boxes[g, 0].min(), pieces.boxes[g, 2].max()) for g in groups]
        if all(overlap_px(x1, x2, *span) <= 2 for span in spans):
            groups.append(group)
    return pieces, groups


def _beside(pieces: Pieces, letters: Pieces, width: int) -> BoolArray:
    """Tell which pieces stand where small letters may: in the gaps of a row and near its ends."""
    if not len(letters):
        return np.zeros(len(pieces), bool)
    x1, y1, x2, y2 = pieces.boxes.T
    reach, away = _SMALL_REACH * LETTER_PX, _SMALL_AWAY * LETTER_PX
    top, bottom = np.median(letters.boxes[:, 1]), np.median(letters.boxes[:, 3])
    near = (y1 >= top - reach) & (y2 <= bottom + reach) & (x1 > 0) & (x2 < width)
    near &= (x1 > letters.boxes[:, 0].min() - away) & (x2 < letters.boxes[:, 2].max() + away)
    for n in range(len(letters)):
        # What is a letter only with its gaps closed may be two on top of each other.
        if letters.sources[n] < CLOSED_FROM:
            near &= (x2 <= letters.boxes[n, 0] + 2) | (x1 >= letters.boxes[n, 2] - 2)
    return np.asarray(near)


def _is_stack(pieces: Pieces, upper: int, lower: int) -> bool:
    """Tell whether two pieces are small letters on top of each other."""
    a, b = pieces.boxes[upper], pieces.boxes[lower]
    least, most = sorted((int(pieces.height[upper]), int(pieces.height[lower])))
    if a[3] > b[1] + 3 or least < 0.75 * most or most > 0.7 * LETTER_PX:
        return False
    narrower = min(pieces.width[upper], pieces.width[lower])
    low, high = (share * LETTER_PX for share in _STACK_HEIGHT)
    return bool(low < b[3] - a[1] < high and overlap_px(a[0], a[2], b[0], b[2]) >= 0.5 * narrower)


def _is_single(pieces: Pieces, n: int) -> bool:
    """Tell whether a piece is a small letter in the middle of its row's height."""
    height, (_, y) = pieces.height[n], pieces.centre
    level = abs(y[n] - STRIP_PX / 2) < 0.25 * LETTER_PX
    shaped = 0.2 * height < pieces.width[n] < 1.1 * height
    return bool(height >= _SINGLE_HEIGHT * LETTER_PX and level and shaped)


def overlap_px(a1: float, a2: float, b1: float, b2: float) -> float:
    """Give by how much two spans overlap; negative where they are apart."""
    return min(a2, b2) - max(a1, b1)
