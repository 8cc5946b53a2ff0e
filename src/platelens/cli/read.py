"""`platelens read`."""

from __future__ import annotations

from functools import partial

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors


@one_line_errors()
def read(  # noqa: PLR0913  # a command's options are its arguments
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    csv: opt.CsvFile = None,
    annotate: opt.AnnotateDir = None,
    crops: opt.CropsDir = None,
    debug_steps: opt.DebugSteps = None,
    min_confidence: opt.MinConfidence = 0.0,
    min_char_confidence: opt.MinCharConfidence = None,
    top: opt.Top = opt.DEFAULT_TOP,
    accurate: opt.Accurate = False,
    pipeline: opt.PipelineName = opt.DEFAULT_PIPELINE,
    detector: opt.OtherDetector = None,
    reader: opt.OtherReader = None,
    matcher: opt.OtherMatcher = None,
    region: opt.Regions = "",
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Find every plate in pictures and print its text."""
    from platelens.cli.loop import work_through
    from platelens.pipeline import PlateReader, change_plan, explain_with, load_plan
    from platelens.pipeline.records import read_record

    plan = change_plan(
        load_plan(pipeline),
        detector=detector,
        recognizer=reader,
        matcher=matcher,
        min_char_confidence=min_char_confidence,
    )
    plate_reader = PlateReader.from_plan(
        plan,
        device=device,
        threads=threads,
        top_n=top,
        min_confidence=min_confidence,
        accurate=accurate,
        regions=opt.split_codes(region),
    )
    steps = None
    if debug_steps:
        stages = plate_reader.pipeline
        steps = opt.Steps(debug_steps, explain_with(stages.detector, stages.recognizer))
    work_through(
        paths,
        plate_reader.read_timed,
        partial(read_record, top=top),
        as_json=as_json,
        outputs=opt.Outputs(csv, annotate, crops, steps),
    )
