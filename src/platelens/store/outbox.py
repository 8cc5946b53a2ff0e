"""Events on their way to others. Each arrives at least once; its `uid` tells copies apart."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from platelens.errors import ConflictError, MissingRecordError
from platelens.store.database import Database
from platelens.store.reads import Delivery
from platelens.store.records import check_json, check_text
from platelens.store.tables import OUTBOX, TARGETS

MAX_ATTEMPTS: Final = 15
"""With the waits between them over 10 hours; then an event is dead until someone revives it."""

_FIRST_WAIT_S: Final = 2.0
_LONGEST_WAIT_S: Final = 3600.0
_MAX_ERROR: Final = 500
_ALL_TARGETS: Final = sa.select(TARGETS).order_by(TARGETS.c.id)


@dataclass(frozen=True, slots=True)
class NewTarget:
    """Where events are sent."""

    name: str
    kind: str  # what the sender understands: "webhook", "mqtt"
    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)  # may have secrets: kept in clear
    is_active: bool = True  # events wait for a target that is not


@dataclass(frozen=True, slots=True)
class Target:
    """A target that is stored."""

    id: int
    target: NewTarget


@dataclass(frozen=True, slots=True)
class Message:
    """An event that was claimed: to be sent, and then acknowledged or given back."""

    id: int
    uid: str  # the same for every attempt
    claim: str
    target_id: int
    read_id: int | None
    event: str
    payload: Mapping[str, Any]
    created: datetime
    attempts: int  # this one counts
    error: str  # of the last attempt; "" = none


class Outbox:
    """Targets and the events for them; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_target(self, target: NewTarget) -> int:
        """Store a target; gives its id.

        Raises:
            ConflictError: the name is taken.
            RecordError: a value cannot be stored.
        """
        with self._database.writing() as connection:
            new = sa.insert(TARGETS).values(_columns(target)).returning(TARGETS.c.id)
            try:
                return int(connection.execute(new).scalar_one())
            except IntegrityError:
                raise ConflictError(f"there is a target {target.name!r} already") from None

    def replace_target(self, number: int, target: NewTarget) -> None:
        """Put another in the place of a target; what waits for it is sent to that.

        Raises:
            MissingRecordError: there is no such target.
            ConflictError: the name is taken.
            RecordError: a value cannot be stored.
        """
        change = sa.update(TARGETS).where(TARGETS.c.id == number).values(_columns(target))
        with self._database.writing() as connection:
            try:
                changed = connection.execute(change).rowcount
            except IntegrityError:
                raise ConflictError(f"there is a target {target.name!r} already") from None
            if not changed:
                raise MissingRecordError(f"there is no target {number}")

    def remove_target(self, number: int) -> None:
        """Remove a target and what waits for it; MissingRecordError when there is none."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.target_id == number))
            gone = connection.execute(sa.delete(TARGETS).where(TARGETS.c.id == number))
            if not gone.rowcount:
                raise MissingRecordError(f"there is no target {number}")

    def targets(self) -> list[Target]:
        """Give all targets in the order of their ids."""
        with self._database.reading() as connection:
            rows = connection.execute(_ALL_TARGETS)
            return [
                Target(r.id, NewTarget(r.name, r.kind, r.url, r.settings, r.is_active))
                for r in rows
            ]

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Store events that belong to no read; those of one go with `ReadStore.add`.

        Raises:
            MissingRecordError: there is no such target.
            RecordError: a value cannot be stored.
        """
        with self._database.writing() as connection:
            insert_deliveries(connection, None, deliveries)

    def claim(self, limit: int, lease_s: float = 60.0, busy: Collection[int] = ()) -> list[Message]:
        """Give events that are due, the longest waiting first; nobody else is given them meanwhile.

        One that is neither acknowledged nor given back when the lease ends is due again.

        Args:
            limit: how many at most.
            lease_s: how long they are the caller's.
            busy: targets whose events are not wanted now.
        """
        now = datetime.now(UTC)
        due = (
            sa.select(OUTBOX.c.id)
            .join(TARGETS, TARGETS.c.id == OUTBOX.c.target_id)
            .where(OUTBOX.c.due <= now, ~OUTBOX.c.is_dead, TARGETS.c.is_active)
            .where(OUTBOX.c.target_id.not_in(busy))
            .order_by(OUTBOX.c.due, OUTBOX.c.id)
            .limit(limit)
            .with_for_update(of=OUTBOX, skip_locked=True)
        )
        claim = {
            "claim": uuid4().hex,
            "due": now + timedelta(seconds=lease_s),
            "attempts": OUTBOX.c.attempts + 1,
        }
        with self._database.writing() as connection:
            ids = connection.scalars(due).all()
            claimed = sa.update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(claim)
            rows = connection.execute(claimed.returning(OUTBOX)).all()
        order = {number: place for place, number in enumerate(ids)}
        return [_message_of(row) for row in sorted(rows, key=lambda row: order[row.id])]

    def acknowledge(self, message: Message) -> bool:
        """Delete an event that has arrived; False when the lease was over and it is another's."""
        return self._end(sa.delete(OUTBOX), message)

    def give_back(self, message: Message, error: str) -> bool:
        """Let a failed event wait, twice as long each time; dead after MAX_ATTEMPTS.

        Returns:
            False when the lease was over and it is another's.
        """
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(message.attempts - 1, 30))
        wait_s *= random.uniform(0.75, 1.25)  # those that failed together come back apart
        change = {
            "claim": None,
            "due": datetime.now(UTC) + timedelta(seconds=wait_s),
            "is_dead": message.attempts >= MAX_ATTEMPTS,
            "error": check_text(error.replace("\0", "")[:_MAX_ERROR], "error", _MAX_ERROR),
        }
        return self._end(sa.update(OUTBOX).values(change), message)

    def dead(self, limit: int = 100) -> list[Message]:
        """Give events that failed too often, the latest first."""
        statement = sa.select(OUTBOX).where(OUTBOX.c.is_dead)
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(OUTBOX.c.id.desc()).limit(limit))
            return [_message_of(row) for row in rows]

    def revive(self, ids: Sequence[int]) -> int:
        """Let dead events be tried again from now on; gives how many."""
        change = {"is_dead": False, "attempts": 0, "due": datetime.now(UTC)}
        dead = sa.update(OUTBOX).where(OUTBOX.c.id.in_(ids), OUTBOX.c.is_dead)
        with self._database.writing() as connection:
            return connection.execute(dead.values(change)).rowcount

    def waiting(self) -> int:
        """Count the events that are not delivered and not dead."""
        with self._database.reading() as connection:
            count = sa.select(sa.func.count()).where(~OUTBOX.c.is_dead)
            return connection.execute(count.select_from(OUTBOX)).scalar_one()

    def _end(self, statement: sa.Update | sa.Delete, message: Message) -> bool:
        mine = statement.where(OUTBOX.c.id == message.id, OUTBOX.c.claim == message.claim)
        with self._database.writing() as connection:
            return connection.execute(mine).rowcount == 1


