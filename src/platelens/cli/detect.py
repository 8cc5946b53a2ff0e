"""`platelens detect`."""

from __future__ import annotations

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_DETECTOR


@one_line_errors()
def detect(  # noqa: PLR0913  # a command's options are its arguments
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    csv: opt.CsvFile = None,
    annotate: opt.AnnotateDir = None,
    crops: opt.CropsDir = None,
    debug_steps: opt.DebugSteps = None,
    min_confidence: opt.MinConfidence = 0.0,
    detector: opt.DetectorName = DEFAULT_DETECTOR,
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Find every plate in pictures, without reading it."""
    from platelens.cli.loop import work_through
    from platelens.pipeline import build_detector, explain_with, find_in_file
    from platelens.pipeline.records import detect_record

    stage = build_detector(detector, device=device, threads=threads)
    steps = opt.Steps(debug_steps, explain_with(stage)) if debug_steps else None
    work_through(
        paths,
        lambda name: find_in_file(name, stage, min_confidence=min_confidence),
        detect_record,
        as_json=as_json,
        outputs=opt.Outputs(csv, annotate, crops, steps),
    )
