"""Kills what writes again and again, and looks for reads that it had acknowledged."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException
from itertools import count
from pathlib import Path
from typing import Final

from benchmarks.service_process import Running, running_service
from platelens.errors import MissingRecordError
from platelens.store import NewRead, Store, open_store

_STREET: Final = Path(__file__).parents[1] / "examples/street.jpg"
_CLIENTS: Final = 8
_LOOK_S: Final = 0.005
_LONGEST_WAIT_S: Final = 0.2
_LONGEST_LIFE = 30
"""A writer is killed after so many acknowledged reads at most."""


def count_lost(address: str, folder: Path, kills: int) -> tuple[int, int]:
    """Let writers store reads with pictures, and kill each with signal 9 while it does.

    Returns:
        How many reads were acknowledged, and how many of them are not there or not whole.
    """
    rng = random.Random(kills)
    acknowledged: list[tuple[int, str, bytes]] = []
    for _ in range(kills):
        acknowledged += _killed_writer(address, folder, rng.randint(1, _LONGEST_LIFE))
    with open_store(address, folder / "media") as store:
        lost = sum(not _is_whole(store, *line) for line in acknowledged)
    return len(acknowledged), lost


def write_for_ever(address: str, folder: Path) -> None:
    """Store reads with their texts as pictures, and print id and text when the store has it."""
    rng = random.Random()
    with open_store(address, folder / "media") as store:
        while True:
            text = "".join(rng.choices("ABC123", k=6))
            image = store.media.save(text.encode(), ".jpg")
            read = NewRead(time=datetime.now(UTC), text=text, confidence=0.9, image=image)
            print(store.reads.add(read), text, flush=True)


def _killed_writer(address: str, folder: Path, life: int) -> list[tuple[int, str, bytes]]:
    """Kill a writer after `life` lines; gives all lines it wrote."""
    command = [sys.executable, "-m", "benchmarks.store_kill", address, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        if writer.stdout is None:
            raise RuntimeError("the writer has no output")
        lines = [writer.stdout.readline() for _ in range(life)]
        writer.kill()
        lines += writer.stdout.readlines()
    whole = (line.split() for line in lines if line.endswith("\n"))
    return [(int(number), text, text.encode()) for number, text in whole]


def count_lost_by_service(address: str, folder: Path, kills: int) -> tuple[int, int]:
    """Kill the whole service with signal 9, again and again, while clients send pictures.

    Returns:
        How many reads were answered with their id, and how many of them are not there with the
        picture as it was sent.
    """
    rng = random.Random(kills)
    acknowledged: list[tuple[int, str, bytes]] = []
    for kill in range(kills):
        with running_service(folder, store=address) as service:
            service.wait_until_ready()
            clients = [_Client(service, f"{kill} {number}") for number in range(_CLIENTS)]
            for client in clients:
                client.start()
            life = rng.randint(1, _LONGEST_LIFE)
            while sum(len(client.acknowledged) for client in clients) < life:
                time.sleep(_LOOK_S)
            time.sleep(rng.uniform(0, _LONGEST_WAIT_S))  # in the middle of anything
            service.process.kill()
            for client in clients:
                client.join()
        acknowledged += [read for client in clients for read in client.acknowledged]
    with open_store(address, folder / "data/media") as store:
        lost = sum(not _is_whole(store, *read) for read in acknowledged)
    return len(acknowledged), lost


class _Client(threading.Thread):
    """Sends pictures until the service is gone, each with a comment that no other one has."""

    def __init__(self, service: Running, name: str) -> None:
        super().__init__(name=name)
        self.acknowledged: list[tuple[int, str, bytes]] = []
        self._service = service

    def run(self) -> None:
        connection = self._service.connect()
        with suppress(OSError, HTTPException):
            for number in count():
                data = _with_comment(_STREET.read_bytes(), f"{self.name} {number}".encode())
                connection.request("POST", "/api/v1/read", data)
                answer = connection.getresponse()
                plates = json.loads(answer.read())["images"][0]["plates"]
                self.acknowledged += [(plate["id"], plate["text"], data) for plate in plates]


def _with_comment(jpeg: bytes, text: bytes) -> bytes:
    """Put a comment (marker COM) behind the start of a JPEG file."""
    return jpeg[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + jpeg[2:]


def _is_whole(store: Store, number: int, text: str, data: bytes) -> bool:
    try:
        read = store.reads.get(number)
        kept = store.media.load(read.image) if read.image else b""
    except MissingRecordError:
        return False
    return read.text == text and kept == data


if __name__ == "__main__":
    write_for_ever(sys.argv[1], Path(sys.argv[2]))