def insert_deliveries(
    connection: Connection, read_id: int | None, deliveries: Sequence[Delivery]
) -> None:
    """Store events inside a transaction of the caller.

    Raises:
        MissingRecordError: there is no such target.
        RecordError: a value cannot be stored.
    """
    now = datetime.now(UTC)
    rows = [
        {
            "uid": str(uuid4()),
            "target_id": delivery.target_id,
            "read_id": read_id,
            "event": check_text(delivery.event, "event", 64),
            "payload": check_json(dict(delivery.payload), "payload"),
            "created": now,
            "due": now,
            "attempts": 0,
            "claim": None,
            "is_dead": False,
            "error": "",
        }
        for delivery in deliveries
    ]
    if not rows:
        return
    try:
        connection.execute(sa.insert(OUTBOX), rows)
    except IntegrityError:
        raise MissingRecordError("an event is for a target that is not there") from None


def _columns(target: NewTarget) -> dict[str, Any]:
    return {
        "name": check_text(target.name, "name"),
        "kind": check_text(target.kind, "kind", 32),
        "url": check_text(target.url, "url", 2000),
        "settings": check_json(dict(target.settings), "settings"),
        "is_active": target.is_active,
    }


def _message_of(row: sa.Row[*tuple[Any, ...]]) -> Message:
    return Message(
        row.id,
        row.uid,
        row.claim or "",
        row.target_id,
        row.read_id,
        row.event,
        row.payload,
        row.created,
        row.attempts,
        row.error,
    )
