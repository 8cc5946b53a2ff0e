from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from platelens.store import NewRead, ReadQuery, Store

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
READS = "/api/v1/reads"


@pytest.fixture
def numbers(store: Store) -> list[int]:
    texts = ["AB123", "AB124", "XY999"]
    return store.reads.add_many(
        [NewRead(time=NOON + timedelta(minutes=n), text=t, confidence=0.5, camera="gate")
         for n, t in enumerate(texts)]
    )  # fmt: skip


def texts(store: Store) -> set[str]:
    return {read.text for read in store.reads.search(ReadQuery()).reads}


def test_correct_confirm_and_undo(client: TestClient, store: Store, numbers: list[int]) -> None:
    path = f"{READS}/{numbers[0]}/review"
    read = client.post(path, json={"state": "corrected", "text": "ab-128"}).json()
    assert (read["text"], read["text_as_read"]) == ("AB128", "AB123")
    assert (read["review"]["state"], read["review"]["by"]) == ("corrected", "local")
    assert client.get(READS, params={"review": "corrected"}).json()["reads"] == [read]
    read = client.delete(path).json()
    assert (read["text"], read["review"]) == ("AB123", None)
    assert client.post(path, json={"state": "confirmed"}).json()["review"]["state"] == "confirmed"
    actions = [entry.action for entry in store.journal.audit() if entry.action != "search"]
    assert actions == ["confirmed", "undo review", "corrected"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"state": "corrected"}, 422),
        ({"state": "confirmed", "text": "AB1"}, 422),
        ({"state": "perhaps"}, 422),
        ({"state": "corrected", "text": "A" * 40}, 422),
        ({"state": "confirmed", "colour": "red"}, 422),
    ],
)
def test_malformed_opinions(
    client: TestClient, numbers: list[int], body: dict[str, str], status: int
) -> None:
    assert client.post(f"{READS}/{numbers[0]}/review", json=body).status_code == status


def test_opinion_of_no_read(client: TestClient) -> None:
    assert client.post(f"{READS}/5/review", json={"state": "confirmed"}).status_code == 404
    assert client.delete(f"{READS}/5/review").status_code == 404


def test_delete_one(client: TestClient, store: Store, numbers: list[int]) -> None:
    answer = client.delete(f"{READS}/{numbers[0]}")
    assert answer.json() == {"reads": 1, "files": 0, "backups": []}
    assert client.delete(f"{READS}/{numbers[0]}").status_code == 404
    assert texts(store) == {"AB124", "XY999"}


def test_delete_by_search_ids_and_all(client: TestClient, store: Store, numbers: list[int]) -> None:
    answer = client.post(f"{READS}/delete?plate=AB12*", json={"reason": "on request"})
    assert answer.json()["reads"] == 2
    assert texts(store) == {"XY999"}
    assert store.journal.deletions()[0].reason == "on request"
    ids = [*numbers, 0, -1, 2**80]
    assert client.post(f"{READS}/delete", json={"ids": ids}).json()["reads"] == 1
    store.reads.add(NewRead(time=NOON, text="A1", confidence=1.0))
    assert client.post(f"{READS}/delete", json={"everything": True}).json()["reads"] == 1


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {}),
        ("?plate=AB*", {"everything": True}),
        ("?plate=AB*", {"ids": [1]}),
        ("", {"ids": [1], "everything": True}),
    ],
)
def test_nothing_is_deleted_by_mistake(
    client: TestClient, store: Store, numbers: list[int], query: str, body: dict[str, object]
) -> None:
    assert numbers
    assert client.post(f"{READS}/delete{query}", json=body).status_code == 400
    assert len(texts(store)) == 3


def test_who_may_only_search_changes_nothing(guarded: TestClient, store: Store) -> None:
    number = store.reads.add(NewRead(time=NOON, text="A1", confidence=1.0))
    _, secret = store.access.add_token("t", ["search"])
    key = {"X-API-Key": secret}
    path = f"{READS}/{number}"
    opinion = {"state": "confirmed"}
    assert guarded.post(f"{path}/review", json=opinion, headers=key).status_code == 403
    assert guarded.delete(path, headers=key).status_code == 403
    everything = {"everything": True}
    assert guarded.post(f"{READS}/delete", json=everything, headers=key).status_code == 403
    assert texts(store) == {"A1"}
