from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from platelens.store import NewRead, Store

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
READS = "/api/v1/reads"


@pytest.fixture
def numbers(store: Store) -> list[int]:
    """Store five reads, a minute between them."""
    texts = ["AB123", "AB124", "A8123", "XY999", "AB12"]
    return store.reads.add_many(
        [
            NewRead(
                time=NOON + timedelta(minutes=place),
                text=text,
                confidence=0.5 + place / 10,
                camera="gate" if place % 2 else "yard",
                region="us-ca" if place else "gb",
            )
            for place, text in enumerate(texts)
        ]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["AB12", "XY999", "A8123", "AB124", "AB123"]),
        ("plate=AB12*", ["AB12", "AB124", "AB123"]),
        ("plate=?B12?", ["AB124", "AB123"]),
        ("plate=AB123&match=lookalike", ["A8123", "AB123"]),
        ("plate=AB123&match=fuzzy", ["AB123", "A8123", "AB12", "AB124"]),
        ("camera=gate", ["XY999", "AB124"]),
        ("region=us", ["AB12", "XY999", "A8123", "AB124"]),
        ("region=gb", ["AB123"]),
        ("confidence_from=0.75", ["AB12", "XY999"]),
        ("since=2026-05-01T12:01:00Z&until=2026-05-01T12:03:00Z", ["A8123", "AB124"]),
        ("camera=nobody", []),
    ],
)
def test_search(client: TestClient, numbers: list[int], query: str, found: list[str]) -> None:
    assert numbers
    answer = client.get(f"{READS}?{query}")
    assert answer.status_code == 200
    texts = [read["text"] for read in answer.json()["reads"]]
    assert sorted(texts) == sorted(found)
    if "fuzzy" not in query:
        assert texts == found


def test_pages_neither_repeat_nor_leave_out(client: TestClient, numbers: list[int]) -> None:
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(READS, params=params).json()
        seen += [read["id"] for read in page["reads"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == numbers[::-1]


def test_one_read_and_its_pictures(
    client: TestClient, store: Store, picture: Callable[..., bytes]
) -> None:
    client.post("/api/v1/read", content=picture("A"))
    (listed,) = client.get(READS).json()["reads"]
    read = client.get(f"{READS}/{listed['id']}").json()
    assert read == listed
    assert (read["text"], read["review"], read["passing"]) == ("A", None, None)
    image = client.get(read["image"])
    assert (image.content, image.headers["content-type"]) == (picture("A"), "image/png")
    assert client.get(read["crop"]).headers["content-type"] == "image/jpeg"
    store.reads.delete([read["id"]], "test")
    assert client.get(read["image"]).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/77", 404),
        ("/77/crop", 404),
        ("/0", 422),
        ("/abc", 422),
        ("/99999999999999999999", 422),
        ("/1/secret", 422),
        ("?plate=A*&match=fuzzy", 400),
        ("?cursor=forged", 400),
        ("?since=soon", 400),
        ("?since=0001-01-01T00:00:00%2B14:00", 400),
        ("?limit=0", 422),
        ("?match=any", 422),
        ("?plate=%00", 400),
        ("?camera=%00", 422),
    ],
)
def test_bad_questions(client: TestClient, path: str, status: int) -> None:
    answer = client.get(READS + path)
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_searches_are_logged_with_who_asked(client: TestClient, store: Store) -> None:
    client.get(READS, params={"plate": "AB1*", "since": "2026-05-01T12:00:00Z"})
    (entry,) = store.journal.audit()
    assert (entry.actor, entry.action) == ("local", "search")
    assert entry.detail == {"plate": "AB1*", "since": "2026-05-01T12:00:00+00:00"}
