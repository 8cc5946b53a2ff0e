from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from platelens.errors import ConflictError, MissingRecordError, RecordError
from platelens.store import Delivery, Message, NewTarget, ReadQuery, Store
from platelens.store.outbox import MAX_ATTEMPTS
from platelens.store.tables import OUTBOX
from tests.store.conftest import new_read

TARGET = NewTarget("hook", "webhook", "http://localhost/", {"secret": "s"})


def _send(store: Store, count: int = 1) -> int:
    target = store.outbox.add_target(TARGET)
    store.outbox.add([Delivery(target, "read", {"n": n}) for n in range(count)])
    return target


def _let_time_pass(store: Store) -> None:
    with store._database.writing() as connection:
        connection.execute(sa.update(OUTBOX).values(due=datetime.now(UTC)))


def test_an_event_is_claimed_once_and_gone_when_it_arrived(store: Store) -> None:
    _send(store, 3)
    claimed = store.outbox.claim(2)
    assert [message.payload["n"] for message in claimed] == [0, 1]
    assert [message.payload["n"] for message in store.outbox.claim(5)] == [2]
    assert store.outbox.claim(5) == []
    assert store.outbox.acknowledge(claimed[0])
    assert not store.outbox.acknowledge(claimed[0])
    assert store.outbox.waiting() == 2


def test_an_event_whose_lease_is_over_is_another_senders(store: Store) -> None:
    _send(store)
    (lost,) = store.outbox.claim(1, lease_s=0)
    (again,) = store.outbox.claim(1)
    assert (again.uid, again.attempts) == (lost.uid, 2)
    assert not store.outbox.acknowledge(lost)
    assert not store.outbox.give_back(lost, "late")
    assert store.outbox.acknowledge(again)


def test_waits_grow_until_the_event_is_dead(store: Store) -> None:
    _send(store)
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        (message,) = store.outbox.claim(1)
        assert message.attempts == attempt
        assert store.outbox.give_back(message, f"refused \0 {attempt}")
        with store._database.reading() as connection:
            due = connection.execute(sa.select(OUTBOX.c.due)).scalar_one()
        waits.append((due - datetime.now(UTC)).total_seconds())
        assert store.outbox.claim(1) == []
        _let_time_pass(store)
    assert waits[3] > waits[0]
    assert max(waits) <= 3600 * 1.25
    assert store.outbox.claim(1) == []
    (dead,) = store.outbox.dead()
    assert dead.error == f"refused  {MAX_ATTEMPTS}"
    assert store.outbox.waiting() == 0
    assert store.outbox.revive([dead.id]) == 1
    assert store.outbox.claim(1)[0].uid == dead.uid


def test_events_wait_for_a_target_that_is_off(store: Store) -> None:
    target = _send(store)
    off = NewTarget("hook", "webhook", "http://localhost/", is_active=False)
    store.outbox.replace_target(target, off)
    assert store.outbox.claim(1) == []
    store.outbox.replace_target(target, TARGET)
    assert len(store.outbox.claim(1)) == 1


def test_senders_at_once_share_the_events(store: Store) -> None:
    _send(store, 30)

    def claim(_: int) -> list[Message]:
        return store.outbox.claim(10)

    with ThreadPoolExecutor(4) as pool:
        claimed = [message.id for some in pool.map(claim, range(4)) for message in some]
    assert len(claimed) == len(set(claimed)) == 30


def test_targets_are_known_by_name(store: Store) -> None:
    number = _send(store)
    assert [(t.id, t.target) for t in store.outbox.targets()] == [(number, TARGET)]
    with pytest.raises(ConflictError, match="hook"):
        store.outbox.add_target(TARGET)
    store.outbox.remove_target(number)
    assert (store.outbox.targets(), store.outbox.waiting()) == ([], 0)
    with pytest.raises(MissingRecordError):
        store.outbox.remove_target(number)
    with pytest.raises(MissingRecordError):
        store.outbox.replace_target(number, TARGET)
    with pytest.raises(MissingRecordError):
        store.outbox.add([Delivery(number, "read", {})])


@pytest.mark.parametrize("payload", [{"a": float("nan")}, {"a": "\0"}, {"a": [b"x"]}])
def test_a_payload_is_json(store: Store, payload: dict[str, Any]) -> None:
    target = store.outbox.add_target(TARGET)
    with pytest.raises(RecordError, match="payload"):
        store.outbox.add([Delivery(target, "read", payload)])


def test_events_of_several_reads_are_stored_with_them_or_not_at_all(store: Store) -> None:
    target = store.outbox.add_target(TARGET)
    reads = [new_read("A1"), new_read("B2")]
    numbers = store.reads.add_many(reads, [[], [Delivery(target, "read", {"n": 2})]])
    (message,) = store.outbox.claim(5)
    assert (message.read_id, message.payload) == (numbers[1], {"n": 2})
    with pytest.raises(MissingRecordError):
        store.reads.add_many(reads, [[Delivery(99, "read", {})], []])
    assert len(store.reads.search(ReadQuery()).reads) == 2


def test_events_of_busy_targets_are_left(store: Store) -> None:
    busy = _send(store, 2)
    idle = store.outbox.add_target(NewTarget("other", "webhook", "http://localhost/"))
    store.outbox.add([Delivery(idle, "read", {})])
    (message,) = store.outbox.claim(5, busy=[busy])
    assert message.target_id == idle
    assert len(store.outbox.claim(5, busy=[])) == 2
