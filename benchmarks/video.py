"""Measure what watching a video costs: pictures a second, an idle camera, memory over an hour.

    python -m benchmarks.video --json runs/video.json

Drawn 1280x720 videos, H.264 where FFmpeg has an encoder for it. Each measure runs in a process of
its own on two cores. Processor time stands beside the time by the wall clock: it holds on a busy
machine, too.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import psutil
from numpy.typing import NDArray

from examples.draw_street import CARS, draw_scene
from platelens import PlateReader
from platelens.imaging.video import VideoSettings, open_video
from platelens.pipeline.video import Watcher, WatchSettings
from platelens.types import Frame

CORES: Final = 2
FPS: Final = 25
SLOW_FPS: Final = 5
SECONDS: Final = 8  # length of the drawn videos
NOISE: Final = 2.0  # standard deviation of the camera's noise, gray levels
MB: Final = 1e6

Numbers = dict[str, float]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Job:
    """What one process is to measure."""

    folder: Path  # of the videos
    threads: int = 1
    idle_s: float = 60.0
    hour_s: float = 3600.0


def draw_videos(folder: Path) -> None:
    """Write three videos: a street where nothing happens, one with a ball, one with a plate."""
    empty, _ = draw_scene(())
    with_car, plates = draw_scene(CARS[-1:])
    for pixels in (empty, with_car):
        # The detector takes a row of drawn windows for a plate, which would be timed too.
        pixels[:300] = pixels[:300].mean(axis=(0, 1)).astype(np.uint8)
    (x1, y1), (x2, y2) = (
        [side(c[axis] for c in plates[0].corners) for axis in (0, 1)] for side in (min, max)
    )
    plate = with_car[int(y1) : int(y2), int(x1) : int(x2)]
    ball = np.full((60, 60, 3), 90, np.uint8)
    for name, thing in (("still", None), ("ball", ball), ("plate", plate)):
        _write(folder / f"{name}.mp4", _moving(empty, thing, FPS), FPS)
        _write(folder / f"{name}_slow.mp4", _moving(empty, thing, SLOW_FPS), SLOW_FPS)


def _moving(street: Pixels, thing: Pixels | None, fps: int) -> Iterator[Pixels]:
    """Draw noisy pictures with `thing` on its way from left to right."""
    rng = np.random.default_rng(0)
    noises = [rng.normal(0, NOISE, street.shape[:2]).astype(np.int16)[..., None] for _ in range(8)]
    for number in range(SECONDS * fps):
        pixels = street.astype(np.int16)
        if thing is not None:
            height, width = thing.shape[:2]
            x = 60 + 1000 * number // (SECONDS * fps)
            pixels[480 : 480 + height, x : x + width] = thing
        yield np.clip(pixels + noises[number % len(noises)], 0, 255).astype(np.uint8)


def _write(path: Path, pictures: Iterator[Pixels], fps: int) -> None:
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast"} if codec == "libx264" else {}
        stream = container.add_stream(codec, rate=fps, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = 720, 1280, "yuv420p"
        stream.bit_rate = 4_000_000
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def measure_file(name: str, job: Job) -> Numbers:
    """Watch one of the videos as fast as it goes."""
    watcher = Watcher(PlateReader(threads=job.threads).pipeline)
    with open_video(str(job.folder / f"{name}.mp4")) as frames:
        start, worked = time.perf_counter(), time.process_time()
        searched = [each.is_searched for each in watcher.watch_frames(frames)]
        wall, worked = time.perf_counter() - start, time.process_time() - worked
    count = SECONDS * FPS
    return {
        "pictures a second": count / wall,
        "processor ms a picture": 1e3 * worked / count,
        "searched": sum(searched) / count,
    }


def measure_idle(job: Job) -> Numbers:
    """Watch cameras in which nothing happens, five pictures a second of each.

    One sends 25 a second, all of which have to be decoded; the other sends five.
    """
    pipeline = PlateReader(threads=job.threads).pipeline
    numbers: Numbers = {}
    for name in ("still", "still_slow"):
        frames = _looped([job.folder / f"{name}.mp4"], job.idle_s)
        worked = time.process_time()
        for _ in Watcher(pipeline).watch(_paced(frames, time.perf_counter())):
            pass
        # By the clock of the video: on a busy machine the watcher may come too late.
        sent = FPS if name == "still" else SLOW_FPS
        numbers[f"share of a core, {sent} sent"] = (time.process_time() - worked) / job.idle_s
    return numbers


def _paced(frames: Iterable[Frame], start: float) -> Iterator[Frame]:
    """Give each picture when its time has come."""
    for frame in frames:
        time.sleep(max(0.0, start + frame.time_s - time.perf_counter()))
        yield frame


def _looped(paths: Sequence[Path], seconds: float) -> Iterator[Frame]:
    """Give videos one after the other, again and again, five pictures of each second."""
    number = 0
    for count, path in enumerate(itertools.cycle(paths)):
        if count * SECONDS >= seconds:
            return
        with open_video(str(path), settings=VideoSettings(fps=SLOW_FPS)) as frames:
            for frame in frames:
                yield Frame(frame.image, count * SECONDS + frame.time_s, number)
                number += 1


def measure_memory(job: Job) -> Numbers:
    """Watch an hour's worth of traffic, as fast as it goes: a plate passes every 48 seconds."""
    process = psutil.Process()
    watcher = Watcher(PlateReader(threads=job.threads).pipeline, WatchSettings(duplicate_s=2.0))
    names = ["plate", "still", "still", "still", "still", "still"]
    pictures = _looped([job.folder / f"{name}_slow.mp4" for name in names], job.hour_s)
    sampled: list[tuple[float, float]] = []
    passes = 0
    for each in watcher.watch_frames(pictures):
        passes += len(each.passes)
        if each.frame.number % (SLOW_FPS * SECONDS) == 0:
            gc.collect()  # a closed file of PyAV is a cycle; a camera is opened once
            sampled.append((each.frame.time_s, process.memory_info().rss / MB))
    tenth = max(1, len(sampled) // 10)
    early, late = sampled[tenth : 2 * tenth] or sampled, sampled[-tenth:]
    return {
        "hours": sampled[-1][0] / 3600,
        "passes": passes,
        "MB, second tenth": float(np.mean([mb for _, mb in early])),
        "MB, last tenth": float(np.mean([mb for _, mb in late])),
        "MB, most": max(mb for _, mb in sampled),
    }


MEASURES: Final[Mapping[str, Callable[[Job], Numbers]]] = {
    "file, a plate in view": lambda job: measure_file("plate", job),
    "file, something moves": lambda job: measure_file("ball", job),
    "file, nothing moves": lambda job: measure_file("still", job),
    "idle camera": measure_idle,
    "an hour": measure_memory,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; give the exit status."""
    options = _parser().parse_args(argv)
    if options.worker:
        if sys.platform == "linux":
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
        job = Job(options.folder, options.threads, options.idle, options.hour)
        sys.stdout.write(json.dumps(MEASURES[options.worker](job)) + "\n")
        return 0
    results: dict[str, Numbers] = {}
    with tempfile.TemporaryDirectory() as name:
        draw_videos(Path(name))
        for measure in options.only or MEASURES:
            command = [sys.executable, "-m", "benchmarks.video", "--worker", measure]
            command += ["--folder", name, "--threads", str(options.threads)]
            command += ["--idle", str(options.idle), "--hour", str(options.hour)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
            results[measure] = json.loads(done.stdout)
            print(measure, *(f"{key}: {v:.4g}" for key, v in results[measure].items()), sep="\n  ")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="video", description="time and memory of watching")
    add = parser.add_argument
    add("--threads", type=int, default=1, help="of each model")
    add("--idle", type=float, default=Job.idle_s, metavar="S", help="length of the idle camera")
    add("--hour", type=float, default=Job.hour_s, metavar="S", help="length of the hour")
    add("--only", nargs="+", choices=MEASURES, help="leave out the other measures")
    add("--json", type=Path, metavar="FILE", help="write the numbers")
    add("--worker", choices=MEASURES, help=argparse.SUPPRESS)
    add("--folder", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
