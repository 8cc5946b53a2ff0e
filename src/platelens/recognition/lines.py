"""Pieces of ink -> the lines of a plate that are rows of a number."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from platelens.recognition.ink import (
    IntArray,
    Pieces,
    find_pieces,
    merge_alike,
    plate_inks,
)
from platelens.recognition.preprocess import GreyImage
from platelens.types import FloatArray

_LETTER_SHARE: Final = (0.17, 0.92)
"""Letters of a number are so high, in heights of their plate."""

_LOWEST_PX: Final = 8
"""Nothing lower can be told apart."""

_WIDEST: Final = 1.35
_LIKELY_ASPECTS: Final = (
    (0.07, 0.15, 0.3, 0.38, 0.85, 1.0, 1.15, 1.3),
    (0.2, 0.45, 0.6, 1.0, 1.0, 0.75, 0.4, 0.25),
)
"""Widths of characters in heights, and how well they become one."""

_STEEPEST: Final = 0.3
_SEEDS: Final = 6
_ALIKE_HEIGHT: Final = 0.2
_POSSIBILITIES: Final = 3
_SECOND_ROW: Final = (0.68, 1.4)
"""A second row is so high, in heights of the first; captions are lower."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where characters of one height stand side by side. Pixels of the picture it was found in."""

    offset: float  # y of the middle of the characters at x = 0
    slope: float  # how much it falls a pixel
    height: float  # of the characters
    spans: IntArray  # (N, 2) x1 and x2 of what was found, left to right
    score: float  # how much it looks like a number

    def y_at(self, x: float) -> float:
        """Give the y of the middle of the characters at `x`."""
        return self.offset + self.slope * x


def find_rows(grey: GreyImage) -> list[tuple[GreyImage, list[Line]]]:
    """Find what may be the rows of the number of a plate: a few possibilities, the likeliest first.

    Each is one row or two, the upper one first, and the picture in which their characters are
    dark: `grey` or its negative.
    """
    # Dark on light is more usual, so it goes first.
    found = [(shade, line) for shade in (grey, 255 - grey) for line in _find_lines(shade)]
    found.sort(key=lambda pair: -pair[1].score)
    return [
        (shade, _with_second(first, [line for other, line in found if other is shade], grey))
        for shade, first in found[:_POSSIBILITIES]
    ]


def _with_second(first: Line, lines: list[Line], grey: GreyImage) -> list[Line]:
    """Give a row, and a second one if there is one among `lines` that suits it."""
    low, high = (share * first.height for share in _SECOND_ROW)
    middle = grey.shape[1] / 2
    seconds = [
        line
        for line in lines
        if low < line.height < high
        and abs(line.y_at(middle) - first.y_at(middle)) > 0.9 * first.height
        and line.score > 0.25 * first.score
    ]
    return sorted([first, *seconds[:1]], key=lambda line: line.y_at(middle))


def aspect_quality(pieces: Pieces) -> FloatArray:
    """Rate the shapes of pieces as characters: (N,), 0..1."""
    return np.asarray(np.interp(pieces.width / pieces.height, *_LIKELY_ASPECTS), np.float32)


def choose(boxes: IntArray, quality: NDArray[Any], overlap_px: int) -> tuple[list[int], float]:
    """Choose the boxes side by side whose qualities add up to the most.

    Args:
        boxes: (N, 4).
        quality: (N,); boxes of negative quality are never chosen.
        overlap_px: neighbours may overlap by this.

    Returns:
        The numbers of the boxes, left to right, and the sum of their qualities.
    """
    order = np.argsort(boxes[:, 2], kind="stable").tolist()
    ends = boxes[order, 2].tolist()
    starts, gains = boxes[order, 0].tolist(), quality[order].tolist()
    best, came = [0.0], []
    for n, (start, gain) in enumerate(zip(starts, gains, strict=True)):
        before = bisect_right(ends, start + overlap_px, 0, n)
        takes = best[before] + gain > best[n]
        best.append(best[before] + gain if takes else best[n])
        came.append(before if takes else -1)
    chosen, n = [], len(order)
    while n:
        n -= 1
        if came[n] >= 0:
            chosen.append(order[n])
            n = came[n]
    return chosen[::-1], best[-1]


