"""`platelens redact`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import Failures, describe, one_line, one_line_errors

if TYPE_CHECKING:
    from platelens.pipeline.redaction import Redactor

_VIDEOS: Final = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})
_USUAL_FPS: Final = 25.0

OutDir = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where the copies go.", show_default=False)
]
Black = Annotated[bool, typer.Option("--black", help="Fill plates with black; else blur them.")]


@one_line_errors()
def redact(
    paths: opt.Paths,
    out: OutDir,
    *,
    black: Black = False,
    detector: opt.DetectorName = "detector_small@640",
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Write copies of pictures and videos in which no plate can be read."""
    from platelens.cli.sinks import OutputNames
    from platelens.cli.sources import find_sources
    from platelens.errors import ImageError, VideoError
    from platelens.pipeline import build_detector, build_pipeline
    from platelens.pipeline.redaction import DOUBTFUL, Redactor

    finder = build_detector(detector, device=device, threads=threads, score_threshold=DOUBTFUL)
    reads = build_pipeline(finder, device=device, threads=threads)
    redactor = Redactor(finder, reads, "black" if black else "blur")
    sources, failures = find_sources(paths), Failures()
    for note in sources.notes:
        typer.echo(f"note: {one_line(note)}", err=True)
    for problem in sources.problems:
        failures.report(problem)
    names = OutputNames(out, sources.files)
    for name in sources.files:
        try:
            if os.path.splitext(name)[1].lower() in _VIDEOS:
                require_extra("video", "av")
                told = _redact_video(name, names.take(name, ".mp4"), redactor)
            else:
                told = _redact_picture(name, names.take(name, ".jpg"), redactor)
        except (ImageError, VideoError, OSError, MemoryError) as error:
            failures.report(describe(error, name))
        else:
            typer.echo(f"{one_line(name)}\t{told}")
    failures.exit_if_any()


def _redact_picture(source: str, target: Path, redactor: Redactor) -> str:
    from platelens import imaging

    image, count = redactor.hide(imaging.load(source))
    imaging.save(image, target)  # none of the file's other contents, such as the place it was taken
    return f"{count} plates hidden\t{one_line(str(target))}"


def _redact_video(source: str, target: Path, redactor: Redactor) -> str:
    from platelens.imaging.video import open_video, write_video

    count, video = 0, None
    with open_video(source) as frames:
        try:
            for frame in redactor.hide_in_frames(frames):
                if video is None:
                    size_hw = (frame.image.shape[0], frame.image.shape[1])
                    video = write_video(target, frames.fps or _USUAL_FPS, size_hw).__enter__()
                video.write(frame)
                count += 1
        finally:
            if video is not None:
                video.__exit__(None, None, None)
    return f"{count} pictures, without sound\t{one_line(str(target))}"
