"""Draws one plate, flat and clean: ground, border, band, serial, small words, bolts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.alphabet import normalise
from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.serials import Style, draw_serial, draw_style
from platelens.types import RgbImage

Ink = NDArray[np.float32]
_HEIGHT_PX: Final = 80
_GROUNDS: Final = {
    "white": (225, 225, 222), "yellow": (232, 190, 40), "black": (25, 25, 28),
    "blue": (25, 60, 150), "green": (20, 110, 70), "red": (170, 30, 35),
    "pale": (190, 205, 215), "picture": (200, 205, 210),
}  # fmt: skip
_INKS: Final = {
    "black": (20, 20, 22), "white": (235, 235, 235), "blue": (20, 35, 120),
    "red": (165, 25, 30), "green": (10, 85, 50), "yellow": (230, 190, 50),
}  # fmt: skip
# Many places press O for 0 and 0 for O, some I for 1: only the form of the serial tells.
_LOOKALIKES: Final = [str.maketrans("0", "O"), str.maketrans("O", "0"), str.maketrans("1", "I"),
                      str.maketrans("0I", "O1")]  # fmt: skip
_WORDS: Final = "EXPLORE STATE TAXI PUNJAB SINDH MOTORS GARAGE ISLAMABAD 2019 07 EST LTD SUNSHINE"


@dataclass(frozen=True, slots=True)
class FlatPlate:
    """A plate seen from straight ahead; it fills the picture."""

    pixels: RgbImage
    text: str
    rows: int


def draw_flat_plate(rng: np.random.Generator, fonts: FontSet) -> FlatPlate:
    """Draw a plate of a random style with a random serial."""
    style = draw_style(rng)
    serial = draw_serial(rng, style)
    lines = serial.split("|")
    aspect = rng.uniform(*style.aspects)
    if len(lines) == 2:
        aspect = rng.uniform(1.1, min(2.6, max(1.5, aspect)))
    else:
        # A serial needs about half its height for each character.
        aspect = min(max(aspect, 0.42 * len(serial)), 5.6)
    height = _HEIGHT_PX if len(lines) == 1 else int(_HEIGHT_PX * 1.6)
    width = int(height * aspect)
    ground = str(rng.choice(style.grounds))
    pixels = _draw_ground(rng, ground, (height, width))
    ink = np.zeros((height, width), np.float32)
    left = _draw_band(rng, fonts, pixels) if rng.random() < style.band else 0
    top, bottom = _draw_captions(rng, fonts, ink, captioned=rng.random() < style.captions)
    margin = rng.uniform(0.03, 0.09) * width * 0.5
    area = (left + margin, top, width - margin, bottom)
    if rng.random() < style.lookalikes:
        lines = [line.translate(_LOOKALIKES[int(rng.integers(len(_LOOKALIKES)))]) for line in lines]
    _draw_lines(rng, fonts, ink, lines, area, script=rng.random() < style.script)
    colour = _ink_colour(rng, ground, style)
    _apply_ink(rng, pixels, ink, colour)
    _draw_fittings(rng, pixels, colour)
    return FlatPlate(
        RgbImage(np.clip(pixels, 0, 255).astype(np.uint8)), normalise(serial), len(lines)
    )


def _jitter(rng: np.random.Generator, colour: tuple[int, int, int], spread: float) -> Ink:
    return np.clip(np.asarray(colour, np.float32) + rng.normal(0, spread, 3), 0, 255).astype(
        np.float32
    )


def _draw_ground(rng: np.random.Generator, ground: str, size_hw: tuple[int, int]) -> Ink:
    height, width = size_hw
    pixels = np.empty((height, width, 3), np.float32)
    pixels[:] = _jitter(rng, _GROUNDS[ground], 14)
    if ground == "picture":
        coarse = rng.uniform(-55, 35, (int(rng.integers(2, 6)), int(rng.integers(2, 8)), 3))
        pixels += cv2.resize(
            coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        for _ in range(int(rng.integers(0, 4))):
            at = (int(rng.integers(width)), int(rng.integers(height)))
            axes = (int(rng.integers(4, width // 4)), int(rng.integers(4, height // 3)))
            shade = [float(v) for v in pixels[at[1], at[0]] + rng.uniform(-70, 40, 3)]
            cv2.ellipse(pixels, at, axes, float(rng.uniform(0, 180)), 0, 360, shade, -1)
    elif rng.random() < 0.3:
        pixels += np.linspace(-1, 1, height, dtype=np.float32)[:, None, None] * rng.uniform(-25, 25)
    return pixels


def _draw_band(rng: np.random.Generator, fonts: FontSet, pixels: Ink) -> int:
    """Draw the country band; gives the column where the free ground begins."""
    height, width = pixels.shape[:2]
    band = int(min(width * 0.14, height * rng.uniform(0.4, 0.55)))
    colour = _jitter(rng, (20, 55, 160) if rng.random() < 0.85 else (30, 120, 70), 15)
    pixels[:, :band] = colour
    stars = (band // 2, int(height * 0.35))
    cv2.circle(pixels, stars, max(3, band // 4), (225.0, 190.0, 60.0), 2)
    mark = "".join(str(c) for c in rng.choice(list("ABDEFGHIKLNOPRSTZ"), int(rng.integers(1, 4))))
    ink = np.zeros((height, band), np.float32)
    across = min(0.8, 0.35 * len(mark)) * band / 2
    area = (band / 2 - across, height * 0.66, band / 2 + across, height * rng.uniform(0.84, 0.92))
    _draw_text(ink, fonts, fonts.draw(rng), mark, area)
    pixels[:, :band] += (235 - pixels[:, :band]) * ink[..., None]
    return band


def _draw_captions(
    rng: np.random.Generator, fonts: FontSet, ink: Ink, *, captioned: bool
) -> tuple[float, float]:
    """Draw small words; gives the rows between which the serial may stand."""
    height, width = ink.shape
    top, bottom = height * rng.uniform(0.07, 0.16), height * (1 - rng.uniform(0.07, 0.16))
    if not captioned:
        return top, bottom
    where = rng.choice(["top", "bottom", "both"], p=[0.3, 0.35, 0.35])
    size = height * rng.uniform(0.09, 0.19)
    for edge in ("top", "bottom"):
        if where not in (edge, "both"):
            continue
        words = [str(w) for w in rng.choice(_WORDS.split(), int(rng.integers(1, 3)))]
        if rng.random() < 0.5:
            words = ["".join(str(c) for c in rng.choice(list("AEIOURSTLNMCDPHK"), 7))]
        text, y = "-".join(words), height * 0.03 if edge == "top" else height * 0.97 - size
        span = min(width * 0.85, size * 0.62 * len(text))
        x = rng.uniform(0.05 * width, max(0.06 * width, width * 0.95 - span))
        _draw_text(ink, fonts, fonts.draw(rng), text, (x, y, x + span, y + size))
        if edge == "top":
            top = max(top, y + size + height * 0.03)
        else:
            bottom = min(bottom, y - height * 0.03)
    return top, bottom


def _draw_lines(
    rng: np.random.Generator,
    fonts: FontSet,
    ink: Ink,
    lines: list[str],
    area: tuple[float, float, float, float],
    *,
    script: bool,
) -> None:
    x1, y1, x2, y2 = area
    font = fonts.draw(rng)
    share = rng.uniform(0.28, 0.6) if len(lines) == 2 else 1.0
    gap = (y2 - y1) * rng.uniform(0.03, 0.1)
    edges = [(y1, y1 + (y2 - y1) * share), (y1 + (y2 - y1) * share + gap, y2)]
    for line, (top, bottom) in zip(lines, edges, strict=False):
        left = x1
        if script:
            side = min((bottom - top) * rng.uniform(0.6, 0.9), (x2 - x1) * 0.2)
            _draw_sign(rng, ink, (left, top, left + side, bottom))
            left += side * 1.15
        # Short lines do not fill the plate: characters keep a sane width.
        natural = (bottom - top) * rng.uniform(0.5, 0.78) * len(line)
        span = min(x2 - left, natural)
        start = left + (x2 - left - span) * rng.choice([0.5, 0.5, rng.random()])
        _draw_text(ink, fonts, font, line, (start, top, start + span, bottom))
        script = script and rng.random() < 0.5


def _draw_text(
    ink: Ink, fonts: FontSet, font: int, text: str, box: tuple[float, float, float, float]
) -> None:
    """Put `text` into `box` (x1, y1, x2, y2), stretched to fill it."""
    x1, y1, x2, y2 = box
    height = max(3, round(y2 - y1))
    widths = []
    for c in text:
        if c in " -":
            widths.append(0.32 if c == " " else 0.4)
        else:
            glyph = fonts.glyph(font, c)
            widths.append(glyph.shape[1] / fonts.glyph(font, "H").shape[0] + 0.1)
    unit = (x2 - x1) / max(sum(widths), 1e-6)
    x = x1
    for c, w in zip(text, widths, strict=True):
        if c == "-":
            row = round((y1 + y2) / 2)
            thick = max(1, height // 12)
            ink[row - thick : row + thick, round(x + 0.1 * unit) : round(x + 0.3 * unit)] = 1
        elif c != " ":
            width = max(2, round((w - 0.1) * unit))
            shape = fonts.glyph(font, c)
            shape = np.asarray(cv2.resize(shape, (width, height), interpolation=cv2.INTER_AREA))
            _stamp(ink, shape, round(x + 0.05 * unit), round(y1))
        x += w * unit


def _stamp(ink: Ink, glyph: NDArray[np.uint8], x: int, y: int) -> None:
    x, y = max(0, x), max(0, y)
    part = ink[y : y + glyph.shape[0], x : x + glyph.shape[1]]
    np.maximum(part, glyph[: part.shape[0], : part.shape[1]] / np.float32(255), out=part)


def _draw_sign(rng: np.random.Generator, ink: Ink, box: tuple[float, float, float, float]) -> None:
    """Draw strokes that look like a character which is not of the Latin script."""
    x1, y1, x2, y2 = box
    thick = max(1, int((y2 - y1) * rng.uniform(0.05, 0.1)))
    curved = rng.random() < 0.5
    for _ in range(int(rng.integers(3, 8))):
        n = int(rng.integers(3, 6)) if curved else 2
        xs, ys = rng.uniform(x1, x2, n), rng.uniform(y1, y2, n)
        if not curved and rng.random() < 0.7:
            axis = xs if rng.random() < 0.5 else ys
            axis[:] = axis[0]
        points = np.stack([xs, ys], axis=1).astype(np.int32)
        cv2.polylines(ink, [points], False, 1.0, thick, cv2.LINE_AA)


def _ink_colour(rng: np.random.Generator, ground: str, style: Style) -> Ink:
    if ground in ("black", "blue", "red", "green"):
        name = "yellow" if rng.random() < 0.12 else "white"
        if ground == "green" and rng.random() < 0.4:
            name = "black"
    else:
        name = str(rng.choice([i for i in style.inks if i != "white"] or ["black"]))
    return _jitter(rng, _INKS[name], 12)


def _apply_ink(rng: np.random.Generator, pixels: Ink, ink: Ink, colour: Ink) -> None:
    if rng.random() < 0.35:  # pressed metal: a light and a dark edge beside every stroke
        depth = rng.uniform(15, 60)
        shift = int(rng.integers(1, 4))
        edge = np.roll(ink, (shift, shift), (0, 1)) - np.roll(ink, (-shift, -shift), (0, 1))
        pixels -= edge[..., None] * depth
    strength = ink[..., None] * np.float32(rng.uniform(0.75, 1.0))
    pixels += (colour - pixels) * strength
    if rng.random() < 0.25:  # worn paint
        wear = rng.random((8, 16), dtype=np.float32)
        spots = cv2.resize(wear, ink.shape[::-1], interpolation=cv2.INTER_CUBIC) > 0.85
        pixels[spots] = pixels[spots] * 0.6 + 60


def _draw_fittings(rng: np.random.Generator, pixels: Ink, colour: Ink) -> None:
    height, width = pixels.shape[:2]
    if rng.random() < 0.55:
        inset, thick = int(rng.integers(0, 5)), int(rng.integers(1, 5))
        shade = [float(v) for v in (colour if rng.random() < 0.7 else rng.uniform(0, 255, 3))]
        cv2.rectangle(pixels, (inset, inset), (width - 1 - inset, height - 1 - inset), shade, thick)
    if rng.random() < 0.5:
        radius = max(2, int(height * rng.uniform(0.025, 0.06)))
        y = int(height * rng.choice([0.12, 0.5, 0.88]))
        shade = [float(v) for v in rng.uniform(20, 230, 3)]
        for x in (rng.uniform(0.05, 0.25), rng.uniform(0.75, 0.95)):
            cv2.circle(pixels, (int(x * width), y), radius, shade, -1)
    if rng.random() < 0.15:  # a sticker
        w, h = int(width * rng.uniform(0.05, 0.1)), int(height * rng.uniform(0.15, 0.25))
        x = int(rng.integers(0, width - w))
        y = 2 if rng.random() < 0.5 else height - h - 2
        pixels[y : y + h, x : x + w] = rng.uniform(0, 255, 3)
