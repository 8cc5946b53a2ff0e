"""`platelens ocr`."""

from __future__ import annotations

from functools import partial

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_RECOGNIZER


@one_line_errors()
def ocr(  # noqa: PLR0913  # a command's options are its arguments
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    top: opt.Top = opt.DEFAULT_TOP,
    min_char_confidence: opt.MinCharConfidence = None,
    debug_steps: opt.DebugSteps = None,
    reader: opt.ReaderName = DEFAULT_RECOGNIZER,
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Read pictures that are plates already, without looking for plates in them."""
    from platelens.cli.loop import work_through
    from platelens.pipeline import build_recognizer, explain_with, read_crop_file
    from platelens.pipeline.records import ocr_record

    stage = build_recognizer(reader, device=device, threads=threads, top_n=top)
    steps = None
    if debug_steps:
        steps = opt.Steps(debug_steps, explain_with(recognizer=stage))
    least = min_char_confidence or 0.0
    work_through(
        paths,
        lambda name: read_crop_file(name, stage, min_char_confidence=least),
        partial(ocr_record, top=top),
        as_json=as_json,
        outputs=opt.Outputs(steps=steps),
    )
