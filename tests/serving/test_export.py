import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from platelens.store import NewRead, Passing, Store
from platelens.types import Box

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
EXPORT = "/api/v1/reads/export"


@pytest.fixture
def numbers(store: Store) -> list[int]:
    passing = Passing(NOON, NOON + timedelta(seconds=4), 9, 90.0)
    return store.reads.add_many(
        [
            NewRead(time=NOON, text="AB123", confidence=0.5, camera="=cmd()", box=Box(1, 2, 3, 4)),
            NewRead(
                time=NOON + timedelta(minutes=1),
                text="XY9",
                confidence=1,
                source="pass",
                passing=passing,
            ),
        ]
    )


def test_csv_without_formulas(client: TestClient, numbers: list[int]) -> None:
    answer = client.get(EXPORT)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["id"]) for row in rows] == numbers[::-1]
    assert rows[1]["camera"] == "'=cmd()"
    assert (rows[1]["x2"], rows[1]["time"]) == ("3.0", "2026-05-01T12:00:00+00:00")
    assert (rows[0]["direction"], rows[0]["parked"], rows[0]["x1"]) == ("90.0", "false", "")


def test_json_lines_are_reads(client: TestClient, numbers: list[int]) -> None:
    lines = client.get(EXPORT, params={"format": "jsonl"}).text.splitlines()
    assert [json.loads(line) for line in lines] == client.get("/api/v1/reads").json()["reads"]
    assert len(numbers) == len(lines)


def test_parquet(client: TestClient, store: Store) -> None:
    import pyarrow.parquet as pq

    reads = [NewRead(time=NOON, text=f"A{n}", confidence=0.5) for n in range(6000)]
    store.reads.add_many(reads)
    answer = client.get(EXPORT, params={"format": "parquet"})
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.num_rows == 6000
    assert table.column("text")[0].as_py() == "A5999"
    assert table.column("time")[0].as_py() == NOON


def test_only_what_is_searched_and_it_is_logged(
    client: TestClient, store: Store, numbers: list[int]
) -> None:
    lines = client.get(EXPORT, params={"plate": "XY*", "format": "jsonl"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == numbers[1:]
    (entry,) = store.journal.audit()
    assert (entry.action, entry.detail) == ("export", {"format": "jsonl", "plate": "XY*"})


def test_malformed_searches_fail_before_the_file_begins(client: TestClient) -> None:
    assert client.get(EXPORT, params={"plate": "A*", "match": "fuzzy"}).status_code == 400
    assert client.get(EXPORT, params={"format": "exe"}).status_code == 422
