"""Cameras of drawn pictures: real decoding, following, reading and storing."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

pytest.importorskip("av")
pytest.importorskip("scipy")

from platelens import imaging
from platelens.store import Camera, Read, ReadQuery, Store
from platelens.types import RgbImage
from tests.conftest import Street
from tests.imaging.video.servers import camera, motion_jpeg
from tests.serving.conftest import NewService

SHOWN = ("A",) * 5 + ("",) * 10 + ("B",) * 5
"""What is seen in each picture: A for a second, nothing for two, B to the end."""


Moment = Callable[[int], RgbImage]


@pytest.fixture
def moment(street: Street) -> Moment:
    """Give a function that draws a picture by its number; plates move to the right."""

    def draw(number: int) -> RgbImage:
        shift = 8 * (number % 5 - 2)
        pixels = np.roll(street(*SHOWN[number % len(SHOWN)]), shift, axis=1)
        return imaging.from_array(pixels, order="rgb")

    return draw


@pytest.fixture
def pictures(tmp_path: Path, moment: Moment) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(len(SHOWN)):
        imaging.save(moment(number), folder / f"{number}.png")
    return folder


def wait_for(found: Callable[[], bool], limit_s: float = 20.0) -> None:
    end = time.monotonic() + limit_s
    while not found():
        assert time.monotonic() < end, "it has not come"
        time.sleep(0.02)


def passes(store: Store, name: str) -> list[Read]:
    return list(store.reads.search(ReadQuery(camera=name)).reads)


def test_passes_of_a_source_are_stored(
    new_service: NewService, store: Store, pictures: Path
) -> None:
    entry = {"name": "gate", "source": str(pictures), "settings": {"fps": 5}}
    client = new_service(cameras=[entry])
    wait_for(lambda: client.get("/api/v1/cameras/gate").json()["state"] == "ended")
    second, first = passes(store, "gate")
    assert (first.text, second.text, first.source) == ("A", "B", "pass")
    assert first.passing is not None
    assert second.passing is not None
    assert (first.passing.sightings, first.passing.is_parked) == (5, False)
    assert first.passing.dwell.total_seconds() == pytest.approx(0.8)
    apart = second.passing.first_seen - first.passing.first_seen
    assert apart.total_seconds() == pytest.approx(3.0)
    assert first.image is not None
    assert first.crop is not None
    assert imaging.decode(store.media.load(first.image)).shape == (128, 128, 3)


def test_a_stream_is_watched_changed_and_stopped(
    client: TestClient, store: Store, moment: Moment
) -> None:
    with camera(motion_jpeg(None, fps=15, draw=lambda n: moment(min(n, 14)))) as source:
        address = f"http://127.0.0.1:{source.port}/stream"
        body: dict[str, Any] = {"source": address, "settings": {"duplicate_s": 0}}
        client.put("/api/v1/cameras/gate", json=body)
        wait_for(lambda: len(passes(store, "gate")) >= 1)
        assert client.get("/api/v1/cameras/gate").json()["state"] == "watching"
        (found,) = passes(store, "gate")
        assert (found.text, found.source) == ("A", "pass")
        assert abs((datetime.now(UTC) - found.time).total_seconds()) < 60
        body["settings"] = {"active": False}
        client.put("/api/v1/cameras/gate", json=body)
        assert client.get("/api/v1/cameras/gate").json()["state"] == "off"


def test_a_source_that_is_not_there_is_told(new_service: NewService, tmp_path: Path) -> None:
    client = new_service(cameras=[{"name": "gate", "source": str(tmp_path / "nothing.mp4")}])
    wait_for(lambda: client.get("/api/v1/cameras/gate").json()["state"] == "failing")
    assert "no such file" in client.get("/api/v1/cameras/gate").json()["detail"]


def test_settings_of_another_version_stop_no_other_camera(client: TestClient, store: Store) -> None:
    store.cameras.put(Camera("new", "rtsp://127.0.0.1:9/", {"speed": 9}))
    store.cameras.put(Camera("odd", "rtsp://127.0.0.1:9/", {"fps": "many"}))
    assert client.put("/api/v1/cameras/gate", json={}).status_code == 200
    states = {c["name"]: c["state"] for c in client.get("/api/v1/cameras").json()["cameras"]}
    assert states == {"gate": "off", "new": "starting", "odd": "off"}
