"""RapidOCR: PaddleOCR's text detector and reader on ONNX Runtime, models inside the package."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np

from platelens.errors import EngineError
from platelens.recognition.engines.library import load_library, version_of
from platelens.recognition.engines.lines import TextLine, line_of, reading_of
from platelens.recognition.preprocess import enlarge_with_border
from platelens.types import Reading, RgbImage


class RapidOcrRecognizer:
    """Reads plates and photographs with RapidOCR. Threads that share it take turns.

    Args:
        threads: how many threads one call may use.

    Raises:
        EngineError: the library is missing or its models cannot be opened.
    """

    def __init__(self, *, threads: int = 2) -> None:
        library = load_library("rapidocr_onnxruntime", "rapidocr")
        self.version = version_of("rapidocr-onnxruntime")
        self._lock = Lock()  # it keeps the state of a call in its own attributes
        try:
            self._engine = library.RapidOCR(intra_op_num_threads=threads)
        except Exception as error:  # it has no base of its own
            raise EngineError(f"RapidOCR cannot be opened: {error}") from error

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Read rectified plate crops of any size, one reading each; [] gives []."""
        return [self._read(crop) for crop in crops]

    def read_lines(self, image: RgbImage) -> list[TextLine]:
        """Find and read every line of text of a photograph, as sure as RapidOCR's default asks."""
        return _lines(self._run(image))

    def _read(self, crop: RgbImage) -> Reading:
        # The text detector tells the rows from each other and the number from the small print.
        bordered = enlarge_with_border(crop)
        reading = reading_of(_lines(self._run(bordered, use_cls=False, text_score=0.0)))
        if reading.text:
            return reading
        height, width = crop.shape[:2]
        corners = [[0, 0], [width, 0], [width, height], [0, height]]
        whole = self._run(crop, use_det=False, use_cls=False)
        return reading_of(_lines([[corners, *found] for found in whole]))

    def _run(self, image: RgbImage, **how: Any) -> list[Any]:
        pixels = np.ascontiguousarray(image[..., ::-1])  # arrays are taken as OpenCV's: B, G, R
        try:
            with self._lock:
                found, _times = self._engine(pixels, **how)
        except Exception as error:  # it has no base of its own
            raise EngineError(f"RapidOCR failed: {error}") from error
        return found or []


def _lines(found: Sequence[Any]) -> list[TextLine]:
    lines = [line_of(corners, text, score) for corners, text, score in found]
    return [line for line in lines if line]
