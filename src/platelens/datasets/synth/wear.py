"""What time does to a plate: pressed edges, worn paint, dirt, dust, scratches."""

from __future__ import annotations

import cv2
import numpy as np

from platelens.datasets.synth.paint import Mask, Pixels, any_colour, between, blend, pick


def emboss(rng: np.random.Generator, pixels: Pixels, ink: Mask) -> None:
    """Show that the letters are pressed: a light and a dark edge beside every stroke."""
    shift = int(rng.integers(1, 4))
    forth = np.roll(ink, (shift, shift), (0, 1))
    back = np.roll(ink, (-shift, -shift), (0, 1))
    depth = between(rng, 0.06, 0.25)
    for edge, change in (
        (cv2.subtract(forth, back), cv2.subtract),
        (cv2.subtract(back, forth), cv2.add),
    ):
        level = cv2.convertScaleAbs(edge, alpha=depth)
        pixels[:] = change(pixels, cv2.merge([level, level, level]))


def wear_paint(rng: np.random.Generator, pixels: Pixels) -> None:
    """Let paint and ink pale in spots."""
    height, width = pixels.shape[:2]
    coarse = rng.integers(0, 256, (12, 32), np.uint8)
    spots = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    mask = cv2.threshold(spots, 215, int(between(rng, 30, 90)), cv2.THRESH_BINARY)[1]
    blend(pixels, np.asarray(mask, dtype=np.uint8), (150, 150, 148))


def splash_dirt(rng: np.random.Generator, pixels: Pixels) -> None:
    """Throw mud at a plate: spots of all sizes, through which letters can still be seen."""
    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    thick = int(between(rng, 60, 150))
    for _ in range(int(rng.integers(5, 40))):
        at = (int(rng.random() * width), int((1 - rng.random() ** 2) * height))
        radius = max(1, int(height * 0.06 * rng.random() ** 3))
        cv2.circle(mask, at, radius, thick, -1, cv2.LINE_AA)
    blend(pixels, mask, _dirt_colour(rng))


def gather_dust(rng: np.random.Generator, pixels: Pixels) -> None:
    """Lay road dust over a plate, thicker towards one edge and in clouds."""
    height, width = pixels.shape[:2]
    coarse = rng.integers(0, 256, (3, 6), np.uint8)
    clouds = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    fade = np.linspace(between(rng, 0, 0.2), between(rng, 0.2, 0.6), height, dtype=np.float32)
    mask = (clouds * fade[:, None]).astype(np.uint8)
    blend(pixels, mask, _dirt_colour(rng))


def scratch(rng: np.random.Generator, pixels: Pixels) -> None:
    """Scratch a plate with a few thin lines, light or dark."""
    height, width = pixels.shape[:2]
    for _ in range(int(rng.integers(1, 6))):
        start = rng.random(2) * (width, height)
        end = start + rng.normal(0, 0.3, 2) * (width, height)
        shade = pick(rng, ((225, 225, 225), (60, 58, 55), any_colour(rng)))
        points = np.array([start, end]).astype(np.int32)
        cv2.polylines(pixels, [points], False, shade, 1, cv2.LINE_AA)


def _dirt_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    return pick(rng, ((92, 74, 52), (70, 62, 52), (120, 105, 80), (55, 52, 48), (140, 130, 115)))
