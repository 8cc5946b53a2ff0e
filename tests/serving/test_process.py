"""The service as a process: killed, restarted, attacked."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from platelens.store import open_store
from tests.serving.processes import Running, save_tiny, serving, write_settings

Picture = Callable[..., bytes]
START_S = 4.0
"""Of the processor. It is about half of that where nothing else runs, and as much on the clock."""
KILLS = 2


@pytest.fixture(scope="session")
def pipeline(
    tmp_path_factory: pytest.TempPathFactory, detector_folder: Path, reader_folder: Path
) -> Path:
    return save_tiny(tmp_path_factory.mktemp("saved") / "tiny", detector_folder, reader_folder)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, pipeline: Path) -> Iterator[Running]:
    """Run a service that does not wait long for a request."""
    folder = tmp_path_factory.mktemp("service")
    limits = {"receive_s": 2.0, "body_bytes": 100_000}
    with serving(write_settings(folder, pipeline, limits=limits)) as running:
        yield running


def exchange(service: Running, request: bytes, wait_s: float = 10) -> bytes:
    """Send bytes over a connection of one's own; gives what is answered until it is closed."""
    url = service.client.base_url
    with socket.create_connection((url.host, url.port or 0), timeout=wait_s) as connection:
        answer = b""
        with contextlib.suppress(ConnectionError):  # it may refuse before all of it has come
            connection.sendall(request)
            while data := connection.recv(65536):
                answer += data
        return answer


def test_killed_while_it_writes_nothing_acknowledged_is_lost(
    tmp_path: Path, pipeline: Path, picture: Picture
) -> None:
    settings = write_settings(tmp_path, pipeline)
    acknowledged: list[tuple[int, str]] = []
    data = picture("A", "B")

    def write(service: Running) -> None:
        while True:
            try:
                answer = service.client.post("/api/v1/read", content=data)
            except Exception:
                return
            plates = answer.json()["images"][0]["plates"]
            acknowledged.extend((plate["id"], plate["text"]) for plate in plates)

    for _ in range(KILLS):
        with serving(settings) as service:
            before = len(acknowledged)
            writers = [threading.Thread(target=write, args=(service,)) for _ in range(3)]
            for writer in writers:
                writer.start()
            end = time.monotonic() + 20
            while len(acknowledged) < before + 20 and time.monotonic() < end:
                time.sleep(0.005)
            service.process.send_signal(signal.SIGKILL)
            for writer in writers:
                writer.join()
    assert len(acknowledged) >= 20 * KILLS
    with open_store(f"sqlite:///{tmp_path}/data/store.db", tmp_path / "data/media") as store:
        for number, text in acknowledged:
            read = store.reads.get(number)
            assert read.text == text
            assert read.image is not None
            assert store.media.load(read.image) == data


def test_it_starts_quickly_and_ends_when_it_is_told(
    tmp_path: Path, pipeline: Path, picture: Picture
) -> None:
    settings = write_settings(tmp_path, pipeline)
    starts = []
    for _ in range(2):
        with serving(settings) as service:
            starts.append(service.start_cpu_s)
            assert service.client.post("/api/v1/read", content=picture("A")).status_code == 200
            events = service.client.stream("GET", "/api/v1/events")
            with events as following:
                assert following.status_code == 200
                began = time.monotonic()
                service.process.terminate()
                assert service.process.wait(60) == 143
                assert time.monotonic() - began < 30  # though the follower never leaves by itself
    assert "Traceback" not in service.log.read_text()
    assert min(starts) < START_S


def test_events_come_as_they_happen(service: Running, picture: Picture) -> None:
    client = service.client
    client.post("/api/v1/watch", json=[{"text": "B", "label": "staff"}])
    with client.stream("GET", "/api/v1/events") as following:
        assert following.headers["content-type"].startswith("text/event-stream")
        lines = following.iter_lines()
        assert next(lines) == "retry: 2000"
        client.post("/api/v1/read", content=picture("A", "B"), params={"camera": "gate"})
        told: list[tuple[str, dict[str, Any]]] = []
        kind = ""
        while len(told) < 2:
            line = next(lines)
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                told.append((kind, json.loads(line.removeprefix("data: "))))
    (first, a), (second, b) = told
    assert (first, a["text"], a["camera"], a["watch"]) == ("read", "A", "gate", [])
    assert (second, b["text"], b["watch"][0]["label"]) == ("alert", "B", "staff")


def test_hostile_clients(service: Running, picture: Picture) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    assert b"200" in exchange(service, head + b"X: " + b"x" * 20_000 + b"\r\n\r\n")[:20]
    assert b"200" not in exchange(service, head + b"X: " + b"x" * 200_000 + b"\r\n\r\n")
    assert b"400" in exchange(service, b"\x16\x03\x01 no HTTP at all\r\n\r\n")[:20]
    for path in (
        *("/../../etc/passwd", "/api/v1/reads/..%2f..%2fsecret.key/image"),
        *("/api/v1/reads/1/../../../secret.key", "/static/../secret.key", "/%00", "//evil"),
    ):
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert re.match(rb"HTTP/1.1 4(04|22)", exchange(service, request.encode())), path
    slow = b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nxx"
    answer = exchange(service, slow)
    assert answer[:12] == b"HTTP/1.1 408"
    assert b"connection: close" in answer.lower()
    lies = b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"
    assert exchange(service, lies)[:12] == b"HTTP/1.1 413"
    assert service.client.post("/api/v1/read", content=picture("A")).status_code == 200
    log = service.log.read_text()
    assert "Traceback" not in log


def test_no_plates_and_no_secrets_in_the_log(service: Running, picture: Picture) -> None:
    client = service.client
    client.post("/api/v1/read", content=picture("A"))
    client.get("/api/v1/reads", params={"plate": "SECRET99"})
    client.get("/api/v1/watch/match", params={"text": "SECRET99"})
    client.get("/nowhere/SECRET99?token=SECRET99")
    client.get("/api/v1/reads", headers={"Authorization": "Bearer SECRET99"})
    client.post("/api/v1/session", json={"name": "SECRET99", "password": "SECRET99"})
    target = {"name": "t", "kind": "webhook", "url": "http://a:SECRET99@127.0.0.1:9/SECRET99"}
    number = client.post("/api/v1/targets", json=target).json()["id"]
    client.post(f"/api/v1/targets/{number}/test")
    end = time.monotonic() + 10
    while "attempt 1" not in service.log.read_text() and time.monotonic() < end:
        time.sleep(0.05)
    log = service.log.read_text()
    assert "attempt 1" in log
    assert "POST /api/v1/read 200" in log
    assert "SECRET99" not in log
