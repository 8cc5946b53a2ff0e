import pytest
from fastapi.testclient import TestClient

from platelens.store import Store

WATCH = "/api/v1/watch"
STAFF = {"kind": "exact", "text": "ab-123", "label": "staff", "note": "Ann"}


def test_entries_are_added_changed_and_removed(client: TestClient, store: Store) -> None:
    blocked = {"kind": "fuzzy", "text": "XY999", "label": "blocked", "max_distance": 2}
    added = client.post(WATCH, json=[STAFF, blocked])
    assert added.status_code == 201
    first, second = added.json()["entries"]
    assert (first["text"], first["label"], first["note"]) == ("AB123", "staff", "Ann")
    assert second["max_distance"] == 2
    assert client.get(WATCH, params={"label": "staff"}).json() == {"entries": [first]}
    changed = client.put(f"{WATCH}/{first['id']}", json={**STAFF, "label": "guest"}).json()
    assert (changed["id"], changed["label"]) == (first["id"], "guest")
    assert client.delete(f"{WATCH}/{second['id']}").status_code == 204
    assert [entry["label"] for entry in client.get(WATCH).json()["entries"]] == ["guest"]
    assert len(store.journal.audit()) == 3


def test_a_plate_is_tried(client: TestClient) -> None:
    client.post(WATCH, json=[STAFF, {"kind": "pattern", "text": "A*", "label": "a"}])
    matches = client.get(f"{WATCH}/match", params={"text": "AB 123"}).json()["matches"]
    assert [(hit["label"], hit["probability"]) for hit in matches] == [("staff", 1), ("a", 1)]


@pytest.mark.parametrize(
    "rules",
    [
        [],
        {},
        [{"text": "AB1"}],
        [{**STAFF, "kind": "near"}],
        [{**STAFF, "text": "---"}],
        [{**STAFF, "max_distance": 9}],
        [{**STAFF, "colour": "red"}],
        [STAFF, {**STAFF, "text": ""}],
    ],
)
def test_malformed_rules_are_refused_all_together(client: TestClient, rules: object) -> None:
    assert client.post(WATCH, json=rules).status_code == 422
    assert client.get(WATCH).json() == {"entries": []}


def test_no_such_entry(client: TestClient) -> None:
    assert client.put(f"{WATCH}/5", json=STAFF).status_code == 404
    assert client.delete(f"{WATCH}/5").status_code == 404
