"""Letters on a plate: the serial, small words and signs of other scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.paint import (
    Area,
    Colour,
    Mask,
    Pixels,
    between,
    blend,
    pick,
    stamp,
)
from platelens.region.formats import SMALL

_NARROWEST: Final = 0.33
"""A character is not drawn narrower than this part of its height; the height gives way."""

_DASHES: Final = {"dash": 0.32, "dot": 0.2, "none": 0.25}
"""What may stand for "-", and its width in letter heights."""

STACK: Final = "<>"
"""Characters between these stand one above the other, in the height of one."""
_STACKED: Final = re.compile(r"<[A-Z0-9]+>|.")
_STACK_GAP: Final = 0.08  # between them, part of the row's height


@dataclass(frozen=True, slots=True)
class Lettering:
    """How the letters of a serial are cut. Lengths are parts of the height of a letter."""

    font: int
    cell: float | None  # width of every character; None = as wide as the font has it
    stretch: float  # of the font's widths
    spacing: float  # between characters
    gap: float  # where the serial has " "
    dash: str  # what stands for "-": "dash", "dot" or "none"
    small: float = 0.5  # height of small characters
    small_top: float = 0.0  # where they stand: 0 = at the top of the row, 1 = at its bottom


def draw_lettering(rng: np.random.Generator, fonts: FontSet, near: tuple[str, ...]) -> Lettering:
    """Choose how letters are cut; `near` names fonts that come close."""
    return Lettering(
        font=fonts.draw_near(rng, near),
        cell=between(rng, 0.42, 0.66) if rng.random() < 0.4 else None,
        stretch=between(rng, 0.75, 1.2),
        spacing=between(rng, 0.06, 0.16) if rng.random() < 0.8 else between(rng, 0.16, 0.3),
        gap=between(rng, 0.18, 0.6),
        dash="dash" if rng.random() < 0.65 else pick(rng, ("dot", "dot", "none")),
        small=between(rng, 0.38, 0.68),
        small_top=pick(rng, (0.0, 0.0, 0.0, 0.5, 1.0)) + between(rng, -0.05, 0.05),
    )


def draw_row(
    ink: Mask, fonts: FontSet, how: Lettering, line: str, room: Area, align: float
) -> Area:
    """Draw one row of a serial into `ink`.

    Args:
        ink: where to.
        fonts: the letters.
        how: how they are cut.
        line: A-Z, 0-9, " " and "-", small characters in brackets, those that stand one above the
            other in `STACK`; at least one letter or digit.
        room: the row's height; its width is filled no more than letters of a sane form need.
        align: 0 = at the left of the room, 0.5 = in the middle, 1 = at the right.

    Returns:
        Where its letters stand.
    """
    x1, y1, x2, y2 = room
    signs = _signs(fonts, how, line)
    natural = sum(s.step for s in signs) + how.spacing * (len(signs) - 1)
    drawn = sum(s.size for s in signs if s.characters not in " -")
    height = min(y2 - y1, (x2 - x1) / (_NARROWEST * max(1, drawn)))
    unit = min(height, (x2 - x1) / natural)  # of width; less than the height: letters squeezed
    top = (y1 + y2 - height) / 2
    x = x1 + (x2 - x1 - natural * unit) * align
    lefts, rights = [], []
    for sign in signs:
        if sign.characters == "-":
            _draw_dash(ink, how.dash, (x, top, x + sign.step * unit, top + height))
        elif sign.characters != " ":
            size = (max(2, round(sign.width * unit)), max(3, round(height * sign.size)))
            left = x + (sign.step - sign.width) * unit / 2
            down = min(1.0, max(0.0, how.small_top)) * height * (1 - sign.size)
            if len(sign.characters) > 1:
                down = 0.0
            for c in sign.characters:
                shape = cv2.resize(fonts.glyph(how.font, c), size, interpolation=cv2.INTER_AREA)
                stamp(ink, np.asarray(shape), round(left), round(top + down))
                down += (sign.size + _STACK_GAP) * height
            lefts.append(left)
            rights.append(left + size[0])
        x += (sign.step + how.spacing * sign.size) * unit
    return lefts[0], top, rights[-1], top + height


@dataclass(frozen=True, slots=True)
class _Sign:
    """A character of a row, or a gap. Lengths are parts of the height of a large letter."""

    characters: str  # more than one stand one above the other
    size: float  # height of each
    width: float
    step: float  # its width and the empty place beside it


def _signs(fonts: FontSet, how: Lettering, line: str) -> list[_Sign]:
    signs = []
    size = 1.0
    for characters in _STACKED.findall(line):
        if characters in SMALL:
            size = how.small if characters == SMALL[0] else 1.0
            continue
        column = characters.strip(STACK)
        if len(column) > 1:
            size = (1 + _STACK_GAP) / len(column) - _STACK_GAP
        width = max(_width(fonts, how, c) for c in column)
        step = width if how.cell is None or column in " -" else how.cell
        signs.append(_Sign(column, size, width * size, step * size))
        size = 1.0 if len(column) > 1 else size
    return signs


def _width(fonts: FontSet, how: Lettering, c: str) -> float:
    """Give the width of a character in letter heights."""
    if c == " ":
        return how.gap
    if c == "-":
        return _DASHES[how.dash]
    glyph, capital = fonts.glyph(how.font, c), fonts.glyph(how.font, "H")
    own = float(how.stretch * glyph.shape[1] / capital.shape[0])
    if how.cell is None:
        return own
    # The wide and the round fill their cell; slim ones, as I and 1, keep their form.
    return how.cell if own > 0.38 else min(own, how.cell)


def _draw_dash(ink: Mask, kind: str, area: Area) -> None:
    x1, y1, x2, y2 = area
    height, middle = y2 - y1, round((y1 + y2) / 2)
    if kind == "dash":
        thick = max(1, round(height / 14))
        ink[middle - thick : middle + thick, round(x1) : max(round(x1) + 2, round(x2))] = 255
    elif kind == "dot":
        radius = max(1, round(min(x2 - x1, 0.2 * height) / 2))
        cv2.circle(ink, (round((x1 + x2) / 2), middle), radius, 255, -1, cv2.LINE_AA)


def put_words(pixels: Pixels, shape: Mask, area: Area, colour: Colour) -> None:
    """Lay rendered words over `pixels`, stretched to fill `area`."""
    x1, y1, x2, y2 = (round(v) for v in area)
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
    if x2 - x1 < 2 or y2 - y1 < 2:
        return
    mask = cv2.resize(shape, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA)
    blend(pixels[y1:y2, x1:x2], np.asarray(mask), colour)


def words_size_wh(shape: Mask, capital_px: float, size_px: float) -> tuple[float, float]:
    """Give width and height of rendered words whose capitals shall be `size_px` high."""
    scale = size_px / capital_px
    return shape.shape[1] * scale, shape.shape[0] * scale


def draw_signs(rng: np.random.Generator, fonts: FontSet, ink: Mask, area: Area, count: int) -> None:
    """Draw `count` signs of another script side by side.

    They are those of a font; some, or all where no font has any, are mere strokes.
    """
    x1, y1, x2, y2 = area
    step = (x2 - x1) / count
    for number in range(count):
        left = x1 + number * step
        shape = fonts.sign(rng) if rng.random() < 0.85 else None
        if shape is None:
            _draw_strokes(rng, ink, (left, y1, left + 0.92 * step, y2))
            continue
        # A sign keeps its form: it is as wide as its step, or as high as its row.
        unit = min(0.92 * step / shape.shape[1], (y2 - y1) / shape.shape[0])
        size = max(2, round(shape.shape[1] * unit)), max(3, round(shape.shape[0] * unit))
        small = cv2.resize(shape, size, interpolation=cv2.INTER_AREA)
        stamp(ink, np.asarray(small), round(left), round((y1 + y2 - size[1]) / 2))


def _draw_strokes(rng: np.random.Generator, ink: Mask, area: Area) -> None:
    """Draw strokes that look like a character which is not of the Latin script."""
    x1, y1, x2, y2 = area
    thick = max(1, int((y2 - y1) * between(rng, 0.04, 0.08)))
    curved = rng.random() < 0.4
    for _ in range(int(rng.integers(3, 7))):
        n = int(rng.integers(3, 5)) if curved else 2
        xs, ys = rng.uniform(x1, x2, n), rng.uniform(y1, y2, n)
        if not curved and rng.random() < 0.8:  # most strokes lie or stand
            axis, other, low, high = (xs, ys, y1, y2) if rng.random() < 0.4 else (ys, xs, x1, x2)
            axis[:] = axis[0]
            other[:] = low + 0.15 * (high - low), high - between(rng, 0, 0.4) * (high - low)
        points = np.stack([xs, ys], axis=1).astype(np.int32)
        cv2.polylines(ink, [points], False, 255, thick, cv2.LINE_AA)
