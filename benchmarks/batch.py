"""What Ray costs beside the bare reader, what a second worker brings, and what memory does.

    python -m benchmarks.batch --json runs/batch.json            # small: minutes
    python -m benchmarks.batch --images 20000 --rounds 1         # two quiet cores, half an hour
    python -m benchmarks.batch --images 600 --kills 5

Drawn JPEGs (640x540, a car in each), of which copies make up the number. Bare is
`PlateReader.read_batch` with one thread, 32 files at a time, in as many processes as there are
workers. All ways take turns. Each runs with two numbers of pictures, so that what it costs to start
and what a picture costs come apart. Processor time is that of all processes of a way, Ray's own
too; it holds on a busy machine. `ray` is the part of it that was not spent on shards.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from benchmarks.batch_kill import kill_drivers
from examples.draw_street import CARS, draw_scene
from platelens import PlateReader, imaging
from platelens.batch import report_job

DIFFERENT: Final = 24
"""Drawn pictures; the others are copies of them."""

SAMPLED_S: Final = 0.25
SHARD: Final = 64
BATCH: Final = 32
MB: Final = 1e6


@dataclass(frozen=True)
class Cost:
    """What a run took."""

    clock_s: float
    cpu_s: float  # of all its processes
    peak_mb: float  # of all its processes, shared pages counted once (PSS)
    worker_mb: tuple[float, ...] = ()  # of the largest process, at half of the run and near its end
    ray_cpu_s: float = 0.0  # of `cpu_s`, what was not spent on shards


def draw(folder: Path) -> None:
    """Write pictures of a car in four streets, in other light and with other noise."""
    rng = np.random.default_rng(0)
    streets = [draw_scene(CARS[1:], seed=24 + n)[0] for n in range(4)]
    scenes = [street[180:, : street.shape[1] // 2] for street in streets]  # no houses
    folder.mkdir(parents=True)
    for number in range(DIFFERENT):
        pixels = scenes[number % 4] * rng.uniform(0.8, 1.1) + rng.normal(0, 1, scenes[0].shape)
        image = imaging.from_array(np.clip(pixels, 0, 255).astype(np.uint8), order="rgb")
        imaging.save(image, folder / f"{number}.jpg")


def copies(made: Path, count: int) -> Path:
    """Give a folder of so many pictures."""
    pictures = made.with_name(f"pictures-{count}")
    pictures.mkdir()
    for number in range(count):
        os.link(made / f"{number % DIFFERENT}.jpg", pictures / f"{number:06d}.jpg")
    return pictures


def read_bare(folder: Path, part: int, parts: int) -> None:
    """Read every `parts`th picture, as plainly as can be."""
    imaging.limit_threads(1)
    reader = PlateReader(threads=1)
    files = sorted(folder.iterdir())[part::parts]
    for start in range(0, len(files), BATCH):
        reader.read_batch(files[start : start + BATCH])


def measure(commands: Sequence[Sequence[str]]) -> Cost:
    """Run commands side by side, and watch them with all their children."""
    start = time.perf_counter()
    running = [psutil.Popen(list(words), stdout=subprocess.DEVNULL) for words in commands]
    cpu: dict[int, float] = {}
    peak, largest = 0.0, []
    for number in itertools.count():
        if all(process.poll() is not None for process in running):
            break
        family = [process for top in running for process in _family(top)]
        for process in family:
            _note_time(process, cpu)
        if number % 8 == 7:  # it takes a while to look at
            memory = [_memory(process) for process in family]
            peak = max(peak, sum(memory))
            largest.append(max(memory, default=0.0))
        time.sleep(SAMPLED_S)
    for process in running:
        if process.wait():
            raise SystemExit(f"error: {' '.join(process.args)} has failed")
    quarters = [largest[len(largest) * n // 4 - 1] / MB for n in (2, 3)] if largest else []
    return Cost(time.perf_counter() - start, sum(cpu.values()), peak / MB, tuple(quarters))


def _family(top: Any) -> list[Any]:
    try:
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _note_time(process: Any, cpu: dict[int, float]) -> None:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        cpu[process.pid] = times.user + times.system


def _memory(process: Any) -> float:
    try:
        return float(process.memory_full_info().pss)
    except psutil.Error:
        return 0.0


def bare(folder: Path, workers: int) -> Cost:
    """Measure the bare reader in so many processes."""
    words = [sys.executable, "-m", "benchmarks.batch", "--bare", str(folder)]
    return measure([[*words, f"{n}/{workers}"] for n in range(workers)])


def with_ray(folder: Path, out: Path, workers: int, shard: int = SHARD) -> Cost:
    """Measure the command line."""
    words = [sys.executable, "-m", "platelens", "batch", str(folder), "--out", str(out)]
    cost = measure([[*words, "--workers", str(workers), "--shard-size", str(shard)]])
    return replace(cost, ray_cpu_s=cost.cpu_s - report_job(str(out)).tally.cpu_seconds)


def compare(folder: Path, images: int, few: int, rounds: int) -> dict[str, Any]:
    """Let all ways take turns; gives their costs, and what follows from them."""
    sets = {count: copies(folder / "made", count) for count in (few, images)}
    costs: dict[str, dict[int, list[Cost]]] = {}
    out = folder / "out"
    for number in range(rounds):
        for count, pictures in sets.items():
            for workers in (1, 2):
                out = folder / f"out-{number}-{count}-{workers}"
                ways = {
                    f"bare, {workers} process": partial(bare, pictures, workers),
                    f"Ray, {workers} worker": partial(with_ray, pictures, out, workers),
                }
                for name, way in ways.items():
                    cost = way()
                    costs.setdefault(name, {}).setdefault(count, []).append(cost)
                    print(
                        f"{name:18}{count:7} pictures  {cost.clock_s:7.1f} s on the clock"
                        f"{cost.cpu_s:8.1f} s of the processor{cost.peak_mb:7.0f} MB", flush=True,
                    )  # fmt: skip
    report = report_job(str(out))
    table = {name: _line(name, by_count, images, few) for name, by_count in costs.items()}
    for n in (1, 2):
        ours, plain = table[f"Ray, {n} worker"], table[f"bare, {n} process"]
        for key in ("at_20000_cpu_s", "at_20000_clock_s"):
            print(f"{n} worker(s), {key}: {ours[key] / plain[key] - 1:+.1%} over the bare reader")
    return {
        "images": images,
        "costs": {k: {c: [asdict(x) for x in v] for c, v in d.items()} for k, d in costs.items()},
        "table": table,
        "shard": SHARD,
        "shard_seconds": report.seconds,
        "cpu_ms_a_picture": 1000 * report.tally.cpu_seconds / report.tally.pictures,
        "bytes_in_a_picture": report.tally.bytes_in / report.tally.pictures,
        "bytes_out_a_picture": report.tally.bytes_out / report.tally.pictures,
    }


def _line(name: str, costs: dict[int, list[Cost]], images: int, few: int) -> dict[str, float]:
    """Take the least of each, and draw a line through the two numbers of pictures."""
    values: dict[str, float] = {}
    for unit in ("cpu_s", "ray_cpu_s", "clock_s"):
        low, high = (min(getattr(c, unit) for c in costs[n]) for n in (few, images))
        each = (high - low) / (images - few)
        start = low - few * each
        values |= {f"start_{unit}": start, f"ms_a_picture_{unit}": 1000 * each}
        values[f"at_20000_{unit}"] = start + 20_000 * each
    values["peak_mb"] = max(c.peak_mb for c in costs[images])
    print(f"{name:18}" + "  ".join(f"{key} {value:.2f}" for key, value in values.items()))
    return values


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=640)
    parser.add_argument(
        "--few", type=int, default=2 * SHARD, help="pictures of the short runs, a shard a worker"
    )
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0, help="kill drivers so many times instead")
    parser.add_argument("--json", type=Path, help="where the numbers go")
    parser.add_argument("--bare", nargs=2, metavar=("DIR", "PART"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        part, parts = options.bare[1].split("/")
        read_bare(Path(options.bare[0]), int(part), int(parts))
        return
    # Ray makes its workers give way to all else; here they stand beside one that does not.
    os.environ.update({"RAY_worker_niceness": "0"})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "made")
        if options.kills:
            kill_drivers(copies(folder / "made", options.images), folder, options.kills)
            return
        numbers = compare(folder, options.images, options.few, options.rounds)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
