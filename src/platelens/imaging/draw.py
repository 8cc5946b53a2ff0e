"""Plates drawn on a picture, for people to look at."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import Quad, RgbImage

_LINE: Final = (255, 210, 0)  # R, G, B
_INK: Final = (0, 0, 0)
_FONT: Final = cv2.FONT_HERSHEY_DUPLEX
_FONT_PX: Final = 22.0
"""Height of a capital letter of `_FONT` at scale 1, in pixels."""


def draw_plate(image: RgbImage, quad: Quad, text: str, confidence: float | None = None) -> RgbImage:
    """Give a copy of `image` with a plate's outline and a label above it.

    Args:
        image: the picture; lines and letters are scaled with its size.
        quad: the corners of the plate; they may lie outside the picture.
        text: of the label; without text and confidence there is no label.
        confidence: 0..1, shown in percent.
    """
    canvas = image.copy()
    letter_px = max(8.0, min(image.shape[:2]) / 30)
    thickness = max(1, round(letter_px / 8))
    corners = np.rint(np.asarray(quad.points)).astype(np.int32)  # (4, 2)
    cv2.polylines(canvas, [corners], True, _LINE, thickness, cv2.LINE_AA)
    percent = "" if confidence is None else f"{confidence:.0%}"
    label = " ".join(part for part in (text, percent) if part)
    if label:
        _draw_label(canvas, corners.min(axis=0), corners.max(axis=0), label, letter_px)
    return RgbImage(canvas)


def _draw_label(
    canvas: RgbImage,
    top_left: NDArray[np.int32],
    bottom_right: NDArray[np.int32],
    label: str,
    letter_px: float,
) -> None:
    """Write `label` above the box, below it where there is no room, and inside the frame."""
    height, width = canvas.shape[:2]
    scale, thickness = letter_px / _FONT_PX, max(1, round(letter_px / 14))
    (text_width, text_height), _ = cv2.getTextSize(label, _FONT, scale, thickness)
    pad = max(2, round(letter_px / 3))
    box_width, box_height = text_width + 2 * pad, text_height + 2 * pad
    y = int(top_left[1]) - box_height
    if y < 0:
        y = int(bottom_right[1])
    x = max(0, min(int(top_left[0]), width - box_width))
    y = max(0, min(y, height - box_height))
    cv2.rectangle(canvas, (x, y), (x + box_width - 1, y + box_height - 1), _LINE, cv2.FILLED)
    origin = (x + pad, y + round((box_height + letter_px) / 2))
    cv2.putText(canvas, label, origin, _FONT, scale, _INK, thickness, cv2.LINE_AA)
