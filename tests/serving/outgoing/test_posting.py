"""Reads of a running service arrive at a real server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from platelens import imaging
from platelens.store import Store, WatchRule
from platelens.store.tables import OUTBOX
from tests.serving.conftest import NewService
from tests.serving.outgoing.hooks import Hooks, hooks, wait_for

Picture = Callable[..., bytes]


@pytest.fixture
def server() -> Iterator[Hooks]:
    with hooks() as running:
        yield running


def add(client: TestClient, server: Hooks, kind: str, **settings: Any) -> int:
    body = {"name": kind, "kind": kind, "url": server.address, "settings": settings}
    answer = client.post("/api/v1/targets", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def read(client: TestClient, data: bytes, camera: str = "gate") -> list[int]:
    params = {"camera": camera, "time": "2021-09-29T05:56:13.606935Z"}
    answer = client.post("/api/v1/read", content=data, params=params)
    return [plate["id"] for plate in answer.json()["images"][0]["plates"]]


def let_time_pass(store: Store) -> None:
    with store._database.writing() as connection:
        connection.execute(sa.update(OUTBOX).values(due=datetime.now(UTC)))


def test_native_webhook_is_signed(client: TestClient, server: Hooks, picture: Picture) -> None:
    add(client, server, "webhook", secret="s3cret", header="X-Home: yes")
    (number,) = read(client, picture("A"))
    wait_for(lambda: server.taken)
    taken = server.taken[0]
    assert taken.json["event"] == "read"
    assert taken.json["read"] == client.get(f"/api/v1/reads/{number}").json()
    uid, timestamp = taken.headers["webhook-id"], taken.headers["webhook-timestamp"]
    assert taken.json["id"] == uid
    signed = f"{uid}.{timestamp}.".encode() + taken.body
    mac = base64.b64encode(hmac.new(b"s3cret", signed, hashlib.sha256).digest()).decode()
    assert taken.headers["webhook-signature"] == f"v1,{mac}"
    assert abs(int(timestamp) - datetime.now(UTC).timestamp()) < 60
    assert taken.headers["x-home"] == "yes"


def test_stream_webhook(client: TestClient, server: Hooks, picture: Picture) -> None:
    add(client, server, "stream", secret="s3cret")
    data = picture("A")
    read(client, data)
    wait_for(lambda: server.taken)
    taken = server.taken[0]
    assert set(taken.parts) == {"json", "upload"}
    assert taken.parts["upload"] == data
    record = json.loads(taken.parts["json"])
    hook, told = record["hook"], record["data"]
    assert (hook["id"], hook["event"]) == ("gate", "recognition")
    assert hook["filename"] == "gate_screenshots/21-09-29/05-56-13.606935.jpg"
    assert (told["camera_id"], told["timestamp"]) == ("gate", "2021-09-29T05:56:13.606935Z")
    assert told["timestamp_local"] == "2021-09-29 05:56:13.606935+00:00"
    assert told["timestamp_camera"] is None
    (result,) = told["results"]
    assert (result["plate"], result["candidates"][0]["plate"]) == ("a", "a")
    assert result["dscore"] > 0.9
    assert (result["direction"], result["vehicle"]["type"]) == ("", "Unknown")
    assert "webhook-signature" in taken.headers


def test_stream_webhook_without_picture(
    client: TestClient, server: Hooks, picture: Picture
) -> None:
    add(client, server, "stream", image=False)
    read(client, picture("B"))
    wait_for(lambda: server.taken)
    assert server.taken[0].json["data"]["results"][0]["plate"] == "b"
    assert "webhook-signature" not in server.taken[0].headers


def test_alpr_database(client: TestClient, server: Hooks, picture: Picture) -> None:
    add(client, server, "alpr-database", secret="key")
    read(client, picture("A"))
    wait_for(lambda: server.taken)
    taken = server.taken[0]
    assert (taken.path, taken.headers["x-api-key"]) == ("/api/plate-reads", "key")
    (dump,) = taken.json["ai_dump"]
    (prediction,) = dump["found"]["predictions"]
    assert (dump["api"], prediction["plate"], taken.json["camera"]) == ("alpr", "A", "gate")
    assert imaging.decode(base64.b64decode(taken.json["Image"])).shape == (128, 128, 3)


def test_what_was_refused_comes_again_with_its_id(
    client: TestClient, server: Hooks, store: Store, picture: Picture
) -> None:
    server.statuses = [500, 302, 204]
    add(client, server, "webhook")
    read(client, picture("A"))
    wait_for(lambda: _error(store) == "answered 500")
    let_time_pass(store)
    wait_for(lambda: _error(store) == "answered 302")
    let_time_pass(store)
    wait_for(lambda: len(server.taken) == 3)
    wait_for(lambda: store.outbox.waiting() == 0)
    assert len({taken.headers["webhook-id"] for taken in server.taken}) == 1


def _error(store: Store) -> str:
    with store._database.reading() as connection:
        return str(connection.scalar(sa.select(OUTBOX.c.error)) or "")


def test_a_target_that_is_down_holds_no_other_up(
    client: TestClient, server: Hooks, store: Store, picture: Picture
) -> None:
    body = {"name": "down", "kind": "webhook", "url": "http://127.0.0.1:9/"}
    client.post("/api/v1/targets", json=body)
    add(client, server, "webhook")
    for _ in range(3):
        read(client, picture("A"))
    wait_for(lambda: len(server.taken) == 3)
    wait_for(lambda: store.outbox.waiting() == 3)
    assert 'outcome="failed"' in client.get("/metrics").text


def test_only_what_a_target_wants(
    client: TestClient, server: Hooks, store: Store, picture: Picture
) -> None:
    store.watch.add([WatchRule("exact", "A", "staff"), WatchRule("exact", "B", "guest")])
    add(client, server, "webhook", labels=["staff"], cameras=["gate"])
    read(client, picture("B"), "gate")
    read(client, picture("A"), "yard")
    read(client, picture("C"), "gate")
    read(client, picture("A"), "gate")
    wait_for(lambda: server.taken)
    wait_for(lambda: store.outbox.waiting() == 0)
    (taken,) = server.taken
    assert (taken.json["event"], taken.json["read"]["text"]) == ("alert", "A")
    assert taken.json["watch"][0]["label"] == "staff"


def test_deleted_reads_are_not_told(
    client: TestClient, server: Hooks, store: Store, picture: Picture
) -> None:
    server.statuses = [500]
    add(client, server, "webhook")
    (number,) = read(client, picture("A"))
    wait_for(lambda: server.taken)
    client.delete(f"/api/v1/reads/{number}")
    assert store.outbox.waiting() == 0


def test_a_test_event(client: TestClient, server: Hooks) -> None:
    number = add(client, server, "webhook")
    client.post(f"/api/v1/targets/{number}/test")
    wait_for(lambda: server.taken)
    assert (server.taken[0].json["event"], server.taken[0].json["read"]) == ("test", None)


def test_what_was_left_at_the_end_is_sent_after_the_next_start(
    new_service: NewService, server: Hooks, store: Store, picture: Picture
) -> None:
    first = new_service()
    number = add(first, server, "webhook")
    (target,) = [t.target for t in store.outbox.targets() if t.id == number]
    first.put(
        f"/api/v1/targets/{number}",
        json={"name": target.name, "kind": "webhook", "url": target.url, "active": False},
    )
    read(first, picture("A"))
    assert store.outbox.waiting() == 1
    second = new_service()
    second.put(
        f"/api/v1/targets/{number}",
        json={"name": target.name, "kind": "webhook", "url": target.url},
    )
    wait_for(lambda: server.taken)
