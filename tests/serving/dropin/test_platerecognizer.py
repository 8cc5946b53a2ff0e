"""Requests as the clients of Plate Recognizer send them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from platelens.store import ReadQuery, Store

Picture = Callable[..., bytes]
READER, STATISTICS = "/v1/plate-reader/", "/v1/statistics/"
NO_VEHICLE = {
    "score": 0.0,
    "type": "Unknown",
    "box": {"xmin": 0, "ymin": 0, "xmax": 0, "ymax": 0},
}
BOX = {"xmin": 36, "ymin": 12, "xmax": 100, "ymax": 44}


def send(client: TestClient, data: bytes, **fields: Any) -> Any:
    answer = client.post(READER, files={"upload": ("car.png", data)}, data=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_answer_has_every_documented_field(client: TestClient, picture: Picture) -> None:
    answer = send(client, picture("A"), camera_id="gate", timestamp="2025-05-30 13:59:09.481824")
    assert list(answer) == [
        *("processing_time", "results", "filename", "version", "camera_id", "timestamp", "usage")
    ]
    assert (answer["filename"], answer["version"], answer["camera_id"]) == ("car.png", 1, "gate")
    assert answer["timestamp"] == "2025-05-30 13:59:09.481824"
    assert answer["usage"]["calls"] == 1
    (result,) = answer["results"]
    assert (result["plate"], result["region"]) == ("a", {"code": "", "score": 0.0})
    assert all(abs(result["box"][name] - edge) <= 1 for name, edge in BOX.items())
    assert all(isinstance(edge, int) for edge in result["box"].values())
    assert result["candidates"][0] == {"score": result["score"], "plate": "a"}
    assert 0.9 < result["score"] <= 1
    assert 0.9 < result["dscore"] <= 1
    assert result["vehicle"] == NO_VEHICLE
    assert "color" not in result


def test_home_assistant(guarded: TestClient, store: Store, picture: Picture) -> None:
    """What its integration does with an answer, step by step."""
    _, token = store.access.add_token("home", ["read"])
    headers = {"Authorization": f"Token {token}"}
    before = guarded.get(STATISTICS, headers=headers).json()
    assert before["total_calls"] - before["usage"]["calls"] > 0
    response = guarded.post(
        READER,
        data={
            "regions": ["gb", "ie"],
            "camera_id": "platerecognizer_gate",
            "mmc": "True",
            "config": json.dumps({"detection_rule": "strict", "region": "strict"}),
        },
        files={"upload": picture("A", "B")},
        headers=headers,
    ).json()
    results = response["results"]
    candidates = [result["candidates"] for result in results]
    assert {cand["plate"] for candidate in candidates for cand in candidate} >= {"a", "b"}
    assert [each for result in results for each in result["orientation"]] == []
    vehicles = [
        {
            "plate": r["plate"],
            "confidence": r["score"],
            "region_code": r["region"]["code"],
            "vehicle_type": r["vehicle"]["type"],
            "box_y_centre": (r["box"]["ymin"] + ((r["box"]["ymax"] - r["box"]["ymin"]) / 2)),
        }
        for r in results
    ]
    assert [vehicle["plate"] for vehicle in vehicles] == ["a", "b"]
    usage = response["usage"]
    assert usage["max_calls"] - usage["calls"] > 0
    assert guarded.get(STATISTICS, headers=headers).json()["usage"]["calls"] == 1


def test_plate_recognition_py(client: TestClient, picture: Picture) -> None:
    """What Plate Recognizer's own script does with parts of a picture, and in vehicle mode."""
    for result in send(client, picture("A", "B"), mmc="true")["results"]:
        for box in (result["box"], result["vehicle"]["box"]):  # moves both
            assert {name: edge + 10 for name, edge in box.items()}.keys() == BOX.keys()
        assert not result["vehicle"]["score"]  # or it cuts the vehicle out, and names its make
    config = json.dumps({"detection_mode": "vehicle"})
    results = send(client, picture("A", "B"), config=config)["results"]
    kept = [result for result in results if result["vehicle"]]  # leaves the others out
    plates = [result["plate"]["props"]["plate"][0]["value"] for result in kept]
    assert plates == ["a", "b"]


def test_base64_in_a_form_and_in_json(client: TestClient, picture: Picture) -> None:
    coded = base64.b64encode(picture("B")).decode()
    form = client.post(READER, data={"upload": coded, "regions": "gb"})
    body = client.post(READER, json={"upload": coded, "regions": ["gb"], "config": {}})
    for answer in (form, body):
        assert answer.status_code == 201
        assert answer.json()["results"][0]["plate"] == "b"


def test_without_the_last_slash(client: TestClient, picture: Picture) -> None:
    answer = client.post("/v1/plate-reader", files={"upload": picture("A")}, follow_redirects=False)
    assert answer.status_code == 201


def test_vehicle_mode_has_the_second_form(client: TestClient, picture: Picture) -> None:
    config = json.dumps({"detection_mode": "vehicle"})
    (result,) = send(client, picture("A"), config=config)["results"]
    plate = result["plate"]
    assert (plate["type"], set(plate)) == ("Plate", {"type", "score", "box", "props"})
    assert plate["props"]["plate"][0]["value"] == "a"
    assert plate["props"]["region"] == []
    unknown: dict[str, list[str]] = {"make_model": [], "orientation": [], "color": []}
    assert result["vehicle"] == {**NO_VEHICLE, "props": unknown}


def test_thresholds(client: TestClient, picture: Picture) -> None:
    sure = send(client, picture("A"))["results"][0]
    for name, score in (("threshold_d", sure["dscore"]), ("threshold_o", sure["score"])):
        below, above = (json.dumps({name: score + by}) for by in (-0.002, 0.0006))
        assert len(send(client, picture("A"), config=below)["results"]) == 1
        if score + 0.0006 <= 1:
            assert send(client, picture("A"), config=above)["results"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"config": "{"},
        {"config": "[]"},
        {"config": "[" * 100_000},
        {"config": '{"threshold_d": "high"}'},
        {"config": '{"threshold_o": NaN}'},
        {"config": '{"text_formats": "A"}'},
        {"config": '{"text_formats": ["(a*)*b"]}'},
        {"config": '{"text_formats": ["a*a*a*a*a*a*a*a*b"]}'},
        {"config": '{"text_formats": ["[z-a]"]}'},
        {"config": '{"text_formats": [7]}'},
        {"mmc": "perhaps"},
        {"timestamp": "soon"},
    ],
)
def test_malformed_fields(client: TestClient, picture: Picture, fields: dict[str, str]) -> None:
    answer = client.post(READER, files={"upload": picture("A")}, data=fields)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith((next(iter(fields)), "text_formats"))


def test_addresses_are_not_fetched_unless_allowed(client: TestClient) -> None:
    answer = client.post(READER, data={"upload_url": "https://example.org/car.jpg"})
    assert (answer.status_code, "limits.fetch" in answer.json()["detail"]) == (400, True)


def test_unknown_regions_are_no_error(client: TestClient, picture: Picture) -> None:
    answer = send(client, picture("A"), regions=["xx-yy", "us-ca, gb"])
    assert answer["results"][0]["plate"] == "a"


def test_reads_are_stored(client: TestClient, store: Store, picture: Picture) -> None:
    send(client, picture("A"), camera_id="gate", timestamp="2025-05-30T13:59:09Z")
    (read,) = store.reads.search(ReadQuery(camera="gate")).reads
    assert (read.text, read.time.isoformat()) == ("A", "2025-05-30T13:59:09+00:00")
