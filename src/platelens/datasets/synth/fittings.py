"""What is fixed to a plate or stuck on it: border, bolts, stickers, seals, licence frames."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.lettering import put_words, words_size_wh
from platelens.datasets.synth.paint import (
    Area,
    Colour,
    Mask,
    Pixels,
    any_colour,
    between,
    brightness,
    pick,
)
from platelens.region.formats import Caption

WORDS: Final = (
    "MOTORS", "AUTO", "GARAGE", "CARS", "CITY", "SOUTH", "EXPLORE", "STATE", "TAXI", "CENTER",
    "AUTOHAUS", "SALES", "EST 1974", "WEST", "LTD", "SUNSHINE", "LEASING", "PREMIUM", "FAMILY",
    "SERVICE", "www", "COM", "NORTH", "VALLEY", "BROS", "PARK", "UNIVERSITY", "LAND", "DEALER",
    "GROUP", "2019", "07", "CLUB", "ISLAND", "HILLS", "RENT", "PROUD", "HEART", "OF",
)  # fmt: skip
"""Words of frames, and of captions that are not those of the jurisdiction."""


def some_words(rng: np.random.Generator) -> str:
    """Give one to three words."""
    return " ".join(pick(rng, WORDS) for _ in range(int(rng.integers(1, 4))))


def dated_caption(rng: np.random.Generator, place: str) -> Caption:
    """Give name and year of issue as they stand on old plates: "OHIO - 1936", "71 OHIO"."""
    year = str(int(rng.integers(1910, 2026)))
    parts = [place.upper(), year if rng.random() < 0.6 else year[2:]]
    if rng.random() < 0.5:
        parts.reverse()
    text = pick(rng, (" ", " ", "-", " - ")).join(parts)
    return Caption(text, pick(rng, ("bottom", "bottom", "top")), between(rng, 0.13, 0.24))


def draw_border(rng: np.random.Generator, pixels: Pixels, colour: Colour) -> None:
    """Draw the rim along a plate's edge, mostly in the colour of the serial."""
    height, width = pixels.shape[:2]
    inset, thick = int(rng.integers(0, 5)), int(rng.integers(1, 5))
    shade = colour if rng.random() < 0.7 else any_colour(rng)
    cv2.rectangle(pixels, (inset, inset), (width - 1 - inset, height - 1 - inset), shade, thick)


def draw_bolts(rng: np.random.Generator, pixels: Pixels) -> None:
    """Draw two or four bolts or the holes for them, with a glint or a shadow."""
    height, width = pixels.shape[:2]
    radius = max(2, int(height * between(rng, 0.02, 0.05)))
    shade = pick(rng, ((40, 40, 42), (90, 90, 92), (150, 150, 150), (205, 205, 205)))
    rows = pick(rng, ((0.1,), (0.5,), (0.9,), (0.1, 0.9)))
    columns = (between(rng, 0.04, 0.25), between(rng, 0.75, 0.96))
    if rng.random() < 0.5:
        columns = (columns[0], 1 - columns[0])
    for y in rows:
        for x in columns:
            at = (int(x * width), int(y * height))
            cv2.circle(pixels, at, radius, shade, -1, cv2.LINE_AA)
            glint = tuple(min(255, c + 60) for c in shade)
            cv2.circle(pixels, (at[0] - 1, at[1] - 1), max(1, radius // 3), glint, -1)


def draw_sticker(rng: np.random.Generator, fonts: FontSet, pixels: Pixels, serial: Area) -> None:
    """Stick a tax or inspection label into a corner, beside the serial."""
    height, width = pixels.shape[:2]
    side = height * between(rng, 0.13, 0.24)
    high = pick(rng, (True, False))
    free = serial[1] if high else height - serial[3]
    w, h = int(side * between(rng, 0.9, 1.6)), int(max(4, min(side, 0.95 * free)))
    x = int(0.02 * width) if rng.random() < 0.5 else int(0.98 * width) - w
    y = 2 if high else height - h - 2
    colour = any_colour(rng)
    pixels[y : y + h, x : x + w] = colour
    shape, _ = fonts.line(fonts.draw(rng), f"{int(rng.integers(100)):02d}")
    ink = (20, 20, 20) if brightness(colour) > 120 else (240, 240, 240)
    put_words(pixels, shape, (x + 0.2 * w, y + 0.2 * h, x + 0.8 * w, y + 0.8 * h), ink)


def draw_seals(rng: np.random.Generator, pixels: Pixels, ink: Mask, serial: Area) -> None:
    """Put one or two round seals into the widest gap of the serial, one above the other."""
    left, top, right, bottom = (round(v) for v in serial)
    inked = np.flatnonzero(ink[top:bottom, left:right].any(axis=0))
    steps = np.diff(inked)
    if not steps.size or steps.max() < 0.16 * (bottom - top):
        return
    widest = int(steps.argmax())
    x = left + int(inked[widest] + inked[widest + 1]) // 2
    height = bottom - top
    radius = int(min(0.45 * steps[widest], 0.22 * height))
    middle = (top + bottom) // 2
    apart = int(0.26 * height)
    for y in (middle,) if rng.random() < 0.4 else (middle - apart, middle + apart):
        cv2.circle(pixels, (x, y), radius, any_colour(rng), -1, cv2.LINE_AA)
        cv2.circle(pixels, (x, y), max(1, radius // 2), any_colour(rng), -1, cv2.LINE_AA)


def draw_frame(rng: np.random.Generator, fonts: FontSet, pixels: Pixels, serial: Area) -> None:
    """Lay a dealer's frame with its words over the margin of a plate, never over the serial."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = serial
    sides = (
        min(left - 1, width * between(rng, 0.01, 0.05)),
        min(top - 1, height * between(rng, 0.03, 0.17)),
        min(width - right - 1, width * between(rng, 0.01, 0.05)),
        min(height - bottom - 1, height * between(rng, 0.05, 0.2)),
    )
    x1, y1, x2, y2 = (max(0, int(side)) for side in sides)
    colour = pick(rng, ((18, 18, 20), (18, 18, 20), (35, 35, 38), (170, 172, 175), any_colour(rng)))
    light = tuple(min(255, c + 45) for c in colour)
    for rows, columns in (
        (slice(0, y1), slice(None)), (slice(height - y2, None), slice(None)),
        (slice(None), slice(0, x1)), (slice(None), slice(width - x2, None)),
    ):  # fmt: skip
        pixels[rows, columns] = colour
    cv2.rectangle(pixels, (x1, y1), (width - 1 - x2, height - 1 - y2), light, 1)
    ink = (235, 235, 235) if brightness(colour) < 120 else (20, 20, 25)
    for low, deep in ((0, y1), (height - y2, y2)):
        if deep < 6 or rng.random() < 0.25:
            continue
        shape, capital = fonts.line(fonts.draw(rng), some_words(rng))
        w, h = words_size_wh(shape, capital, 0.6 * deep)
        w, h = min(w, 0.9 * width), min(h, 0.9 * deep)
        x, y = (width - w) / 2, low + (deep - h) / 2
        put_words(pixels, shape, (x, y, x + w, y + h), ink)
