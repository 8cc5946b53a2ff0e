"""What a serial stands on: metal in one colour, a scene, the coloured band of a country."""

from __future__ import annotations

import cv2
import numpy as np

from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.lettering import put_words, words_size_wh
from platelens.datasets.synth.paint import (
    Area,
    Colour,
    Pixels,
    any_colour,
    between,
    blend,
    brightness,
    jitter,
    parse_colour,
    pick,
    plain,
)
from platelens.region.formats import Band

_STARS: Colour = (240, 200, 40)


def draw_ground(rng: np.random.Generator, size_hw: tuple[int, int], colour: Colour) -> Pixels:
    """Give an empty plate; three in ten are lighter at one edge than at the other."""
    pixels = plain(size_hw, colour)
    if rng.random() < 0.3:
        fade = np.linspace(0, between(rng, 15, 50), size_hw[0])
        rows = np.repeat((fade if rng.random() < 0.5 else fade[::-1]).astype(np.uint8), size_hw[1])
        mask = rows.reshape(size_hw)
        pixels = np.asarray(cv2.subtract(pixels, cv2.merge([mask, mask, mask])), dtype=np.uint8)
    return pixels


def draw_scene(rng: np.random.Generator, pixels: Pixels, ink: Colour) -> None:
    """Paint a landscape on a plate, never as dark (or as light) as the ink of its serial."""
    height, width = pixels.shape[:2]
    empty = pixels.copy()
    coarse = rng.integers(0, 256, (int(rng.integers(2, 5)), int(rng.integers(2, 6)), 3), np.uint8)
    tint = between(rng, 0.08, 0.35)
    clouds = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    pixels[:] = cv2.addWeighted(pixels, 1 - tint, clouds, tint, 0)
    for edge in rng.random(2):
        if edge < 0.45:
            _draw_strip(rng, pixels)
    for _ in range(int(rng.integers(0, 3))):
        _draw_hills(rng, pixels, between(rng, 0.45, 0.85))
    for _ in range(int(rng.integers(0, 3))):
        at = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(3, width // 6)), int(rng.integers(3, height // 4)))
        turn = between(rng, 0, 180)
        cv2.ellipse(pixels, at, axes, turn, 0, 360, any_colour(rng), -1, cv2.LINE_AA)
    # Behind the number all of it is pale, as printers do it.
    keep = between(rng, 0.35, 0.75)
    middle = slice(int(0.22 * height), int(0.8 * height))
    pixels[middle] = cv2.addWeighted(pixels[middle], 1 - keep, empty[middle], keep, 0)
    dark_ink = brightness(ink) < 128
    limit = np.full_like(pixels, 110 if dark_ink else 130)
    pixels[:] = cv2.max(pixels, limit) if dark_ink else cv2.min(pixels, limit)


def _draw_strip(rng: np.random.Generator, pixels: Pixels) -> None:
    """Let a coloured strip at the top or the bottom fade into the plate."""
    height, width = pixels.shape[:2]
    deep = int(height * between(rng, 0.12, 0.35))
    fade = np.linspace(255, 0 if rng.random() < 0.7 else 255, deep).astype(np.uint8)
    mask = np.repeat(fade[:, None], width, axis=1)
    if rng.random() < 0.5:
        blend(pixels[:deep], mask, any_colour(rng))
    else:
        blend(pixels[height - deep :], np.ascontiguousarray(mask[::-1]), any_colour(rng))


def _draw_hills(rng: np.random.Generator, pixels: Pixels, level: float) -> None:
    height, width = pixels.shape[:2]
    xs = np.linspace(0, width, int(rng.integers(4, 12)))
    ys = height * (level + rng.uniform(-0.2, 0.15, len(xs)))
    ridge = np.stack([xs, ys], axis=1)
    points = np.concatenate([ridge, [[width, height], [0, height]]]).astype(np.int32)
    cv2.fillPoly(pixels, [points], any_colour(rng), cv2.LINE_AA)


def draw_band(
    rng: np.random.Generator, fonts: FontSet, pixels: Pixels, band: Band, room: Area
) -> Area:
    """Draw the country band into `room`; gives what is left of it."""
    x1, y1, x2, y2 = room
    height, width = y2 - y1, x2 - x1
    if band.side == "top":
        deep = height * between(rng, 0.18, 0.26)
        _draw_one_band(rng, fonts, pixels, band, (x1, y1, x2, y1 + deep))
        return x1, y1 + deep, x2, y2
    broad = min(0.14 * width, height * between(rng, 0.36, 0.55))
    if band.side in ("left", "both"):
        _draw_one_band(rng, fonts, pixels, band, (x1, y1, x1 + broad, y2))
        x1 += broad
    if band.side in ("right", "both"):
        mark = band if band.side == "right" else Band(band.colour, "", ink=band.ink)
        _draw_one_band(rng, fonts, pixels, mark, (x2 - broad, y1, x2, y2))
        x2 -= broad
    return x1, y1, x2, y2


def _draw_one_band(
    rng: np.random.Generator, fonts: FontSet, pixels: Pixels, band: Band, area: Area
) -> None:
    x1, y1, x2, y2 = area
    colour = jitter(rng, parse_colour(band.colour), 14)
    pixels[round(y1) : round(y2), round(x1) : round(x2)] = colour
    ink = jitter(rng, parse_colour(band.ink), 10)
    upright = y2 - y1 > x2 - x1
    if band.stars:
        side = min(x2 - x1, y2 - y1)
        centre = ((x1 + x2) / 2, y1 + 0.36 * (y2 - y1)) if upright else (x1 + side, (y1 + y2) / 2)
        _draw_stars(pixels, centre, 0.3 * side)
    if not band.text:
        return
    shape, capital = fonts.line(fonts.draw(rng), band.text)
    size = (y2 - y1) * (between(rng, 0.17, 0.24) if upright else between(rng, 0.5, 0.7))
    w, h = words_size_wh(shape, capital, size)
    shrink = min(1.0, 0.8 * (x2 - x1) / w)
    w, h = w * shrink, h * (shrink if upright else 1)
    x = (x1 + x2 - w) / 2
    y = y1 + between(rng, 0.68, 0.76) * (y2 - y1) if upright else (y1 + y2 - h) / 2
    put_words(pixels, shape, (x, y, x + w, y + h), ink)


def _draw_stars(pixels: Pixels, centre: tuple[float, float], radius: float) -> None:
    """Draw the twelve stars; at this size they are dots."""
    for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        at = (round(centre[0] + radius * np.sin(turn)), round(centre[1] - radius * np.cos(turn)))
        cv2.circle(pixels, at, max(1, round(0.14 * radius)), _STARS, -1, cv2.LINE_AA)


def choose_colours(
    rng: np.random.Generator, grounds: tuple[str, ...], inks: tuple[str, ...]
) -> tuple[Colour, Colour]:
    """Give a ground and its ink, each near what the law says."""
    index = int(rng.random() * len(grounds))
    ink = inks[index] if len(inks) == len(grounds) else pick(rng, inks)
    return jitter(rng, parse_colour(grounds[index]), 13), jitter(rng, parse_colour(ink), 11)
