"""Corners of plates of which only the box is labelled, found by a detector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from platelens.datasets import LabelledPlate, Sample
from platelens.detection import PlateDetector
from platelens.geometry import box_to_quad, iou_xyxy
from platelens.imaging import load
from platelens.runtime import model_folder, open_session
from platelens.training.recognition.data import Patch
from platelens.types import Box, Quad, RgbImage

CornerFinder = Callable[[RgbImage, Sequence[LabelledPlate]], list[Quad]]
"""Gives the corners of each labelled plate of a picture."""

_LEAST_OVERLAP: Final = 0.6
_FOUND: Final = 0.2
_DOUBTFUL: Final = 0.08
"""What the detector thinks a plate of this probability may be one that nobody labelled."""

_PLACES: Final = 3  # tries a scene


def open_detector(name: str) -> PlateDetector | None:
    """Open the detector `name` so that it finds doubtful plates too; "" gives none."""
    if not name:
        return None
    return PlateDetector(open_session(model_folder(name)), score_threshold=_DOUBTFUL)


def corner_finder(detector: PlateDetector | None) -> CornerFinder:
    """Give a finder that asks `detector`; without one it takes the corners of the box.

    Labelled corners always come first. A plate that the detector does not find, or finds
    elsewhere (IoU under 0.6), keeps the corners of its box.
    """
    if detector is None:
        return lambda _, plates: [p.outline for p in plates]

    def find(pixels: RgbImage, plates: Sequence[LabelledPlate]) -> list[Quad]:
        detections = [d for d in detector.detect(pixels) if d.confidence >= _FOUND]
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


def cut_places(samples: Sequence[Sample], detector: PlateDetector | None, seed: int) -> list[Patch]:
    """Cut places without a plate out of scenes, whatever is there: grilles, signs, walls.

    Without a detector there are none: scenes show plates that nobody labelled.
    """
    places: list[Patch] = []
    if detector is None:
        return places
    rng = np.random.default_rng(seed)
    for sample in samples:
        pixels = load(sample.image)
        height, width = pixels.shape[:2]
        plates = [p.box for p in sample.plates] + [d.box for d in detector.detect(pixels)]
        taken = _rows(plates).reshape(-1, 4)
        for _ in range(_PLACES):
            w = float(np.exp(rng.uniform(np.log(40), np.log(max(41, 0.4 * width)))))
            h = w / float(np.exp(rng.uniform(np.log(1.2), np.log(6))))
            x, y = rng.uniform(0, max(1, width - w)), rng.uniform(0, max(1, height - h))
            spot = np.array([[x - 0.2 * w, y - 0.2 * h, x + 1.2 * w, y + 1.2 * h]], np.float32)
            if h < 8 or (len(taken) and iou_xyxy(spot, taken).max() > 0):
                continue
            x1, y1 = (max(0, int(v)) for v in spot[0, :2])
            x2, y2 = (int(v) for v in spot[0, 2:])
            cut = np.ascontiguousarray(pixels[y1:y2, x1:x2])
            quad = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)
            places.append(Patch(RgbImage(cut), quad - np.array([x1, y1], np.float32), "", 1))
    return places


def _rows(boxes: Sequence[Box]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array([(b.x1, b.y1, b.x2, b.y2) for b in boxes], np.float32)
