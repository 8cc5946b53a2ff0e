"""One stage alone on a picture file, timed as the whole pipeline is."""

from __future__ import annotations

import os
import time

from platelens import imaging
from platelens.geometry import box_to_quad
from platelens.pipeline.pipeline import ReadResult
from platelens.types import Box, Detection, Detector, Plate, Recognizer


def find_in_file(
    path: str | os.PathLike[str], detector: Detector, *, min_confidence: float = 0.0
) -> ReadResult:
    """Find the plates of a picture without reading them, left to right.

    Raises:
        ImageError: the picture is missing, damaged or too large.
    """
    start = time.perf_counter()
    image = imaging.load(path)
    loaded = time.perf_counter()
    found = [d for d in detector.detect(image) if d.confidence >= min_confidence]
    end = time.perf_counter()
    return ReadResult(
        image=image,
        plates=tuple(Plate(d) for d in sorted(found, key=lambda d: d.box.x1)),
        ms_detect=(end - loaded) * 1e3,
        ms_read=0.0,
        ms_total=(end - start) * 1e3,
    )


def read_crop_file(path: str | os.PathLike[str], recognizer: Recognizer) -> ReadResult:
    """Read a picture that is a plate and nothing else; its box is the whole picture.

    Raises:
        ImageError: the picture is missing, damaged or too large.
    """
    start = time.perf_counter()
    image = imaging.load(path)
    loaded = time.perf_counter()
    (reading,) = recognizer.read([image])
    end = time.perf_counter()
    height, width = image.shape[:2]
    whole = Box(0.0, 0.0, float(width), float(height))
    return ReadResult(
        image=image,
        plates=(Plate(Detection(whole, box_to_quad(whole), 1.0), reading),),
        ms_detect=0.0,
        ms_read=(end - loaded) * 1e3,
        ms_total=(end - start) * 1e3,
    )
