"""`platelens watch`."""

from __future__ import annotations

import contextlib
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import INTERRUPTED, TERMINATED, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from platelens.cli.passes import PassSink
    from platelens.imaging.video import FrameSource
    from platelens.pipeline.video import Watched, Watcher
    from platelens.types import RgbImage

_NOTED_S: Final = 1.0
"""How often a terminal is told how the source does."""

_ENDING: Final = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
"""What ends a source, and the exit status then."""

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
    min_confidence: PassConfidence = 0.0,
    retries: Retries = -1,
    top: opt.Top = opt.DEFAULT_TOP,
    pipeline: opt.PipelineName = opt.DEFAULT_PIPELINE,
    detector: opt.OtherDetector = None,
    reader: opt.OtherReader = None,
    matcher: opt.OtherMatcher = None,
    region: opt.Regions = "",
    device: opt.Device = "cpu",
    threads: opt.Threads = 1,
) -> None:
    """Follow the plates of a video or a camera: one result for each vehicle that comes by."""
    require_extra("video", "av", "scipy")
    from platelens.cli.passes import open_pass_sinks
    from platelens.imaging.video import VideoSettings, open_video
    from platelens.pipeline import PlateReader, change_plan, load_plan
    from platelens.pipeline.video import Watcher, WatchSettings

    plate_reader = PlateReader.from_plan(
        change_plan(load_plan(pipeline), detector=detector, recognizer=reader, matcher=matcher),
        device=device,
        threads=threads,
        top_n=top,
        regions=opt.split_codes(region),
    )
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
        draw = stack.enter_context(_open_drawn(annotate, frames, watcher))
        watched = stack.enter_context(contextlib.closing(watcher.watch_frames(frames)))
        stack.enter_context(_end_on_signal(frames))
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


@contextlib.contextmanager
def _end_on_signal(frames: FrameSource) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the source, so that the plates still in sight are told.

    The exit status is the usual one. A second signal ends the program at once.
    """
    came: list[signal.Signals] = []
    before = {number: signal.getsignal(number) for number in _ENDING}

    def give_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(number: int, _frame: FrameType | None) -> None:
        came.append(signal.Signals(number))
        give_back()
        frames.close()

    for number in _ENDING:
        signal.signal(number, end)
    try:
        yield
    finally:
        give_back()
    if came:
        raise typer.Exit(_ENDING[came[0]])


def _note(count: int, seconds: float, frames: FrameSource) -> str:
    parts = [f", pictures: {count}, {count / seconds:.0f} a second"]
    if frames.lost:
        parts.append(f"left out: {frames.lost}")
    if frames.reconnects:
        parts.append(f"reconnected: {frames.reconnects} times")
    return ", ".join(parts)


@contextlib.contextmanager
def _open_drawn(
    path: Path | None, frames: FrameSource, watcher: Watcher
) -> Iterator[Callable[[Watched], None]]:
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
            video.write(replace(frame, image=_drawn(watched, watcher)))

        yield draw


def _drawn(watched: Watched, watcher: Watcher) -> RgbImage:
    """Draw the plates with the texts that all pictures so far have together."""
    from platelens.imaging import draw_plate

    image = watched.frame.image
    for track in watched.tracks:
        plate = watcher.plate_of(track)
        reading = plate.reading if plate else None
        text = reading.text if reading and reading.is_readable else ""
        sure = reading.confidence if reading and text else None
        image = draw_plate(image, track.last.plate.detection.quad, text, sure)
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
