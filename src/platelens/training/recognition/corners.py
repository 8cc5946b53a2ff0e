"""Corners of plates of which only the box is labelled, found by a detector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from platelens.datasets import LabelledPlate
from platelens.detection import PlateDetector
from platelens.geometry import box_to_quad, iou_xyxy
from platelens.runtime import model_folder, open_session
from platelens.types import Box, Quad, RgbImage

CornerFinder = Callable[[RgbImage, Sequence[LabelledPlate]], list[Quad]]
"""Gives the corners of each labelled plate of a picture."""

_LEAST_OVERLAP: Final = 0.6


def corner_finder(name: str) -> CornerFinder:
    """Give a finder that asks the detector `name`; "" = take the corners of the box.

    Labelled corners always come first. A plate that the detector does not find, or finds
    elsewhere (IoU under 0.6), keeps the corners of its box.
    """
    if not name:
        return lambda _, plates: [p.outline for p in plates]
    detector = PlateDetector(open_session(model_folder(name)), score_threshold=0.2)

    def find(pixels: RgbImage, plates: Sequence[LabelledPlate]) -> list[Quad]:
        detections = detector.detect(pixels)
        if not detections:
            return [p.outline for p in plates]
        overlaps = iou_xyxy(_rows([p.box for p in plates]), _rows([d.box for d in detections]))
        quads = []
        for plate, row in zip(plates, overlaps, strict=True):
            best = int(row.argmax())
            found = detections[best].quad if row[best] >= _LEAST_OVERLAP else box_to_quad(plate.box)
            quads.append(plate.quad or found)
        return quads

    return find


def _rows(boxes: Sequence[Box]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array([(b.x1, b.y1, b.x2, b.y2) for b in boxes], np.float32)
