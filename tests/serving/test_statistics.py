from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from platelens.store import NewRead, Store

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
STATISTICS = "/api/v1/statistics"


def test_counts(client: TestClient, store: Store) -> None:
    store.reads.add_many(
        [
            NewRead(time=NOON + timedelta(hours=n), text="A1", confidence=0.95, camera="gate")
            for n in range(3)
        ]
    )
    params = {"since": "2026-05-01T00:00:00Z", "until": "2026-05-01T14:00:00Z", "by": "hour"}
    counts = client.get(STATISTICS, params=params).json()
    assert (counts["reads"], counts["plates"]) == (2, 1)
    assert [span["time"][11:16] for span in counts["spans"]] == ["12:00", "13:00"]
    assert counts["cameras"] == [{"name": "gate", "reads": 2}]
    assert counts["texts"] == [{"name": "A1", "reads": 2}]
    assert counts["confidences"][9] == 2


def test_the_last_month_by_default(client: TestClient, store: Store) -> None:
    now = datetime.now(UTC)
    for days in (1, 29, 31):
        store.reads.add(NewRead(time=now - timedelta(days=days), text="A1", confidence=1))
    assert client.get(STATISTICS).json()["reads"] == 2


def test_bad_times(client: TestClient) -> None:
    for params in (
        {"since": "x"},
        {"since": "2026-01-02", "until": "2026-01-01"},
        {"since": "1900-01-01", "by": "hour"},
    ):
        assert client.get(STATISTICS, params=params).status_code == 400
    assert client.get(STATISTICS, params={"until": "0001-01-01T00:00:01Z"}).status_code == 200


def test_logs_are_for_admins(guarded: TestClient, store: Store) -> None:
    _, low = store.access.add_token("low", ["search", "manage"])
    _, high = store.access.add_token("high", ["admin"])
    store.reads.delete([store.reads.add(NewRead(time=NOON, text="A1", confidence=1))], "ann", "old")
    for path in ("/api/v1/audit", "/api/v1/deletions"):
        assert guarded.get(path, headers={"X-API-Key": low}).status_code == 403
    guarded.get("/api/v1/reads?plate=A1", headers={"X-API-Key": low})
    key = {"X-API-Key": high}
    (line,) = guarded.get("/api/v1/audit", headers=key).json()["entries"]
    assert (line["actor"], line["action"], line["detail"]) == (
        "token:low",
        "search",
        {"plate": "A1"},
    )
    before = {"before_id": line["id"]}
    assert guarded.get("/api/v1/audit", headers=key, params=before).json() == {"entries": []}
    (deletion,) = guarded.get("/api/v1/deletions", headers=key).json()["deletions"]
    assert (deletion["actor"], deletion["reason"], deletion["reads"]) == ("ann", "old", 1)
