"""Requests as Blue Iris sends them to CodeProject.AI."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest
from fastapi.testclient import TestClient

from platelens.store import ReadQuery, Store

Picture = Callable[..., bytes]


@pytest.mark.parametrize("path", ["/v1/vision/alpr", "/v1/image/alpr"])
@pytest.mark.parametrize("field", ["upload", "image", "file1"])
def test_blue_iris(client: TestClient, picture: Picture, path: str, field: str) -> None:
    files = {field: ("i.jpg", picture("A", "B"), "image/jpeg")}
    answer = client.post(path, files=files, data={"min_confidence": "0.40"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["success"], found["code"], found["command"]) == (True, 200, "alpr")
    assert found["message"] == "Found Plate: A, B"
    first, second = found["predictions"]
    assert (first["label"], first["plate"], second["plate"]) == ("Plate: A", "A", "B")
    assert 0 < first["confidence"] <= 1
    edges = [first[name] for name in ("x_min", "y_min", "x_max", "y_max")]
    assert all(isinstance(edge, int) for edge in edges)
    assert edges == pytest.approx([36, 12, 100, 44], abs=1)
    kind, *shares = first["plate_annotation"].split()
    assert kind == "0"
    assert [float(share) for share in shares] == pytest.approx(
        [68 / 128, 28 / 128, 64 / 128, 32 / 128], abs=0.01
    )
    (((corners, (text, sure)),),) = first["ocr_annotation"]
    assert (text, sure, len(corners)) == ("A", first["confidence"], 4)
    for name in ("processMs", "inferenceMs", "analysisRoundTripMs"):
        assert isinstance(found[name], int)
    assert found["timestampUTC"].endswith("GMT")
    assert parsedate_to_datetime(found["timestampUTC"]).tzinfo is not None


def test_nothing_found(client: TestClient, picture: Picture) -> None:
    found = client.post("/v1/vision/alpr", files={"upload": picture()}).json()
    assert (found["success"], found["predictions"]) == (True, [])


def test_unsure_plates_are_left_out(client: TestClient, picture: Picture) -> None:
    body = {"files": {"upload": picture("A")}, "data": {"min_confidence": "1"}}
    assert client.post("/v1/vision/alpr", **body).json()["predictions"] == []  # type: ignore[arg-type]  # files and data


def test_failure_is_told_as_these_clients_expect(client: TestClient) -> None:
    answer = client.post("/v1/vision/alpr", files={"upload": b"no picture"})
    assert answer.status_code == 200
    assert answer.json()["success"] is False
    assert "not a JPEG" in answer.json()["error"]


def test_reads_are_stored(client: TestClient, store: Store, picture: Picture) -> None:
    files = {"upload": picture("C")}
    client.post("/v1/vision/alpr", files=files, data={"camera": "drive"})
    (read,) = store.reads.search(ReadQuery()).reads
    assert (read.text, read.camera) == ("C", "drive")


def test_ping(guarded: TestClient) -> None:
    assert guarded.get("/v1/server/status/ping").json()["success"] is True


@pytest.mark.parametrize("value", ["high", "2", "nan"])
def test_malformed_confidence(client: TestClient, picture: Picture, value: str) -> None:
    files = {"upload": picture("A")}
    answer = client.post("/v1/vision/alpr", files=files, data={"min_confidence": value})
    assert answer.status_code == 400
