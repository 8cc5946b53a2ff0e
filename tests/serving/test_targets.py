import pytest
from fastapi.testclient import TestClient

from platelens.serving.schemas.operation import hide_password, restore_password
from platelens.store import Delivery, Store
from platelens.store.outbox import MAX_ATTEMPTS

TARGETS = "/api/v1/targets"
HOOK = {"name": "hook", "kind": "webhook", "url": "http://ann:pw@127.0.0.1:9/x", "active": False}


def test_targets_are_kept_without_showing_secrets(client: TestClient, store: Store) -> None:
    settings = {"secret": "s3cret", "header": "Authorization: Bearer t0ken", "labels": ["staff"]}
    answer = client.post(TARGETS, json={**HOOK, "settings": settings})
    assert answer.status_code == 201
    target = answer.json()
    assert target["url"] == "http://ann:***@127.0.0.1:9/x"
    shown = target["settings"]
    assert (shown["secret"], shown["header"]) == ("***", "Authorization: ***")
    assert client.get(TARGETS).json() == {"targets": [target], "waiting": 0}
    number = target.pop("id")
    changed = client.put(f"{TARGETS}/{number}", json={**target, "name": "other"})
    assert changed.json()["name"] == "other"
    (kept,) = store.outbox.targets()
    assert kept.target.url == HOOK["url"]
    assert kept.target.settings == settings
    for text in ("s3cret", "t0ken", "pw@"):
        assert text not in answer.text + str(store.journal.audit())
    assert client.delete(f"{TARGETS}/{number}").status_code == 204
    assert client.delete(f"{TARGETS}/{number}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "fax"}, 422),
        ({"url": "file:///etc/passwd"}, 400),
        ({"url": "http://"}, 400),
        ({"url": "http://host:port/"}, 400),
        ({"url": "mqtt://broker"}, 400),
        ({"kind": "mqtt"}, 400),
        ({"name": ""}, 422),
        ({"settings": {"header": "no header"}}, 422),
        ({"settings": {"header": "A: b\r\nC: d"}}, 422),
        ({"settings": {"topic": "a/#"}}, 422),
        ({"settings": {"colour": "red"}}, 422),
    ],
)
def test_malformed_targets(client: TestClient, change: dict[str, object], status: int) -> None:
    assert client.post(TARGETS, json={**HOOK, **change}).status_code == status


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://ann:pw@host:554/a", "rtsp://ann:***@host:554/a"),
        ("mqtt://ann:p@w#:x@host", "mqtt://ann:***@host"),
        ("http://host/a?user=ann&pwd=pw&size=2", "http://host/a?user=ann&pwd=***&size=2"),
        ("https://host/a?access_token=t", "https://host/a?access_token=***"),
        ("http://host:80/a@b?size=2", "http://host:80/a@b?size=2"),
        ("no rtsp://a:b@host/x?key=1: timed out", "no rtsp://a:***@host/x?key=*** timed out"),
    ],
)
def test_addresses_are_shown_without_their_secrets(address: str, shown: str) -> None:
    assert hide_password(address) == shown
    assert restore_password(shown, address) == address
    assert restore_password(shown.replace("host", "other"), address) != address


def test_names_are_taken_once(client: TestClient) -> None:
    client.post(TARGETS, json=HOOK)
    assert client.post(TARGETS, json=HOOK).status_code == 409


def test_dead_events_are_listed_and_revived(client: TestClient, store: Store) -> None:
    number = client.post(TARGETS, json=HOOK).json()["id"]
    assert client.post(f"{TARGETS}/{number}/test").status_code == 202
    assert client.post(f"{TARGETS}/99/test").status_code == 404
    assert client.get(TARGETS).json()["waiting"] == 1
    store.outbox.remove_target(number)
    number = client.post(TARGETS, json={**HOOK, "active": True, "kind": "stream"}).json()["id"]
    store.outbox.add([Delivery(number, "test", {})])
    assert client.get(f"{TARGETS}/dead").json() == {"events": []}
    assert MAX_ATTEMPTS > 1
    revived = client.post(f"{TARGETS}/dead/revive", json={"ids": [1, -5, 2**70]})
    assert revived.json() == {"events": 0}
