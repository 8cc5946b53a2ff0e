"""The service over PostgreSQL, from a picture to its export: once around."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from platelens.pipeline import PlateReader
from platelens.serving import create_app, parse_settings
from platelens.store import open_store
from tests.serving.outgoing.hooks import hooks, wait_for
from tests.store.conftest import new_database, server  # noqa: F401 - fixtures


def test_once_around(
    new_database: Callable[[], str],  # noqa: F811 - the fixture
    tmp_path: Path,
    reader: PlateReader,
    picture: Callable[..., bytes],
) -> None:
    address = new_database()
    settings = parse_settings({"data": str(tmp_path), "store": {"address": address}})
    with (
        open_store(settings.store_address, settings.media) as store,
        TestClient(create_app(settings, reader, store), base_url="http://localhost") as client,
        hooks() as taking,
    ):
        target = {"name": "t", "kind": "webhook", "url": taking.address}
        client.post("/api/v1/targets", json=target)
        client.post("/api/v1/watch", json=[{"text": "B", "label": "staff"}])
        files = {"u": ("s.png", picture("A", "B"))}
        answer = client.post("/api/v1/read", files=files, data={"camera": "gate"})
        first, second = answer.json()["images"][0]["plates"]
        assert (first["watch"], second["watch"][0]["label"]) == ([], "staff")
        wait_for(lambda: len(taking.taken) == 2)
        wait_for(lambda: store.outbox.waiting() == 0)
        body = {"state": "corrected", "text": "AB12"}
        client.post(f"/api/v1/reads/{first['id']}/review", json=body)
        (found,) = client.get("/api/v1/reads", params={"plate": "*B1*"}).json()["reads"]
        assert (found["id"], found["text_as_read"]) == (first["id"], "A")
        counts = client.get("/api/v1/statistics").json()
        assert (counts["reads"], counts["reviewed"]) == (2, 1)
        lines = client.get("/api/v1/reads/export", params={"format": "jsonl"}).text.splitlines()
        assert len(lines) == 2
        gone = client.post("/api/v1/reads/delete", json={"everything": True}).json()
        assert (gone["reads"], gone["files"]) == (2, 3)
        assert client.get("/readyz").status_code == 200
