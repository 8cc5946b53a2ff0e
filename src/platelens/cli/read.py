"""`platelens read`."""

from __future__ import annotations

from functools import partial

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_CLASSIFIER, DEFAULT_DETECTOR, DEFAULT_RECOGNIZER


@one_line_errors()
def read(  # noqa: PLR0913  # a command's options are its arguments
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    csv: opt.CsvFile = None,
    annotate: opt.AnnotateDir = None,
    crops: opt.CropsDir = None,
    min_confidence: opt.MinConfidence = 0.0,
    top: opt.Top = opt.DEFAULT_TOP,
    accurate: opt.Accurate = False,
    detector: opt.DetectorName = DEFAULT_DETECTOR,
    reader: opt.ReaderName = DEFAULT_RECOGNIZER,
    matcher: opt.MatcherName = DEFAULT_CLASSIFIER,
    region: opt.Regions = "",
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Find every plate in pictures and print its text."""
    from platelens.cli.loop import work_through
    from platelens.cli.records import read_record
    from platelens.pipeline import PlateReader

    plate_reader = PlateReader(
        detector,
        reader,
        matcher,
        device=device,
        threads=threads,
        top_n=top,
        min_confidence=min_confidence,
        accurate=accurate,
        regions=opt.split_codes(region),
    )
    work_through(
        paths,
        plate_reader.read_timed,
        partial(read_record, top=top),
        as_json=as_json,
        outputs=opt.Outputs(csv, annotate, crops),
    )
