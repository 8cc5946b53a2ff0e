"""Plate crop -> its characters, one by one, by classical means.

First the lines of the plate are found in which pieces of ink of one height stand side by side;
the tallest and fullest of them, or two, are the rows of the number. Each row is then looked at
again, level and at one height: with thresholds that suit its own greys, joined characters cut
apart, and what differs from the rest by colour, stroke or height left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from platelens.recognition.ink import (
    BoolArray,
    IntArray,
    Pieces,
    cut_ink,
    find_pieces,
    look_of,
    merge_alike,
    row_inks,
)
from platelens.recognition.lines import aspect_quality, choose, find_rows, fit_line
from platelens.recognition.preprocess import GreyImage, plate_grey, plate_scale, scale_by
from platelens.recognition.small import overlap_px, small_letters
from platelens.recognition.strip import AROUND_PX, LETTER_PX, STRIP_PX, Strip, cut_strip
from platelens.types import Box, FloatArray, RgbImage, Step

_NEAR_PX: Final = 5
"""So far above and below may the ink of a character reach; frames and captions end there."""

_LEAST_CONTRAST: Final = 16
"""Of ink and ground, in greys; less is noise."""

_LETTER_HEIGHT: Final = (0.78, 1.25)
"""Of the characters of a row, in LETTER_PX."""

_OFF_LEVEL: Final = 0.16
"""The middle of a character is at most so far from that of its row, in LETTER_PX."""

_WIDE: Final = 0.85
"""Pieces wider than this, in LETTER_PX, may be two characters that touch; W and M are so wide."""

_WIDEST: Final = (1.3, 8.0)
"""No character is wider than the first, in LETTER_PX; what is wider than the second is a frame."""

_USUAL_WIDTH: Final = 0.52
"""Of a character with its share of the gaps, in LETTER_PX."""

_NARROWEST_PART: Final = 0.25
_THICKEST_JOINT: Final = 0.45
"""Where characters touch there is at most so much ink, in LETTER_PX."""

_CUT_TRUST: Final = 0.5
"""What a part of a piece that was cut counts, beside a whole one."""

_EDGE_WIDTH: Final = 0.3
"""What touches the left or right edge and is narrower is a part of a frame."""

_EDGE_TRUST: Final = 0.7
"""What a piece at that edge counts, beside another."""

_COLOUR, _STROKE, _LEVEL = 0.35, 0.6, 0.12
"""Differences from the rest of the row at which a piece counts e times less: of the colour in
contrasts of ink and ground, of the logarithm of the stroke width, and of the height of top or
bottom in LETTER_PX."""

_DOUBT: Final = 0.2
"""Pieces of less quality than this are no characters."""

_SURE: Final = (0.35, 5)
"""Quality, and in how many of the pictures they are found: two pieces of a row are so sure, or it
is noise."""


@dataclass(frozen=True, slots=True)
class CharacterPatch:
    """One character that was cut out of a plate."""

    box: Box  # pixels of the crop
    ink: NDArray[np.uint8]  # (H, W) grey, ink light on dark


@dataclass(frozen=True, slots=True)
class _Row:
    """The characters of a strip."""

    strip: Strip
    boxes: tuple[tuple[int, int, int, int], ...]  # x1, y1, x2, y2 in pixels of the strip
    inks: tuple[GreyImage, ...]  # light on dark


def segment_characters(crop: RgbImage) -> list[list[CharacterPatch]]:
    """Cut a plate into rows, one or two, top first, of characters from left to right.

    Two small letters on top of each other stand where they are, the upper one first. [] where
    nothing looks like a number of at least two characters.
    """
    scale = plate_scale(crop) if crop.size else 1.0
    rows = [list(_patches(row, scale, crop.shape[:2])) for row in _rows(crop)]
    return [row for row in rows if row]


def letter_rows(crop: RgbImage) -> list[GreyImage]:
    """Give the characters of a plate without all else: frame, bolts, small print, surroundings.

    One picture for each row, the upper one first: dark letters about 40 pixels high on white.
    [] where nothing looks like a number.
    """
    return [_on_white(row) for row in _rows(crop)]


def steps(crop: RgbImage) -> list[Step]:
    """Give the pictures between a crop and its characters, in order."""
    if not crop.size:
        return []
    rows = _rows(crop)
    found = [Step("grey", _as_rgb(plate_grey(crop)))]
    for number, row in enumerate(rows, start=1):
        found.append(Step(f"row-{number}", _as_rgb(row.strip.grey)))
        found.append(Step(f"row-{number}-ink", _as_rgb(_on_white(row))))
    marked = crop.copy()
    for row in rows:
        for patch in _patches(row, plate_scale(crop), crop.shape[:2]):
            _draw_box(marked, patch.box)
    return [*found, Step("characters", RgbImage(marked))]


def _rows(crop: RgbImage) -> list[_Row]:
    """Find the rows of a crop and the characters of each; [] where they are not two."""
    if not crop.size:
        return []
    colours = scale_by(crop, plate_scale(crop))
    for shade, lines in find_rows(plate_grey(crop)):
        strips = [cut_strip(shade, colours, line) for line in lines]
        rows = [_cut_row(strip) for strip in strips if strip.levels.contrast >= _LEAST_CONTRAST]
        if sum(len(row.boxes) for row in rows) >= 2:
            return rows
    return []


def _cut_row(strip: Strip) -> _Row:
    """Find the characters of a strip, left to right."""
    inks = row_inks(strip.grey, strip.levels)
    whole = [ink.copy() for ink in inks[:3]]
    for ink in inks:
        ink[: AROUND_PX - _NEAR_PX] = ink[_NEAR_PX - AROUND_PX :] = 0
    letters, look = _letters(strip, inks)
    small, groups = small_letters(strip, whole, letters, look)
    taken = [(small.boxes[g, 0].min(), small.boxes[g, 2].max()) for g in groups]
    cuts = [
        (float(letters.boxes[n, 0]), letters, n)
        for n in range(len(letters))
        if not any(overlap_px(letters.boxes[n, 0], letters.boxes[n, 2], *t) > 2 for t in taken)
    ]
    for (x1, _), group in zip(taken, groups, strict=True):
        # One below the other counts as right of it.
        cuts += [(float(x1) + 0.01 * i, small, n) for i, n in enumerate(group)]
    cuts.sort(key=lambda cut: cut[0])
    boxes = tuple(tuple(pieces.boxes[n].tolist()) for _, pieces, n in cuts)
    parts = [(strip.grey[y1:y2, x1:x2]) for x1, y1, x2, y2 in boxes]
    found = zip(parts, cuts, strict=True)
    return _Row(strip, boxes, tuple(cut_ink(g, p.mask(n), strip.levels) for g, (_, p, n) in found))


def _letters(strip: Strip, inks: list[GreyImage]) -> tuple[Pieces, FloatArray]:
    """Choose the characters of full height, and give how they look: colour and stroke width."""
    found, split = _candidates(inks, strip.grey.shape[1])
    if not len(found):
        return found, np.zeros(4, np.float32)
    pieces, numbers, support = merge_alike(found, 3, split)
    trust = (0.4 + 0.6 * np.minimum(1, support / 5)) * np.where(split[numbers], _CUT_TRUST, 1)
    base = aspect_quality(pieces) * trust
    at_edge = (pieces.boxes[:, 0] <= 0) | (pieces.boxes[:, 2] >= strip.grey.shape[1])
    base = np.where(at_edge, _EDGE_TRUST, 1) * base
    # First what is whole: a frame can be cut into more parts than a number has characters.
    quality = (
        np.where(split[numbers], 0.4, 1) * base * (1 - 1.2 * np.abs(pieces.height / LETTER_PX - 1))
    )
    chosen, _ = choose(pieces.boxes, quality, 3)
    looks = look_of(pieces, strip.colours, inks)
    for _ in range(2):
        if len(chosen) < 2:
            break
        quality = base * _likeness(pieces, looks, chosen, strip.contrast) - _DOUBT
        chosen, _ = choose(pieces.boxes, quality, 3)
    sure = (quality[chosen] >= _SURE[0]) & (support[chosen] >= _SURE[1])
    if np.count_nonzero(sure) < 2:
        chosen = []
    look = np.median(looks[chosen], axis=0) if chosen else np.zeros(4, np.float32)
    return pieces.take(chosen), look


def _candidates(inks: list[GreyImage], width: int) -> tuple[Pieces, BoolArray]:
    """Give what may be a character of a row, and which of them are parts of what touches."""
    low, high = (share * LETTER_PX for share in _LETTER_HEIGHT)
    found = find_pieces(inks, (low, high), _WIDEST[1])
    _, y = found.centre
    inside = (found.boxes[:, 0] > 0) & (found.boxes[:, 2] < width)
    shaped = inside | (found.width > _EDGE_WIDTH * LETTER_PX)
    found = found.take(shaped & (np.abs(y - STRIP_PX / 2) < _OFF_LEVEL * LETTER_PX))
    parts: list[tuple[int, IntArray]] = []
    for n in np.flatnonzero(found.width > _WIDE * LETTER_PX).tolist():
        x1, y1, _, y2 = found.boxes[n].tolist()
        for left, right in _joints(found.mask(n)):
            parts.append((n, np.array([x1 + left, y1, x1 + right, y2])))
    wholes = np.flatnonzero(found.width <= _WIDEST[0] * LETTER_PX)
    every = found.take(np.concatenate([wholes, np.array([n for n, _ in parts], np.int64)]))
    every.boxes[len(wholes) :] = np.array([box for _, box in parts]).reshape(-1, 4)
    return every, np.arange(len(every)) >= len(wholes)


def _joints(mask: BoolArray) -> Iterator[tuple[int, int]]:
    """Give parts (left, right) of a wide piece, in each of the ways in which it may be cut.

    Characters touch at one place; a column that crosses ink twice or more is within a character
    or between the two edges of a frame.

    Args:
        mask: (H, W) where its ink is.
    """
    width, ink = mask.shape[1], mask.sum(axis=0)
    once = (mask[1:] & ~mask[:-1]).sum(axis=0) + mask[0] <= 1
    thin = once & (ink <= _THICKEST_JOINT * LETTER_PX)
    usual = round(width / (_USUAL_WIDTH * LETTER_PX))
    for count in sorted({max(2, usual + more) for more in (-1, 0, 1)}):
        if width / count < _NARROWEST_PART * LETTER_PX:
            continue
        edges, reach = [0], 0.3 * width / count
        for i in range(1, count):
            middle = i * width / count
            x = np.arange(int(middle - reach), int(middle + reach) + 1)
            cost = ink[x] + 4 * np.abs(x - middle) / reach + LETTER_PX * ~thin[x]
            edges.append(int(x[np.argmin(cost)]))
        if thin[edges[1:]].all():
            yield from pairwise([*edges, width])


def _likeness(
    pieces: Pieces, looks: FloatArray, chosen: list[int], contrast: float
) -> NDArray[Any]:
    """Rate how much each piece is like those that are chosen: (N,), 0..1."""
    (x, _), look = pieces.centre, np.median(looks[chosen], axis=0)
    off = np.zeros(len(pieces))
    for edge in (1, 3):  # of top and bottom
        y = pieces.boxes[:, edge]
        offset, slope = fit_line(x[chosen], y[chosen], LETTER_PX)
        off = np.maximum(off, np.abs(y - offset - slope * x))
    colour = np.linalg.norm(looks[:, :3] - look[:3], axis=1) / contrast
    stroke = np.log(np.maximum(looks[:, 3], 0.1) / max(float(look[3]), 0.1))
    squares = (colour / _COLOUR) ** 2 + (stroke / _STROKE) ** 2
    like = np.exp(-squares - (off / (_LEVEL * LETTER_PX)) ** 2)
    # Of the wider ones, so that "1" and "I" do not make all others wide.
    widths = np.sort(pieces.width[chosen])
    usual = max(0.3 * LETTER_PX, float(np.median(widths[len(widths) // 3 :])))
    return np.asarray(like * np.interp(pieces.width / usual, [1.6, 2.2], [1, 0.4]))


def _patches(row: _Row, scale: float, size_hw: tuple[int, ...]) -> Iterator[CharacterPatch]:
    """Give the characters of a row with their boxes in pixels of the crop."""
    height, width = size_hw[:2]
    line, unit = row.strip.line, row.strip.scale
    for (x1, y1, x2, y2), ink in zip(row.boxes, row.inks, strict=True):
        middle = line.y_at((x1 + x2) / 2 / unit)
        left, right = (min(width, x / unit / scale) for x in (x1, x2))
        top, bottom = (
            min(float(height), max(0.0, ((y - STRIP_PX / 2) / unit + middle) / scale))
            for y in (y1, y2)
        )
        if left < right and top < bottom:
            yield CharacterPatch(Box(left, top, right, bottom), ink)


def _on_white(row: _Row) -> GreyImage:
    """Set the characters of a row at their places, dark on white."""
    picture = np.zeros_like(row.strip.grey)
    for (x1, y1, x2, y2), ink in zip(row.boxes, row.inks, strict=True):
        np.maximum(picture[y1:y2, x1:x2], ink, out=picture[y1:y2, x1:x2])
    left = min((box[0] for box in row.boxes), default=0)
    right = max((box[2] for box in row.boxes), default=picture.shape[1])
    return np.pad(255 - picture[:, left:right], ((8, 8), (20, 20)), constant_values=255)


def _as_rgb(grey: GreyImage) -> RgbImage:
    return RgbImage(np.repeat(grey[..., None], 3, axis=2))


def _draw_box(pixels: NDArray[np.uint8], box: Box) -> None:
    """Draw the outline of a box, one pixel wide."""
    height, width = pixels.shape[:2]
    x1, y1 = int(box.x1), int(box.y1)
    x2, y2 = min(width, int(np.ceil(box.x2))) - 1, min(height, int(np.ceil(box.y2))) - 1
    for place in (np.s_[y1, x1:x2], np.s_[y2, x1:x2], np.s_[y1:y2, x1], np.s_[y1:y2, x2]):
        pixels[place] = (255, 0, 0)
