"""Kills batch jobs at random, driver and workers by turns, and compares what they end up with."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import psutil
import pyarrow as pa
import pyarrow.dataset

from platelens.batch import report_job

_SHARD: Final = 16


def kill_drivers(pictures: Path, folder: Path, kills: int) -> None:
    """Kill a job so many times, let it finish, and compare it with one that was left alone."""
    rng = random.Random(kills)
    start = time.perf_counter()
    _finish(_start(pictures, folder / "whole"))
    whole_s = time.perf_counter() - start
    for number in range(kills):
        process = _start(pictures, folder / "killed")
        time.sleep(rng.uniform(0.2, 0.7) * whole_s)
        if number % 2:
            print(f"killed {_kill_worker(process)} worker; the driver goes on", flush=True)
            time.sleep(rng.uniform(0, 0.1) * whole_s)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        done = len(list((folder / "killed/commits").rglob("*.json")))
        print(f"killed the driver with {done} shards done", flush=True)
    _finish(_start(pictures, folder / "killed"))
    one, two = (_rows(folder / name) for name in ("whole", "killed"))
    report = report_job(str(folder / "killed"), check_files=True)
    print(
        f"{report.tally.pictures} pictures, {len(two)} rows; faults: {report.faults() or 'none'}; "
        f"the same as undisturbed: {one.equals(two)}"
    )
    if not one.equals(two) or report.faults():
        raise SystemExit(1)


def _start(pictures: Path, out: Path) -> Any:
    words = ["batch", str(pictures), "--out", str(out), "--shard-size", str(_SHARD)]
    return psutil.Popen([sys.executable, "-m", "platelens", *words], stdout=subprocess.DEVNULL)


def _finish(process: Any) -> None:
    if process.wait():
        raise SystemExit("error: a job has failed")


def _kill_worker(driver: Any) -> int:
    """Kill one reading process of a job; gives how many there were to kill."""
    for process in driver.children(recursive=True):
        if "ShardReader" in " ".join(process.cmdline()):
            process.kill()
            return 1
    return 0


def _rows(out: Path) -> pa.Table:
    keys = ("shard", "picture", "plate")
    table = pyarrow.dataset.dataset(str(out / "reads"), format="parquet").to_table()
    return table.sort_by([(key, "ascending") for key in keys])
