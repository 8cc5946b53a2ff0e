"""What stands between a plate and its light, and what shines on it: shadows, rain, lamps, sun."""

from __future__ import annotations

import cv2
import numpy as np

from platelens.datasets.synth.paint import Mask, Pixels, between, blend


def cast_shadow(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Darken one side of a random straight edge."""
    height, width = pixels.shape[:2]
    along, across = _directions(rng, 4.0 * (height + width))
    start = rng.random(2) * (width, height)
    edge = [start - along, start + along, start + along + across, start - along + across]
    return _darken(pixels, [np.array(edge)], 1 - strength * between(rng, 0.2, 0.65), 0.0)


def cast_bars(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Let the shadows of a fence, a grille or branches fall across, soft at their edges."""
    height, width = pixels.shape[:2]
    along, across = _directions(rng, 4.0 * (height + width))
    across = across / np.linalg.norm(across)
    step = height * between(rng, 0.25, 1.2)
    start = rng.random(2) * (width, height)
    bars = []
    for i in range(-8, 9):
        middle = start + across * step * (i + 0.2 * rng.random())
        half = across * step * between(rng, 0.1, 0.3)
        ends = [middle - along - half, middle + along - half, middle + along + half]
        bars.append(np.array([*ends, middle - along + half]))
    return _darken(pixels, bars, 1 - strength * between(rng, 0.2, 0.55), 0.03 * height)


def _directions(
    rng: np.random.Generator, length: float
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    angle = between(rng, 0, 2 * np.pi)
    along = np.array([np.cos(angle), np.sin(angle)]) * length
    return along, np.array([-along[1], along[0]])


def _darken(
    pixels: Pixels, shapes: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]],
    left: float, soft_px: float,
) -> Pixels:  # fmt: skip
    """Leave `left` of the light inside of `shapes`."""
    mask = np.zeros(pixels.shape[:2], np.uint8)
    for shape in shapes:
        cv2.fillConvexPoly(mask, shape.astype(np.int32), 255)
    if soft_px > 0.3:
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), soft_px), dtype=np.uint8)
    light = cv2.bitwise_not(cv2.convertScaleAbs(mask, alpha=1 - left))
    return np.asarray(cv2.multiply(pixels, cv2.merge([light, light, light]), scale=1 / 255))


def let_it_rain(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Draw streaks of falling rain, all in one direction."""
    height, width = pixels.shape[:2]
    mask: Mask = np.zeros((height, width), np.uint8)
    slant = rng.normal(0, 0.25)
    count = int(between(rng, 0.3, 1) * 40 * strength)
    starts = rng.random((count, 2)) * (width, height)
    lengths = height * (0.08 + 0.25 * rng.random(count))
    ends = starts + np.stack([slant * lengths, lengths], axis=1)
    lines = np.stack([starts, ends], axis=1).astype(np.int32)
    cv2.polylines(mask, list(lines), False, int(between(rng, 50, 130)), 1, cv2.LINE_AA)
    seen = pixels.copy()
    blend(seen, mask, (205, 208, 212))
    return seen


def wet_the_lens(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Put drops on the glass: behind each one the picture is soft and a little brighter."""
    height, width = pixels.shape[:2]
    soft = cv2.blur(pixels, (7, 7))
    seen = pixels.copy()
    for _ in range(int(1 + between(rng, 1, 7) * strength)):
        radius = max(2, int(height * between(rng, 0.03, 0.1)))
        x, y = int(rng.random() * width), int(rng.random() * height)
        x1, y1, x2, y2 = max(0, x - radius), max(0, y - radius), x + radius, y + radius
        drop = np.zeros(seen[y1:y2, x1:x2].shape[:2], np.uint8)
        cv2.circle(drop, (x - x1, y - y1), radius - 1, 255, -1, cv2.LINE_AA)
        inside = drop > 127
        glow = cv2.convertScaleAbs(soft[y1:y2, x1:x2], alpha=0.9, beta=20)
        seen[y1:y2, x1:x2][inside] = glow[inside]
    return seen


def shine_lamp(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Add the bright round spot of a headlight or of a flash, with its halo."""
    height, width = pixels.shape[:2]
    radius = between(rng, 0.06, 0.35) * width
    gx = np.exp(-((np.arange(width) - rng.random() * width) ** 2) / (2 * radius**2))
    gy = np.exp(-((np.arange(height) - rng.random() * height) ** 2) / (2 * radius**2))
    spot = (np.outer(gy, gx) * between(rng, 30, 50 + 80 * strength)).astype(np.uint8)
    return np.asarray(cv2.add(pixels, cv2.merge([spot, spot, spot])), dtype=np.uint8)


def let_sun_in(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Wash the picture out from one side, as low sun does."""
    height, width = pixels.shape[:2]
    corners = rng.random((2, 2), dtype=np.float32) ** 2 * np.float32(80 * strength)
    haze = cv2.resize(corners.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    warm = cv2.merge(
        [haze, cv2.convertScaleAbs(haze, alpha=0.95), cv2.convertScaleAbs(haze, alpha=0.82)]
    )
    return np.asarray(cv2.add(pixels, warm), dtype=np.uint8)
