"""`platelens ocr`."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_RECOGNIZER

if TYPE_CHECKING:
    from platelens.pipeline import ReadResult
    from platelens.types import Recognizer


@one_line_errors()
def ocr(
    paths: opt.Paths,
    *,
    as_json: opt.AsJson = False,
    top: opt.Top = opt.DEFAULT_TOP,
    reader: opt.ReaderName = DEFAULT_RECOGNIZER,
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Read pictures that are plates already, without looking for plates in them."""
    from platelens.cli.loop import work_through
    from platelens.cli.records import ocr_record
    from platelens.pipeline import build_recognizer

    stage = build_recognizer(reader, device=device, threads=threads, top_n=top)
    work_through(
        paths, lambda name: _read(name, stage), partial(ocr_record, top=top), as_json=as_json
    )


def _read(name: str, stage: Recognizer) -> ReadResult:
    from platelens import imaging
    from platelens.geometry import box_to_quad
    from platelens.pipeline import ReadResult
    from platelens.types import Box, Detection, Plate

    start = time.perf_counter()
    image = imaging.load(name)
    loaded = time.perf_counter()
    (reading,) = stage.read([image])
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
