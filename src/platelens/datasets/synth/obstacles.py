"""Things in front of a plate's edge: a bar, a tow ball, leaves. The serial stays readable."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.paint import Colour, Mask, Pixels, between, blend, jitter, pick
from platelens.types import FloatArray

MOST_HIDDEN: Final = 0.12
"""Part of the serial's area that may be hidden."""

_MOST_HIDDEN_STRIP: Final = 0.4
"""Part of any strip as wide as a slim character that may be hidden: no character is lost."""

_STRIPS: Final = 14
_CANVAS_WH: Final = (336, 144)
"""The serial fills the middle third of the canvas's height and two thirds of its width."""


def hide_edge(rng: np.random.Generator, pixels: Pixels, serial: FloatArray) -> Pixels:
    """Put something in front of the edge of a plate.

    Args:
        rng: the source of chance.
        pixels: a picture with a plate.
        serial: (4, 2) corners of the serial in it, pixels, clockwise from its top left.

    Returns:
        The picture, as it was where the thing would hide too much of the serial.
    """
    shape, colour = pick(rng, (_bar, _ball, _leaves))(rng)
    if hidden_part(shape) > MOST_HIDDEN or _strips(shape).max() > _MOST_HIDDEN_STRIP:
        return pixels
    matrix = cv2.getPerspectiveTransform(_serial_on_canvas(), serial.astype(np.float32))
    height, width = pixels.shape[:2]
    mask = cv2.warpPerspective(shape, matrix, (width, height), flags=cv2.INTER_LINEAR)
    seen = pixels.copy()
    blend(seen, np.asarray(mask, dtype=np.uint8), colour)
    return seen


def hidden_part(shape: Mask) -> float:
    """Give the part of the serial that a shape on the canvas hides, 0 to 1."""
    return float(_strips(shape).mean())


def _strips(shape: Mask) -> NDArray[np.float64]:
    """Give the hidden part of each of the upright strips of the serial."""
    width, height = _CANVAS_WH
    inside = shape[height // 3 : 2 * height // 3, width // 6 : 5 * width // 6]
    strips = inside.reshape(height // 3, _STRIPS, -1).mean(axis=(0, 2))
    return np.asarray(strips / 255, dtype=np.float64)


def _serial_on_canvas() -> FloatArray:
    width, height = _CANVAS_WH
    x1, y1, x2, y2 = width / 6, height / 3, 5 * width / 6, 2 * height / 3
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)


def _bar(rng: np.random.Generator) -> tuple[Mask, Colour]:
    """Draw a bar of a bumper or a bicycle rack along the upper or lower edge."""
    width, height = _CANVAS_WH
    shape = np.zeros((height, width), np.uint8)
    reach = int(between(rng, -0.03, 0.1) * height / 3)
    tilt = int(rng.normal(0, 1.5))
    thick = int(between(rng, 6, 40))
    edge = height // 3 + reach
    points = np.array(
        [[0, edge - thick], [width, edge - thick + tilt], [width, edge + tilt], [0, edge]]
    )
    if rng.random() < 0.5:
        points[:, 1] = height - 1 - points[:, 1]
    cv2.fillConvexPoly(shape, points.astype(np.int32), 255)
    return shape, jitter(rng, pick(rng, ((25, 25, 28), (120, 120, 122), (190, 190, 192))), 12)


def _ball(rng: np.random.Generator) -> tuple[Mask, Colour]:
    """Draw a tow ball that reaches into the plate from below, with its neck."""
    width, height = _CANVAS_WH
    shape = np.zeros((height, width), np.uint8)
    radius = int(between(rng, 12, 26))
    bottom = 2 * height // 3
    at = (int(width * between(rng, 0.2, 0.8)), bottom + radius - int(between(rng, 0, 15)))
    cv2.circle(shape, at, radius, 255, -1, cv2.LINE_AA)
    half = radius // 2
    cv2.rectangle(shape, (at[0] - half, at[1]), (at[0] + half, height), 255, -1)
    return shape, jitter(rng, pick(rng, ((20, 20, 22), (70, 70, 72), (150, 150, 152))), 10)


def _leaves(rng: np.random.Generator) -> tuple[Mask, Colour]:
    """Draw leaves or grass that hang over, or grow up to, one edge."""
    width, height = _CANVAS_WH
    shape = np.zeros((height, width), np.uint8)
    below = rng.random() < 0.6
    centre = width * between(rng, 0.1, 0.9)
    for _ in range(int(between(rng, 5, 25))):
        x = centre + rng.normal(0, 0.12) * width
        reach = between(rng, -0.1, 0.33) * height / 3
        y = 2 * height / 3 - reach if below else height / 3 + reach
        axes = (int(between(rng, 2, 6)), int(between(rng, 8, 22)))
        away = axes[1] if below else -axes[1]
        at = (int(x), int(y + away))
        cv2.ellipse(shape, at, axes, between(rng, -35, 35), 0, 360, 255, -1, cv2.LINE_AA)
    return shape, jitter(rng, pick(rng, ((60, 90, 35), (95, 110, 50), (110, 85, 45))), 15)
