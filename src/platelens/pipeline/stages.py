"""One stage alone on a picture file, timed as the whole pipeline is."""

from __future__ import annotations

import os
import time

from platelens import imaging
from platelens.detection import WholePicture
from platelens.pipeline.pipeline import ReadResult, join_plate
from platelens.types import Detector, Match, Plate, Recognizer, RegionMatcher


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


def read_crop_file(
    path: str | os.PathLike[str],
    recognizer: Recognizer,
    matcher: RegionMatcher | None = None,
    *,
    min_char_confidence: float = 0.0,
) -> ReadResult:
    """Read a picture that is a plate and nothing else; its box is the whole picture.

    Args:
        path: of the picture.
        recognizer: reads it.
        matcher: tells the plate's region and weighs its text by the serials there.
        min_char_confidence: as in `PipelineSettings`.

    Raises:
        ImageError: the picture is missing, damaged or too large.
    """
    start = time.perf_counter()
    image = imaging.load(path)
    loaded = time.perf_counter()
    (reading,) = recognizer.read([image])
    match = Match(reading, None, None)
    if matcher is not None:
        (match,) = matcher.match([image], [reading])
    end = time.perf_counter()
    (whole,) = WholePicture().detect(image)
    return ReadResult(
        image=image,
        plates=(join_plate(whole, reading, match, min_char_confidence),),
        ms_detect=0.0,
        ms_read=(end - loaded) * 1e3,
        ms_total=(end - start) * 1e3,
    )
