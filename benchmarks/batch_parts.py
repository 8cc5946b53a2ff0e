"""What a batch job is made of, in processor time, which holds on a busy machine.

    python -m benchmarks.batch_parts --pictures DIR --json runs/batch_parts.json

The bare reader and a worker of a job read the same pictures in one process, by turns. Then jobs of
Ray with few and with many shards tell what Ray itself needs, beside its workers, to start and for
each shard.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from benchmarks.batch import MB, copies, draw, with_ray
from platelens import PlateReader, imaging
from platelens.batch import JobRequest, Place, ReadOptions, report_job
from platelens.batch.fetch import Fetched
from platelens.batch.job import _prepare
from platelens.batch.neighbours import find_neighbours
from platelens.batch.output import read_commits
from platelens.batch.worker import Job, ShardReader
from platelens.pipeline import DEFAULT_PLAN

SHARD: Final = 8
BATCH: Final = 32


def cpu_ms(work: Callable[[], object], pictures: int) -> float:
    """Give the processor's milliseconds for a picture."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start) / pictures


def in_one_process(pictures: Path, out: Path, rounds: int) -> dict[str, Any]:
    """Compare the bare reader with a worker, and watch the worker's memory."""
    imaging.limit_threads(1)
    files = [path for path in sorted(pictures.iterdir()) if path.is_file()]
    reader = PlateReader(threads=1)
    # A batch as large as a shard, so that both do the same.
    options = ReadOptions(DEFAULT_PLAN, batch=BATCH)
    bare, ours, memory = [], [], []
    for number in range(rounds):
        request = JobRequest([str(pictures)], str(out / str(number)), options, shard_size=BATCH)
        place = Place(request.out)
        _, todo = _prepare(request, place, "refuse", retry_failed=False)
        worker = ShardReader(Job(place.address, options, options.models()))
        for shard in todo:
            part = files[shard * BATCH : (shard + 1) * BATCH]
            bare.append(cpu_ms(partial(reader.read_batch, part), len(part)))
            rows = {"shard": np.array([shard])}
            ours.append(cpu_ms(partial(worker, rows), len(part)))
            memory.append(psutil.Process().memory_info().rss / MB)
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    data = [Fetched(n, str(n), path.read_bytes()) for n, path in enumerate(files[:BATCH])]
    report = report_job(str(out / "0"))
    return {
        "pictures": len(files),
        "bare_ms": statistics.median(bare),
        "worker_ms": statistics.median(ours),
        "worker_over_bare": statistics.median(ratios) - 1,
        "worker_over_bare_quartiles": statistics.quantiles(ratios, n=4),
        "decode_ms": cpu_ms(lambda: [imaging.decode(each.data) for each in data], len(data)),
        "duplicates_ms": cpu_ms(lambda: find_neighbours(data), len(data)),
        "memory_mb": {"a quarter": memory[len(memory) // 4], "end": memory[-1]},
        "bytes_in_a_picture": report.tally.bytes_in / report.tally.pictures,
        "bytes_out_a_picture": report.tally.bytes_out / report.tally.pictures,
        "plates_a_picture": report.tally.plates / report.tally.pictures,
        "commit_bytes": len(next(read_commits(Place(str(out / "0")))).to_json()),
    }


def shard_times(pictures: Path, out: Path) -> list[float]:
    """Give the processor's seconds of shards of a few pictures each."""
    options = ReadOptions(DEFAULT_PLAN)
    request = JobRequest([str(pictures)], str(out), options, shard_size=SHARD)
    place = Place(request.out)
    _, todo = _prepare(request, place, "refuse", retry_failed=False)
    worker = ShardReader(Job(place.address, options, options.models()))
    worker({"shard": np.array(todo)})
    commits = [c for c in read_commits(place) if c.tally.pictures == SHARD]
    return [commit.tally.cpu_seconds for commit in commits]


def beside_workers(folder: Path, few: int, many: int, rounds: int) -> dict[str, float]:
    """Give what Ray needs beside the work on shards: to start, and for each shard."""
    costs: dict[int, list[float]] = {few: [], many: []}
    peaks = []
    for number in range(rounds):
        for shards, found in costs.items():
            pictures = folder / f"pictures-{shards}"
            if not pictures.exists():
                copies(folder / "made", shards)
            cost = with_ray(pictures, folder / f"ray-{number}-{shards}", 2, shard=1)
            found.append(cost.ray_cpu_s)
            peaks.append(cost.peak_mb)
            print(f"{shards} shards: {cost}", flush=True)
    low, high = (min(costs[shards]) for shards in (few, many))
    each = (high - low) / (many - few)
    return {"start_cpu_s": low - few * each, "shard_cpu_ms": 1000 * each, "peak_mb": max(peaks)}


def first_of(folder: Path, count: int, to: Path) -> Path:
    """Give a folder with links to some pictures of another one."""
    to.mkdir()
    for path in sorted(path for path in folder.iterdir() if path.is_file())[:count]:
        (to / path.name).symlink_to(path.resolve())
    return to


def _print(numbers: dict[str, Any]) -> None:
    shown = {key: value for key, value in numbers.items() if key != "shard_seconds"}
    print(json.dumps(shown, indent=1))
    seconds = numbers["shard_seconds"]
    span = f"{min(seconds):.3f} to {max(seconds):.3f}"
    print(f"shards of {SHARD}: mean {statistics.mean(seconds):.3f} s, {span}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="folder of photographs; else drawn ones")
    parser.add_argument("--count", type=int, default=192, help="of them, the first by name")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where the numbers go")
    options = parser.parse_args()
    os.environ.update({"RAY_worker_niceness": "0"})  # as in benchmarks.batch
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "made")
        pictures = copies(folder / "made", options.count)
        if options.pictures:
            pictures = first_of(options.pictures, options.count, folder / "some")
        numbers: dict[str, Any] = {
            **in_one_process(pictures, folder / "one", options.rounds),
            "shard": SHARD,
            "shard_seconds": shard_times(pictures, folder / "shards"),
        }
        _print(numbers)
        ray = beside_workers(folder, 4, 64, options.rounds)
        numbers["ray"] = ray
    numbers["cpu_ms_a_picture"] = numbers["worker_ms"]
    start = ray["start_cpu_s"] + 40 * ray["shard_cpu_ms"] / 1000
    over = numbers["worker_over_bare"] + start / (20_000 * numbers["bare_ms"] / 1000)
    numbers["at_20000_over_bare"] = over
    _print(numbers)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
