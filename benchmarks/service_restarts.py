"""How long the service takes from the start of its process until it is ready."""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.service_process import Running, running_service

_PICTURES: Final = 50


def print_restarts(data: bytes, times: int) -> None:
    """Store some reads, then stop and start the service so many times, and print how long it took.

    Args:
        data: a picture with plates.
        times: how many starts are measured.
    """
    clock, processor = [], []
    with TemporaryDirectory() as folder:
        with running_service(Path(folder)) as service:
            for _ in range(_PICTURES):
                _ask(service, "POST", "/api/v1/read", data)
        for _ in range(times):
            with running_service(Path(folder)) as service:
                clock.append(service.wait_until_ready())
                processor.append(service.cpu_s())
                if b'"id"' not in _ask(service, "GET", "/api/v1/reads?limit=1"):
                    raise RuntimeError("the reads are gone")
    for name, seconds in (("on the clock", clock), ("of the processor", processor)):
        print(
            f"{times} starts, seconds {name} until ready: median {statistics.median(seconds):.2f}"
            f", longest {max(seconds):.2f}"
        )


def _ask(service: Running, method: str, path: str, body: bytes | None = None) -> bytes:
    connection = service.connect()
    connection.request(method, path, body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path} was answered {answer.status}")
    return text
