"""What becomes of the service's memory over many requests of all kinds."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from benchmarks.service_process import Running, run_together, running_service

_CLIENTS: Final = 8
_SAMPLES: Final = 20
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class _Kind:
    """A request of the mix."""

    share: int  # of 20
    status: int  # that is the right answer
    path: str  # {part} = two characters, {number} = the id of a read
    method: str = "GET"
    body: bytes | None = None
    token: str = ""


def _mix(picture: bytes) -> Iterator[_Kind]:
    """Give what 20 requests are: one of them is a picture that is read and kept."""
    yield _Kind(1, 200, "/api/v1/read?camera=gate", "POST", picture)
    yield _Kind(2, 422, "/api/v1/read", "POST", picture[:1000])  # cut off
    yield _Kind(1, 400, "/api/v1/read", "POST", b"")
    yield _Kind(4, 200, "/api/v1/reads?plate=*{part}*")
    yield _Kind(1, 200, "/api/v1/reads?plate={part}12345&match=fuzzy")
    yield _Kind(1, 200, "/api/v1/reads")
    yield _Kind(1, 400, "/api/v1/reads?since=yesterday")
    yield _Kind(1, 200, "/api/v1/reads/{number}")
    yield _Kind(1, 200, "/api/v1/reads/{number}/image")
    yield _Kind(1, 200, "/api/v1/reads/{number}/crop")
    yield _Kind(1, 404, "/api/v1/reads/999999999")
    yield _Kind(2, 401, "/api/v1/reads", token="wrong")
    yield _Kind(1, 200, "/metrics")
    yield _Kind(1, 200, "/readyz")
    yield _Kind(1, 404, "/nothing/{part}")


class _Clients:
    """Send the mix, one request after the other each."""

    def __init__(self, service: Running, picture: bytes, requests: int) -> None:
        self._service = service
        self._kinds = [kind for kind in _mix(picture) for _ in range(kind.share)]
        self._requests = requests
        self._numbers = count()
        self.lost = 0
        self.wrong: list[str] = []
        self.memory_mb: dict[int, float] = {}

    def run(self) -> None:
        """Send all requests; memory is noted now and then."""
        run_together([threading.Thread(target=self._work) for _ in range(_CLIENTS)])

    def _work(self) -> None:
        connection = self._service.connect()
        rng = random.Random(threading.get_ident())
        for number in self._numbers:
            if number > self._requests:
                return
            if number % max(1, self._requests // _SAMPLES) == 0:
                self.memory_mb[number] = self._service.memory_mb()
            self._send(connection, self._kinds[number % len(self._kinds)], rng)

    def _send(self, connection: HTTPConnection, kind: _Kind, rng: random.Random) -> None:
        part, number = "".join(rng.choices(_LETTERS, k=2)), rng.randint(1, 2)
        headers = {"Authorization": f"Bearer {kind.token}"} if kind.token else {}
        path = kind.path.format(part=part, number=number)
        try:
            connection.request(kind.method, path, kind.body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):  # an idle connection is closed after some seconds
            self.lost += 1
            connection.close()
            return
        if answer.status != kind.status:
            self.wrong.append(f"{kind.method} {path}: {answer.status}")


def print_memory(picture: bytes, requests: int) -> None:
    """Send so many requests to a new service, and print its memory along the way.

    Args:
        picture: one with two plates or more.
        requests: of all kinds together.
    """
    with TemporaryDirectory() as folder, running_service(Path(folder)) as service:
        _store_one(service, picture)
        began = time.perf_counter()
        clients = _Clients(service, picture, requests)
        clients.run()
        print(f"{requests} requests in {time.perf_counter() - began:.0f} s")
    print(f"{len(clients.wrong)} wrong answers {clients.wrong[:3]}, {clients.lost} none")
    numbers = np.array(sorted(clients.memory_mb))
    memory = np.array([clients.memory_mb[n] for n in numbers.tolist()])
    print("requests   memory, MB")
    for number, size in zip(numbers, memory, strict=True):
        print(f"{number:8d}   {size:6.0f}")
    late = numbers >= requests / 4
    slope = np.polyfit(numbers[late] / 100_000, memory[late], 1)[0]
    print(
        f"the last three quarters: {memory[late].min():.0f} to {memory[late].max():.0f} MB, "
        f"{slope:+.1f} MB in 100,000 requests"
    )


def _store_one(service: Running, picture: bytes) -> None:
    connection = service.connect()
    connection.request("POST", "/api/v1/read", picture)
    answer = connection.getresponse().read()
    if answer.count(b'"id"') < 2:
        raise RuntimeError("the picture needs two plates")
    connection.close()
