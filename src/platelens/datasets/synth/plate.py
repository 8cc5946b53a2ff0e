"""Draws one plate, flat: the layout of its kind, varied as makers, owners and years vary it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from platelens.datasets.synth import fittings, wear
from platelens.datasets.synth.catalogue import Catalogue, Serial
from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.ground import choose_colours, draw_band, draw_ground, draw_scene
from platelens.datasets.synth.lettering import (
    draw_lettering,
    draw_row,
    draw_signs,
    put_words,
    words_size_wh,
)
from platelens.datasets.synth.paint import (
    Area,
    Colour,
    Mask,
    Pixels,
    any_colour,
    between,
    blend,
    jitter,
    parse_colour,
    pick,
)
from platelens.region.formats import SMALL, Caption, PlateFormat
from platelens.types import Box, RgbImage

_AREA_PX: Final = 30_000
"""Pixels of a flat plate: 380 x 80 of a European one, 245 x 122 of an American one."""

_WEAR: Final = (
    (wear.wear_paint, 0.12),
    (wear.splash_dirt, 0.1),
    (wear.gather_dust, 0.12),
    (wear.scratch, 0.1),
)
"""What time does, and to how many plates."""

_SLANTED: Final = 0.07
"""Part of the plates whose letters lean, as owners like them."""

_PALE: Final = 0.1
"""Part of the plates whose letters may have lost most of their colour."""

_DATED_AMERICAN: Final = 0.3
_DATED: Final = 0.02
"""Part of the plates that bear place and year in a row, as old American ones do."""

_STACKED_AMERICAN: Final = 0.2
_STACKED: Final = 0.01
"""Part of the plates with two or three letters one above the other, in the height of one."""

_EMBLEMS: Final = 0.08
"""Part of the plates with a sign beside the serial that says nothing."""

_TOP_SHARES: Final = ((0.23, 0.38), (0.23, 0.38), (0.42, 0.56), (0.42, 0.56), (0.56, 0.72))
"""Height of the upper of two rows, as part of both, from - to: small, equal or large."""


@dataclass(frozen=True, slots=True)
class FlatPlate:
    """A plate seen from straight ahead; it fills the picture."""

    pixels: RgbImage
    text: str
    rows: int
    region: str | None = None  # ISO 3166 code; None = from anywhere
    serial: Box | None = None  # where the serial stands, pixels of the picture


def draw_flat_plate(rng: np.random.Generator, fonts: FontSet, catalogue: Catalogue) -> FlatPlate:
    """Draw a plate of the catalogue with a random serial."""
    serial = catalogue.draw(rng)
    size_hw = _size_hw(rng, serial)
    ground, ink = choose_colours(rng, serial.format.ground, serial.format.ink)
    pixels = draw_ground(rng, size_hw, ground)
    if rng.random() < serial.format.picture:
        draw_scene(rng, pixels, ink)
    room = (0.0, 0.0, float(size_hw[1]), float(size_hw[0]))
    band = serial.format.band
    if band is not None and rng.random() < band.share:
        room = draw_band(rng, fonts, pixels, band, room)
    captions = serial.format.captions
    american = serial.code[:3] in ("us-", "ca-")
    if rng.random() < (_DATED_AMERICAN if american else _DATED):
        captions = (fittings.dated_caption(rng, serial.place),)
    room = _draw_captions(rng, fonts, pixels, captions, room, ink)
    if rng.random() < _EMBLEMS:
        room = _draw_emblem(rng, fonts, pixels, room)
    mask = np.zeros(size_hw, np.uint8)
    lines = serial.drawn
    if rng.random() < (_STACKED_AMERICAN if american else _STACKED):
        lines = tuple(_stack(rng, line) for line in lines)
    taken = _draw_serial(rng, fonts, mask, serial.format, lines, room)
    _apply_ink(rng, pixels, mask, ink)
    _finish(rng, fonts, (pixels, mask), ink, taken)
    return FlatPlate(RgbImage(pixels), serial.text, len(serial.lines), serial.region, Box(*taken))


def _size_hw(rng: np.random.Generator, serial: Serial) -> tuple[int, int]:
    width, height = serial.format.size_mm
    aspect = width / height * float(np.exp(rng.normal(0, 0.05)))
    return round((_AREA_PX / aspect) ** 0.5), round((_AREA_PX * aspect) ** 0.5)


def _draw_captions(
    rng: np.random.Generator,
    fonts: FontSet,
    pixels: Pixels,
    captions: tuple[Caption, ...],
    room: Area,
    ink: Colour,
) -> Area:  # fmt: skip
    """Draw the small words; gives the room that they leave to the serial."""
    height = pixels.shape[0]
    strange = rng.random() < 0.12  # owners and dealers write what they like
    for caption in captions:
        if rng.random() >= caption.share:
            continue
        text = fittings.some_words(rng) if strange else caption.text
        shape, capital = fonts.line(fonts.draw(rng), text)
        size = height * min(0.3, caption.size) * between(rng, 0.85, 1.15)
        w, h = words_size_wh(shape, capital, size)
        area, room = _place_words(rng, caption.where, (w, h), room, 0.035 * height)
        colour = jitter(rng, parse_colour(caption.ink), 11) if caption.ink else ink
        put_words(pixels, shape, area, colour)
    return room


def _place_words(
    rng: np.random.Generator, where: str, size_wh: tuple[float, float], room: Area, pad: float
) -> tuple[Area, Area]:
    """Give the place of small words at one side of `room`, and the room that is left."""
    x1, y1, x2, y2 = room
    upright = where in ("left", "right")
    w, h = min(size_wh[0], (0.2 if upright else 0.9) * (x2 - x1)), min(size_wh[1], 0.3 * (y2 - y1))
    align = 0.5 if rng.random() < 0.7 else between(rng, 0.05, 0.95)
    x, y = x1 + align * (x2 - x1 - w), y1 + align * (y2 - y1 - h)
    if where == "top":
        return (x, y1 + pad, x + w, y1 + pad + h), (x1, y1 + pad + h, x2, y2)
    if where == "bottom":
        return (x, y2 - pad - h, x + w, y2 - pad), (x1, y1, x2, y2 - pad - h)
    if where == "left":
        return (x1 + pad, y, x1 + pad + w, y + h), (x1 + pad + w, y1, x2, y2)
    return (x2 - pad - w, y, x2 - pad, y + h), (x1, y1, x2 - pad - w, y2)


def _draw_serial(
    rng: np.random.Generator,
    fonts: FontSet,
    ink: Mask,
    kind: PlateFormat,
    lines: Sequence[str],
    room: Area,
) -> Area:  # fmt: skip
    """Draw the rows of a serial; gives the area that they take."""
    x1, y1, x2, y2 = room
    height = ink.shape[0]
    side, above, below = (height * between(rng, 0.04, 0.12) for _ in range(3))
    free = (y2 - y1) / height  # of captions and bands; where little is left, all of it is used
    above, below = above * free, below * free
    x1, y1, x2, y2 = x1 + side, y1 + above, x2 - side, y2 - below
    how = draw_lettering(rng, fonts, kind.fonts)
    align = pick(rng, (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, float(rng.random())))
    script = rng.random() < kind.script
    taken: list[Area] = []
    for line, (top, bottom) in zip(lines, _rows(rng, len(lines), (y1, y2)), strict=True):
        left = x1
        if script:
            many = len(lines) == 2 and not taken  # a place's name over the number
            left += _draw_script(rng, fonts, ink, (left, top, x2, bottom), many=many)
        taken.append(draw_row(ink, fonts, how, line, (left, top, x2, bottom), align))
        script = script and rng.random() < 0.5
    if rng.random() < 0.3:
        _change_weight(rng, ink)
    if rng.random() < _SLANTED:
        _slant(rng, ink)
    lefts, tops, rights, bottoms = zip(*taken, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _stack(rng: np.random.Generator, line: str) -> str:
    """Put two, seldom three, neighbours one above the other: "CD 12345" as "<CD> 12345"."""
    count = 2 if rng.random() < 0.85 else 3
    whole = [found.start() for found in re.finditer(rf"(?=[A-Z0-9]{{{count}}})", line)]
    if not whole or len(line) < count + 2 or SMALL[0] in line:
        return line
    at = pick(rng, (whole[0], whole[0], whole[-1], pick(rng, whole)))
    return f"{line[:at]}<{line[at : at + count]}>{line[at + count :]}"


def _draw_script(
    rng: np.random.Generator, fonts: FontSet, ink: Mask, room: Area, *, many: bool
) -> float:
    """Draw signs of another script at the left of a row; gives the width that they take."""
    left, top, right, bottom = room
    count = pick(rng, (1, 2, 2, 3, 4)) if many else 1
    size = (bottom - top) * between(rng, 0.45, 0.95)
    width = min(size * count, (right - left) * (0.5 if many else 0.2))
    middle = (top + bottom) / 2
    area = (left, middle - size / 2, left + width, middle + size / 2)
    draw_signs(rng, fonts, ink, area, count)
    return 1.12 * width


def _draw_emblem(rng: np.random.Generator, fonts: FontSet, pixels: Pixels, room: Area) -> Area:
    """Put a crown, a star or a sign of another script beside the serial; gives what is left."""
    shape = fonts.sign(rng)
    if shape is None:
        return room
    where = pick(rng, ("left", "right", "top"))
    size = pixels.shape[0] * (between(rng, 0.15, 0.3) if where == "top" else between(rng, 0.2, 0.6))
    size_wh = (size * shape.shape[1] / shape.shape[0], size)
    area, room = _place_words(rng, where, size_wh, room, 0.035 * pixels.shape[0])
    put_words(pixels, shape, area, any_colour(rng))
    return room


def _rows(
    rng: np.random.Generator, count: int, span: tuple[float, float]
) -> list[tuple[float, float]]:
    """Give top and bottom of each row; of two, the upper one is small, equal or large."""
    top, bottom = span
    height = bottom - top
    if count == 1:
        spare = height * max(0.0, between(rng, -0.1, 0.3))
        lift = spare * between(rng, 0.3, 0.7)
        return [(top + lift, bottom - spare + lift)]
    share = between(rng, *pick(rng, _TOP_SHARES))
    gap = height * between(rng, 0.04, 0.16)
    middle = top + share * (height - gap)
    return [(top, middle), (middle + gap, bottom)]


def _change_weight(rng: np.random.Generator, ink: Mask) -> None:
    """Make all strokes a pixel thicker or thinner."""
    kernel = np.ones((2, 2), np.uint8) if rng.random() < 0.5 else np.ones((3, 3), np.uint8)
    thicker = rng.random() < 0.5
    ink[:] = cv2.dilate(ink, kernel) if thicker else cv2.erode(ink, kernel[:2, :2])


def _slant(rng: np.random.Generator, ink: Mask) -> None:
    """Let all letters lean to the right, seldom to the left."""
    height, width = ink.shape
    lean = between(rng, 0.08, 0.22) * (1 if rng.random() < 0.85 else -1)
    matrix = np.array([[1, -lean, lean * height / 2], [0, 1, 0]], np.float32)
    ink[:] = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR)


def _apply_ink(rng: np.random.Generator, pixels: Pixels, ink: Mask, colour: Colour) -> None:
    if rng.random() < 0.35:
        wear.emboss(rng, pixels, ink)
    # Worn letters, or pressed ones that nobody painted, hardly differ from their ground.
    least = 0.2 if rng.random() < _PALE else 0.78
    faded = cv2.convertScaleAbs(ink, alpha=between(rng, least, 1.0))
    blend(pixels, np.asarray(faded, dtype=np.uint8), colour)


def _finish(
    rng: np.random.Generator, fonts: FontSet, plate: tuple[Pixels, Mask], ink: Colour, serial: Area
) -> None:
    """Add what is fixed to the plate and what happened to it."""
    pixels, mask = plate
    if rng.random() < 0.15:
        fittings.draw_seals(rng, pixels, mask, serial)
    if rng.random() < 0.5:
        fittings.draw_border(rng, pixels, ink)
    if rng.random() < 0.5:
        fittings.draw_bolts(rng, pixels)
    if rng.random() < 0.15:
        fittings.draw_sticker(rng, fonts, pixels, serial)
    for change, share in _WEAR:
        if rng.random() < share:
            change(rng, pixels)
    if rng.random() < 0.12:
        fittings.draw_frame(rng, fonts, pixels, serial)
