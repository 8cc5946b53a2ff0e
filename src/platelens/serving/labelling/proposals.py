"""What the models would label: for a person to take, to change or to leave."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from platelens import imaging
from platelens.errors import AnnotationError
from platelens.geometry import array_to_quad
from platelens.pipeline import Pipeline, PlateReader
from platelens.types import Box, Detection, Plate, Quad, Reading, Region, RgbImage

_KEPT: Final = 2
"""So many decoded pictures are kept: the one that is worked on, and the one before."""


class Proposer:
    """Finds and reads plates, one picture at a time, whoever asks."""

    def __init__(self, reader: PlateReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._pictures: dict[tuple[Path, int], RgbImage] = {}

    def propose(self, picture: Path) -> list[dict[str, Any]]:
        """Give the plates of a picture as the labels have them, with confidences.

        Raises:
            ImageError: it cannot be read.
        """
        with self._lock:
            plates = self._reader.pipeline.run(self._load(picture))
        return [_proposal(plate) for plate in plates]

    def read(self, picture: Path, corners: Any) -> dict[str, Any]:
        """Read one plate whose four corners, [[x, y], ...], a person has marked.

        Raises:
            AnnotationError: these are no four corners.
            ImageError: the picture cannot be read.
        """
        stages = self._reader.pipeline
        there = _Marked(_quad(corners))
        marked = Pipeline(there, stages.recognizer, stages.settings, stages.matcher)
        with self._lock:
            plates = marked.run(self._load(picture))
        return _proposal(plates[0]) if plates else {"text": "", "rows": 1}

    def _load(self, picture: Path) -> RgbImage:
        key = (picture, picture.stat().st_mtime_ns)
        if key not in self._pictures:
            while len(self._pictures) >= _KEPT:
                del self._pictures[next(iter(self._pictures))]
            self._pictures[key] = imaging.load(picture)
        return self._pictures[key]


@dataclass(frozen=True, slots=True)
class _Marked:
    """Finds the plate that a person has marked."""

    quad: Quad

    def detect(self, image: RgbImage) -> list[Detection]:
        del image
        xs, ys = zip(*self.quad.points, strict=True)
        return [Detection(Box(min(xs), min(ys), max(xs), max(ys)), self.quad, 1.0)]


def _quad(corners: Any) -> Quad:
    try:
        points = np.array(corners, dtype=np.float32)
    except (TypeError, ValueError):
        points = np.empty(0, np.float32)
    if points.shape != (4, 2) or not np.isfinite(points).all() or not np.ptp(points, 0).all():
        raise AnnotationError("corners: expected four [x, y] in pixels, around a plate")
    return array_to_quad(points)


def _proposal(plate: Plate) -> dict[str, Any]:
    box = plate.detection.box
    read = _reading(plate.reading, plate.region) if plate.reading else {"text": "", "rows": 1}
    return {
        "box": [round(v, 1) for v in (box.x1, box.y1, box.x2, box.y2)],
        "corners": [[round(x, 1), round(y, 1)] for x, y in plate.detection.quad.points],
        "detection_confidence": round(plate.detection.confidence, 4),
        **read,
    }


def _reading(reading: Reading, region: Region | None) -> dict[str, Any]:
    return {
        "text": reading.text,
        "confidence": round(reading.confidence, 4),
        "readable": reading.is_readable,
        "characters": [round(sure, 3) for sure in reading.char_confidences],
        "candidates": [
            {"text": c.text, "confidence": round(c.confidence, 4)} for c in reading.candidates
        ],
        "rows": reading.rows,
        "region": region.code if region else None,
        "region_name": region.name if region else None,
    }