def fit_line(x: NDArray[Any], y: NDArray[Any], apart: float) -> tuple[float, float]:
    """Give offset and slope of a line through points, outliers aside (Theil 1950, Sen 1968).

    Only pairs of points whose x are more than `apart` from each other tell the slope.
    """
    dx, dy = x[None] - x[:, None], y[None] - y[:, None]
    far = dx > apart
    slope = _middle(dy[far] / dx[far]) if far.any() else 0.0
    slope = max(-_STEEPEST, min(_STEEPEST, slope))
    return _middle(y - slope * x), slope


def _middle(values: NDArray[Any]) -> float:
    """Give the upper median; NumPy's own takes ten times as long for few values."""
    return float(np.sort(values)[len(values) // 2])


def _find_lines(grey: GreyImage) -> list[Line]:
    """Find the lines of dark characters, the one most like a number first."""
    height, width = grey.shape
    low, high = (share * height for share in _LETTER_SHARE)
    found = find_pieces(plate_inks(grey), (max(low, _LOWEST_PX), high), _WIDEST)
    x1, y1, x2, y2 = found.boxes.T
    found = found.take((x1 > 0) & (y1 > 0) & (x2 < width) & (y2 < height))
    if len(found) < 2:
        return []
    pieces, _, support = merge_alike(found, 2)
    quality = aspect_quality(pieces) * (0.5 + 0.5 * np.minimum(1, support / 3))
    lines: list[Line] = []
    seen = np.zeros(len(pieces), bool)
    for group in _groups(pieces, width):
        # Nearly the same pieces would make the same line.
        if 2 * np.count_nonzero(seen[group]) > len(group):
            continue
        seen[group] = True
        line = _line_of(pieces, quality, group)
        if line is not None:
            lines.append(line)
        if len(lines) == _SEEDS:
            break
    lines.sort(key=lambda line: -line.score)
    apart: list[Line] = []
    for line in lines:
        y, middle = line.y_at(width / 2), width / 2
        if all(abs(y - a.y_at(middle)) > 0.4 * max(line.height, a.height) for a in apart):
            apart.append(line)
    return apart


def _groups(pieces: Pieces, width: int) -> list[IntArray]:
    """Give the pieces that are about as high and stand about level with one, for some of them.

    Those groups that cover the most come first.
    """
    (x, y), heights = pieces.centre, pieces.height.astype(np.float64)
    # Pieces at the same place with the same height would give the same group.
    places = np.stack([heights / 3, y / 3, x / 30], axis=1).round().astype(np.int64)
    _, seeds = np.unique(places, axis=0, return_index=True)
    ranked = []
    for seed in seeds.tolist():
        height = heights[seed]
        level = np.abs(y - y[seed]) < 0.15 * height + 0.15 * np.abs(x - x[seed])
        group = np.flatnonzero(level & (np.abs(heights - height) < _ALIKE_HEIGHT * height))
        steps = np.bincount(pieces.boxes[group, 0], minlength=width + 1)
        steps -= np.bincount(pieces.boxes[group, 2], minlength=width + 1)
        ranked.append((np.count_nonzero(np.cumsum(steps)) * height**0.7, group))
    return [group for _, group in sorted(ranked, key=lambda pair: -pair[0])]


def _line_of(pieces: Pieces, quality: NDArray[Any], group: IntArray) -> Line | None:
    """Make the line of a group of pieces; None where they are not two."""
    (x, y), heights = pieces.centre, pieces.height
    total = 0.0
    for strict in (False, True):
        numbers, total = choose(pieces.boxes[group], quality[group], 2)
        group = group[numbers]
        if len(group) < 2:
            return None
        height = _middle(heights[group])
        offset, slope = fit_line(x[group], y[group], 0.5 * height)
        if not strict:
            level = np.abs(y - (offset + slope * x)) < 0.14 * height
            group = np.flatnonzero(level & (np.abs(heights - height) < _ALIKE_HEIGHT * height))
    return Line(offset, slope, height, pieces.boxes[group][:, [0, 2]], total * height**1.5)
