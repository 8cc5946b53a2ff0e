"""How much the service adds to the bare reader: requests a second and waits, over loopback.

    python -m benchmarks.service --seconds 10 --json runs/service.json
    python -m benchmarks.service --restarts 20
    python -m benchmarks.service --requests 100000

The service runs as a process of its own with the default models; this process only sends the same
picture again and again, from 1, 8 and 32 clients. The bare reader is measured before and after it,
in a third process, with as many threads as the service has workers. Where other programs run, the
times on the clock say little; what a picture costs the processor says more. The second command
measures how long a start takes, the third one what becomes of the memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from benchmarks.service_memory import print_memory
from benchmarks.service_process import Running, run_together, running_service
from benchmarks.service_restarts import print_restarts

_CLIENTS: Final = (1, 8, 32)
_STREET: Final = Path(__file__).parents[1] / "examples/street.jpg"
_WARM_UP: Final = 8
_RETRY_S: Final = 0.05


@dataclass(frozen=True)
class Load:
    """What so many clients got."""

    clients: int
    requests_per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    refused: int  # 503, sent again
    failed: int
    cpu_ms: float  # of the service, a picture
    share: float = 0.0  # of the bare reader's pictures a second
    cpu_share: float = 0.0  # the bare reader's processor time of the service's


def main() -> None:
    """Measure, and print a table."""
    options = _parse()
    data = options.picture.read_bytes()
    if options.bare:
        print(*_bare(data, options.seconds, options.workers))
    elif options.restarts:
        print_restarts(data, options.restarts)
    elif options.requests:
        print_memory(data, options.requests)
    else:
        _measure_load(data, options)


def _measure_load(data: bytes, options: argparse.Namespace) -> None:
    bare = [_measure_bare(options)]
    with (
        TemporaryDirectory() as folder,
        running_service(Path(folder), workers=options.workers) as service,
    ):
        before = service.memory_mb()
        runs = [_load(service, data, n, options) for n in options.clients]
        after = service.memory_mb()
    bare.append(_measure_bare(options))
    per_s, cpu_ms = np.mean(bare, axis=0)
    loads = [
        replace(run, share=run.requests_per_s / per_s, cpu_share=cpu_ms / run.cpu_ms)
        for run in runs
    ]
    for number, (rate, cost) in enumerate(bare, start=1):
        print(f"bare reader, run {number}: {rate:.1f} pictures/s, {cost:.1f} ms of processor each")
    print(f"memory of the service: {before:.0f} MB, after the load {after:.0f} MB")
    print("clients  requests/s  of bare  cpu ms  bare's  p50 ms  p95 ms  p99 ms  refused  failed")
    for load in loads:
        print(
            f"{load.clients:7d}  {load.requests_per_s:10.1f}  {load.share:7.0%}  {load.cpu_ms:6.1f}"
            f"  {load.cpu_share:6.0%}  {load.p50_ms:6.0f}  {load.p95_ms:6.0f}  {load.p99_ms:6.0f}"
            f"  {load.refused:7d}  {load.failed:6d}"
        )
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        record = {"bare": bare, "memory_mb": [before, after]}
        options.json.write_text(json.dumps({**record, "loads": [asdict(load) for load in loads]}))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--clients", type=int, nargs="+", default=list(_CLIENTS))
    parser.add_argument("--workers", type=int, default=2, help="threads that read")
    parser.add_argument("--picture", type=Path, default=_STREET)
    parser.add_argument("--no-keep", action="store_true", help="store nothing of what is read")
    parser.add_argument("--restarts", type=int, default=0, help="only start so many times")
    parser.add_argument("--requests", type=int, default=0, help="only watch memory for so many")
    parser.add_argument("--json", type=Path, help="write the numbers to a file")
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure_bare(options: argparse.Namespace) -> tuple[float, float]:
    """Give pictures a second, and the processor's milliseconds a picture."""
    command = [sys.executable, "-m", "benchmarks.service", "--bare"]
    command += ["--seconds", str(options.seconds), "--workers", str(options.workers)]
    command += ["--picture", str(options.picture)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rate, cost = map(float, done.stdout.split())
    return rate, cost


def _bare(data: bytes, seconds: float, workers: int) -> tuple[float, float]:
    """Measure a reader that nothing stands before, as `_measure_bare` gives it."""
    from platelens.pipeline import PlateReader  # noqa: PLC0415  # the load needs none

    reader = PlateReader(threads=1)
    for _ in range(_WARM_UP):
        reader.read(data)
    counts = [0] * workers
    began, worked = time.perf_counter(), time.process_time()

    def work(place: int) -> None:
        while time.perf_counter() - began < seconds:
            reader.read(data)
            counts[place] += 1

    run_together([threading.Thread(target=work, args=(place,)) for place in range(workers)])
    rate = sum(counts) / (time.perf_counter() - began)
    return rate, (time.process_time() - worked) * 1e3 / sum(counts)


def _load(service: Running, data: bytes, clients: int, options: argparse.Namespace) -> Load:
    """Let so many clients send one request after the other."""
    times: list[float] = []
    refused, failed = [0], [0]
    path = f"/api/v1/read?keep={'false' if options.no_keep else 'true'}"
    began, worked = time.perf_counter(), service.cpu_s()

    def work() -> None:
        connection = service.connect()
        while time.perf_counter() - began < options.seconds:
            start = time.perf_counter()
            connection.request("POST", path, data, {"Content-Type": "image/jpeg"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                times.append(time.perf_counter() - start)
            elif answer.status in (429, 503):
                refused[0] += 1
                time.sleep(_RETRY_S)
            else:
                failed[0] += 1

    run_together([threading.Thread(target=work) for _ in range(clients)])
    seconds = time.perf_counter() - began
    p50, p95, p99 = np.percentile(np.array(times) * 1e3, [50, 95, 99])
    return Load(
        clients=clients,
        requests_per_s=len(times) / seconds,
        p50_ms=float(p50),
        p95_ms=float(p95),
        p99_ms=float(p99),
        refused=refused[0],
        failed=failed[0],
        cpu_ms=(service.cpu_s() - worked) * 1e3 / len(times),
    )


if __name__ == "__main__":
    main()
