"""`platelens watch`."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors
from platelens.runtime import DEFAULT_CLASSIFIER, DEFAULT_DETECTOR, DEFAULT_RECOGNIZER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from platelens.cli.passes import PassSink
    from platelens.imaging.video import FrameSource
    from platelens.pipeline.video import Watched
    from platelens.types import RgbImage

_NOTED_S: Final = 1.0
"""How often a terminal is told how the source does."""

_USUAL_FPS: Final = 25.0
"""Of an annotated video whose source does not say how many pictures a second it has."""

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="Video file, rtsp:// or http:// stream, /dev/videoN, or a folder of pictures.",
        show_default=False,
    ),
]
AnnotateVideo = Annotated[
    Path | None,
    typer.Option("--annotate", metavar="FILE", help="Write the video with plates drawn to FILE."),
]
SnapshotDir = Annotated[
    Path | None,
    typer.Option("--snapshots", metavar="DIR", help="Save picture and plate of each pass to DIR."),
]
Rate = Annotated[
    float | None, typer.Option("--fps", min=0.1, metavar="N", help="Look at N pictures a second.")
]
Area = Annotated[
    str,
    typer.Option(
        "--roi",
        metavar="POINTS",
        help="Corners of the area that counts, parts of width and height: 0,0.5 1,0.5 1,1 0,1.",
    ),
]
Start = Annotated[float, typer.Option("--start", min=0, metavar="S", help="Begin at second S.")]
End = Annotated[float | None, typer.Option("--end", min=0, metavar="S", help="End at second S.")]
Preview = Annotated[
    bool, typer.Option("--preview", help="Tell of a plate when it is read surely, and at the end.")
]
DuplicateTime = Annotated[
    float,
    typer.Option("--duplicates", min=0, metavar="S", help="A plate again within S is one pass."),
]
PassConfidence = Annotated[
    float,
    typer.Option("--min-confidence", min=0.0, max=1.0, help="Leave out passes less sure."),
]
Retries = Annotated[
    int,
    typer.Option("--retries", min=-1, metavar="N", help="Of a dropped stream; -1 = for ever."),
]


@one_line_errors()
def watch(  # noqa: PLR0913  # a command's options are its arguments
    source: Source,
    *,
    as_json: opt.AsJson = False,
    csv: opt.CsvFile = None,
    annotate: AnnotateVideo = None,
    snapshots: SnapshotDir = None,
    fps: Rate = None,
    roi: Area = "",
    start: Start = 0.0,
    end: End = None,
    preview: Preview = False,
    duplicates: DuplicateTime = 30.0,
    min_confidence: PassConfidence = 0.4,
    retries: Retries = -1,
    top: opt.Top = opt.DEFAULT_TOP,
    detector: opt.DetectorName = DEFAULT_DETECTOR,
    reader: opt.ReaderName = DEFAULT_RECOGNIZER,
    matcher: opt.MatcherName = DEFAULT_CLASSIFIER,
    region: opt.Regions = "",
    device: opt.Device = "cpu",
    threads: opt.Threads = 1,
) -> None:
    """Follow the plates of a video or a camera: one result for each vehicle that comes by."""
    require_extra("video", "av", "scipy")
    from platelens.cli.passes import open_pass_sinks
    from platelens.imaging.video import VideoSettings, open_video
    from platelens.pipeline import PlateReader
    from platelens.pipeline.video import Watcher, WatchSettings

    plate_reader = PlateReader(
        detector, reader, matcher,
        device=device, threads=threads, top_n=top, regions=opt.split_codes(region),
    )  # fmt: skip
    settings = WatchSettings(
        min_confidence=min_confidence, duplicate_s=duplicates, preview=preview, roi=_polygon(roi)
    )
    video = VideoSettings(
        fps=fps, start_s=start, end_s=end, retries=None if retries < 0 else retries
    )
    watcher = Watcher(plate_reader.pipeline, settings)
    with contextlib.ExitStack() as stack:
        frames = stack.enter_context(open_video(source, settings=video))
        sinks = stack.enter_context(
            open_pass_sinks(source, top, as_json=as_json, csv_file=csv, snapshots=snapshots)
        )
        draw = stack.enter_context(_open_drawn(annotate, frames))
        watched = stack.enter_context(contextlib.closing(watcher.watch_frames(frames)))
        _work(watched, sinks, draw, frames)


def _work(
    pictures: Iterator[Watched],
    sinks: Sequence[PassSink],
    draw: Callable[[Watched], None],
    frames: FrameSource,
) -> None:
    from platelens.cli.passes import LiveTable

    table = next((sink for sink in sinks if isinstance(sink, LiveTable)), None)
    began = noted = time.monotonic()
    for count, watched in enumerate(pictures, start=1):
        for found in watched.passes:
            for sink in sinks:
                sink.add(found)
        draw(watched)
        now = time.monotonic()
        if table is not None and now - noted >= _NOTED_S:
            noted = now
            table.tell(_note(count, now - began, frames))


def _note(count: int, seconds: float, frames: FrameSource) -> str:
    parts = [f", pictures: {count}, {count / seconds:.0f} a second"]
    if frames.lost:
        parts.append(f"left out: {frames.lost}")
    if frames.reconnects:
        parts.append(f"reconnected: {frames.reconnects} times")
    return ", ".join(parts)


@contextlib.contextmanager
def _open_drawn(path: Path | None, frames: FrameSource) -> Iterator[Callable[[Watched], None]]:
    """Give what writes pictures with their plates into a video; it does nothing without one."""
    if path is None:
        yield lambda _watched: None
        return
    from platelens.imaging.video import VideoWriter, write_video

    with contextlib.ExitStack() as stack:
        video: VideoWriter | None = None
        written = -1

        def draw(watched: Watched) -> None:
            nonlocal video, written
            frame = watched.frame
            if frame.number == written:  # the last picture comes twice
                return
            written = frame.number
            if video is None:  # only its first picture tells how large those of a stream are
                size_hw = (frame.image.shape[0], frame.image.shape[1])
                video = stack.enter_context(write_video(path, frames.fps or _USUAL_FPS, size_hw))
            video.write(replace(frame, image=_drawn(watched)))

        yield draw


def _drawn(watched: Watched) -> RgbImage:
    from platelens.imaging import draw_plate

    image = watched.frame.image
    for plate in watched.plates:
        text = plate.text if plate.reading and plate.reading.is_readable else ""
        image = draw_plate(image, plate.detection.quad, text, plate.confidence or None)
    return image


def _polygon(text: str) -> tuple[tuple[float, float], ...]:
    """Read "0,0.5 1,0.5 1,1"; "" gives ()."""
    try:
        points = [tuple(map(float, point.split(","))) for point in text.split()]
        corners = tuple((x, y) for x, y in points)
    except ValueError:
        raise typer.BadParameter(f"--roi {text}: expected points as 0,0.5 1,0.5 1,1") from None
    if corners and (len(corners) < 3 or any(not 0 <= v <= 1 for point in corners for v in point)):
        raise typer.BadParameter(f"--roi {text}: expected three points or more, all from 0 to 1")
    return corners
