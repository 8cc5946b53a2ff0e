"""`platelens region`."""

from __future__ import annotations

from functools import partial

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_CLASSIFIER, DEFAULT_RECOGNIZER


@one_line_errors()
def region(  # noqa: PLR0913  # a command's options are its arguments
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    top: opt.Top = opt.DEFAULT_TOP,
    codes: opt.Regions = "",
    reader: opt.ReaderName = DEFAULT_RECOGNIZER,
    matcher: opt.MatcherName = DEFAULT_CLASSIFIER,
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Tell where pictures that are plates already are from, by look and serial."""
    from platelens.cli.loop import work_through
    from platelens.pipeline import build_matcher, build_recognizer, read_crop_file
    from platelens.pipeline.records import crop_record

    stage = build_recognizer(reader, device=device, threads=threads, top_n=top)
    regions = opt.split_codes(codes)
    match = build_matcher(matcher, regions=regions, device=device, threads=threads)
    work_through(
        paths,
        lambda name: read_crop_file(name, stage, match),
        partial(crop_record, top=top),
        as_json=as_json,
    )
