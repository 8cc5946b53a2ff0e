"""`platelens detect`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_DETECTOR

if TYPE_CHECKING:
    from platelens.pipeline import ReadResult
    from platelens.types import Detector


@one_line_errors()
def detect(  # noqa: PLR0913  # a command's options are its arguments
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    csv: opt.CsvFile = None,
    annotate: opt.AnnotateDir = None,
    crops: opt.CropsDir = None,
    min_confidence: opt.MinConfidence = 0.0,
    detector: opt.DetectorName = DEFAULT_DETECTOR,
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Find every plate in pictures, without reading it."""
    from platelens.cli.loop import work_through
    from platelens.cli.records import detect_record
    from platelens.pipeline import build_detector

    stage = build_detector(detector, device=device, threads=threads)
    work_through(
        paths,
        lambda name: _find(name, stage, min_confidence),
        detect_record,
        as_json=as_json,
        outputs=opt.Outputs(csv, annotate, crops),
    )


def _find(name: str, stage: Detector, min_confidence: float) -> ReadResult:
    from platelens import imaging
    from platelens.pipeline import ReadResult
    from platelens.types import Plate

    start = time.perf_counter()
    image = imaging.load(name)
    loaded = time.perf_counter()
    found = [d for d in stage.detect(image) if d.confidence >= min_confidence]
    end = time.perf_counter()
    return ReadResult(
        image=image,
        plates=tuple(Plate(d) for d in sorted(found, key=lambda d: d.box.x1)),
        ms_detect=(end - loaded) * 1e3,
        ms_read=0.0,
        ms_total=(end - start) * 1e3,
    )
