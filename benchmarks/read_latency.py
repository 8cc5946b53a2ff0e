"""Measure time and memory of one reader, and of RapidOCR beside it.

    python -m benchmarks.read_latency --json runs/latency.json

Each engine runs in a fresh process for each number of threads, pinned to as many cores, and reads
the same drawn frame of 1280x720 with one plate. Medians of many runs after a warm-up. RapidOCR
reads every text in the frame, so it does more than is asked of it: it stands for what a general
OCR costs when it is used for plates.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

ROWS: Final[Mapping[str, str]] = {
    "import_and_first_read_s": "import and first read, s",
    "load_ms": "load of the models, ms",
    "detect_ms": "detect, ms",
    "read_ms": "read one plate, ms",
    "read_16_ms": "read 16 plates at once, ms",
    "total_ms": "whole frame, ms",
    "peak_mb": "peak memory, MB",
}
"""What is measured, and how it is called in the table."""

_THREAD_SETTINGS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024  # bytes in a unit of ru_maxrss

Numbers = dict[str, float]


@dataclass(frozen=True)
class Job:
    """What one process is to measure."""

    frame: Path
    threads: int = 2
    runs: int = 60
    detector: str = "detector_small"  # not taken from platelens: its import is timed
    reader: str = "reader_small"


def measure_platelens(job: Job, *, accurate: bool = False) -> Numbers:
    """Measure the pipeline. To be called once in a fresh process."""
    start = time.perf_counter()
    from platelens import PlateReader  # noqa: PLC0415  # the import is part of what is measured

    imported = time.perf_counter()
    reader = PlateReader(job.detector, job.reader, threads=job.threads, accurate=accurate)
    loaded = time.perf_counter()
    plates = reader.read(job.frame)
    first = time.perf_counter()
    _pin_opencv(job.threads)

    from platelens import imaging  # noqa: PLC0415  # likewise
    from platelens.geometry import cut_for_reading  # noqa: PLC0415  # likewise

    image = imaging.load(job.frame)
    detections = reader.pipeline.detector.detect(image)
    quad = detections[0].quad if detections else _middle_quad(image.shape[:2])

    def read(count: int) -> None:
        reader.pipeline.recognizer.read([cut_for_reading(image, quad)] * count)

    return {
        "import_and_first_read_s": first - start,
        "load_ms": (loaded - imported) * 1e3,
        "detect_ms": _median_ms(lambda: reader.pipeline.detector.detect(image), job.runs),
        "read_ms": _median_ms(lambda: read(1), job.runs),
        "read_16_ms": _median_ms(lambda: read(16), max(3, job.runs // 6)),
        "total_ms": _median_ms(lambda: reader.pipeline.run(image), job.runs),
        "peak_mb": _peak_mb(),
        "plates": len(plates),
    }


def measure_rapidocr(job: Job) -> Numbers:
    """Measure RapidOCR on the same frame. To be called once in a fresh process."""
    start = time.perf_counter()
    from rapidocr_onnxruntime import RapidOCR  # noqa: PLC0415  # an optional competitor

    imported = time.perf_counter()
    engine = RapidOCR(intra_op_num_threads=job.threads, inter_op_num_threads=1)
    loaded = time.perf_counter()
    lines = engine(str(job.frame))[0]
    first = time.perf_counter()
    _pin_opencv(job.threads)

    import cv2  # noqa: PLC0415  # not before the first read, whose imports are timed

    image = cv2.imread(str(job.frame))
    return {
        "import_and_first_read_s": first - start,
        "load_ms": (loaded - imported) * 1e3,
        "total_ms": _median_ms(lambda: engine(image), max(3, job.runs // 10)),
        "peak_mb": _peak_mb(),
        "plates": len(lines or ()),
    }


@dataclass(frozen=True)
class Models:
    """What a column of the table stands for."""

    worker: str  # of `ENGINES`
    detector: str
    reader: str


ENGINES: Final[Mapping[str, Callable[[Job], Numbers]]] = {
    "platelens": measure_platelens,
    "accurate": partial(measure_platelens, accurate=True),
    "rapidocr": measure_rapidocr,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; give the exit status."""
    options = _parser().parse_args(argv)
    if options.worker:
        job = Job(options.frame, options.threads[0], options.runs, options.detector, options.reader)
        _pin_cores(job.threads)
        sys.stdout.write(json.dumps(ENGINES[options.worker](job)) + "\n")
        return 0
    console = Console()
    engines = {"platelens": Models("platelens", options.detector, options.reader)}
    if options.accurate:
        engines["accurate"] = Models("accurate", options.detector, options.reader)
    for name, detector, reader in options.beside:
        engines[name] = Models("platelens", detector, reader)
    if importlib.util.find_spec("rapidocr_onnxruntime"):
        engines["rapidocr"] = Models("rapidocr", "", "")
    else:
        console.print("RapidOCR is not installed here (pip install rapidocr-onnxruntime): left out")
    results: dict[str, dict[int, Numbers]] = {}
    with tempfile.TemporaryDirectory() as folder:
        frame = options.frame or _draw_frame(Path(folder) / "frame.jpg")
        for engine, models in engines.items():
            for threads in options.threads:
                job = Job(frame, threads, options.runs, models.detector, models.reader)
                with console.status(f"{engine}, {threads} threads"):
                    numbers = _run_worker(models.worker, job)
                results.setdefault(engine, {})[threads] = numbers
    console.print(_table(results, options.runs))
    _warn(results, console)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="read_latency", description="time and memory of reading")
    add = parser.add_argument
    add("--frame", type=Path, help="a picture of your own instead of the drawn one")
    add("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads")
    add("--runs", type=int, default=60, help="runs behind each median; RapidOCR gets a tenth")
    add("--json", type=Path, metavar="FILE", help="write the numbers")
    add("--detector", default=Job.detector, help="name of a model, or path: and its folder")
    add("--reader", default=Job.reader, help="likewise")
    add("--accurate", action="store_true", help="measure the reader with several views too")
    add(
        "--beside",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "DETECTOR", "READER"),
        help="other models to measure in the same run, as the previous ones",
    )
    add("--worker", choices=sorted(ENGINES), help=argparse.SUPPRESS)
    return parser


def _draw_frame(path: Path) -> Path:
    """Draw the frame in a process of its own, so that its memory is not counted."""
    code = (
        "import sys; from examples.draw_street import CARS, draw_scene;"
        "from platelens import imaging; pixels, _ = draw_scene(CARS[-1:]);"
        # The detector takes a row of drawn windows for a plate, which would be timed too.
        "pixels[:300] = pixels[:300].mean(axis=(0, 1)).astype('uint8');"
        "imaging.save(imaging.from_array(pixels, order='rgb'), sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    return path


def _run_worker(engine: str, job: Job) -> Numbers:
    """Measure an engine in a fresh process that has only so many cores."""
    environment = {**os.environ, **dict.fromkeys(_THREAD_SETTINGS, str(job.threads))}
    command = [sys.executable, "-m", "benchmarks.read_latency", "--worker", engine]
    command += ["--frame", str(job.frame), "--threads", str(job.threads), "--runs", str(job.runs)]
    command += ["--detector", job.detector, "--reader", job.reader]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    numbers: Numbers = json.loads(done.stdout.splitlines()[-1])
    return numbers


def _pin_cores(threads: int) -> None:
    """Keep this process to `threads` cores where the system can (Linux)."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def _pin_opencv(threads: int) -> None:
    import cv2  # noqa: PLC0415  # not before the first read, whose imports are timed

    cv2.setNumThreads(threads)


def _median_ms(call: Callable[[], Any], runs: int) -> float:
    for _ in range(max(1, runs // 5)):
        call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / 1e6


def _table(results: Mapping[str, Mapping[int, Numbers]], runs: int) -> Table:
    title = f"one 1280x720 frame with one plate, median of {runs} runs"
    table = Table(
        title=title, caption="(in brackets: times platelens)", box=SIMPLE, padding=(0, 1, 0, 0)
    )
    table.add_column("", no_wrap=True)
    columns = [(engine, threads) for engine in results for threads in results[engine]]
    for engine, threads in columns:
        name = f"{engine}\n{threads} thread{'s' * (threads > 1)}"
        table.add_column(name, justify="right", no_wrap=True)
    for key, row in ROWS.items():
        cells = []
        for engine, threads in columns:
            value, ours = results[engine][threads].get(key), results["platelens"][threads].get(key)
            cell = "-" if value is None else _number(value)
            if engine != "platelens" and value and ours:
                cell += f" ({_number(value / ours)} x)"
            cells.append(cell)
        table.add_row(row, *cells)
    return table


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _warn(results: Mapping[str, Mapping[int, Numbers]], console: Console) -> None:
    """Say so when the frame was not what the numbers claim to be about."""
    counts = {int(numbers["plates"]) for numbers in results["platelens"].values()}
    if counts != {1}:
        console.print(f"note: platelens found {sorted(counts)} plates in the frame, not 1")


def _middle_quad(size_hw: tuple[int, ...]) -> Any:
    from platelens.geometry import box_to_quad  # noqa: PLC0415  # the import is timed
    from platelens.types import Box  # noqa: PLC0415  # likewise

    y, x = size_hw[0] / 2, size_hw[1] / 2
    return box_to_quad(Box(x - 95, y - 21, x + 95, y + 21))


if __name__ == "__main__":
    sys.exit(main())
