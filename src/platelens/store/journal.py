"""What was done: searches and changes, deletions, backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from platelens.errors import MissingRecordError, StoreError
from platelens.store.database import Database
from platelens.store.records import check_json, check_text
from platelens.store.tables import AUDIT, BACKUPS, DELETIONS


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what. A search's plate stands in `detail`, also after its reads were deleted."""

    id: int
    time: datetime
    actor: str
    action: str  # "search", "export", "correct"
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeletionEntry:
    """That something was deleted; not what."""

    time: datetime
    actor: str
    reason: str
    reads: int
    files: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database that somebody keeps."""

    id: int
    time: datetime
    place: str


class Journal:
    """The logs of a store; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, actor: str, action: str, detail: Mapping[str, Any]) -> None:
        """Write down who did what.

        Raises:
            RecordError: a value cannot be stored.
        """
        row = {
            "time": datetime.now(UTC),
            "actor": check_text(actor, "actor"),
            "action": check_text(action, "action", 64),
            "detail": check_json(dict(detail), "detail"),
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(AUDIT).values(row))

    def audit(self, limit: int = 100, before_id: int | None = None) -> list[AuditEntry]:
        """Give the latest entries, or the latest before one."""
        statement = sa.select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(AUDIT.c.id < before_id)
        with self._database.reading() as connection:
            rows = connection.execute(statement)
            return [AuditEntry(r.id, r.time, r.actor, r.action, r.detail) for r in rows]

    def forget_audit(self, before: datetime) -> int:
        """Delete the entries before a time; gives how many."""
        old = sa.delete(AUDIT).where(AUDIT.c.time < before)
        with self._database.writing() as connection:
            return connection.execute(old).rowcount

    def deletions(self, limit: int = 100) -> list[DeletionEntry]:
        """Give the latest deletions."""
        statement = sa.select(DELETIONS).order_by(DELETIONS.c.id.desc())
        with self._database.reading() as connection:
            rows = connection.execute(statement.limit(limit))
            return [DeletionEntry(r.time, r.actor, r.reason, r.reads, r.files) for r in rows]

    def back_up(self, target: Path) -> Backup:
        """Copy a SQLite database to a new file while it is in use, and list the copy.

        Raises:
            StoreError: the store is in PostgreSQL, which `pg_dump` copies; or there is a file.
            StoreDownError: the file cannot be written.
        """
        if not self._database.is_sqlite:
            raise StoreError("copy a PostgreSQL database with pg_dump, then list the copy")
        if target.exists():
            raise StoreError(f"{target}: is there already")
        self._database.copy_to(target)
        return self.list_backup(str(target.resolve()))

    def list_backup(self, place: str) -> Backup:
        """List a copy that was made elsewhere, so that deletions name it."""
        now = datetime.now(UTC)
        row = {"time": now, "place": check_text(place, "place", 2000)}
        with self._database.writing() as connection:
            new = sa.insert(BACKUPS).values(row).returning(BACKUPS.c.id)
            return Backup(connection.execute(new).scalar_one(), now, place)

    def backups(self) -> list[Backup]:
        """Give the copies that are still there, as far as it was noted."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(BACKUPS).order_by(BACKUPS.c.id))
            return [Backup(row.id, row.time, row.place) for row in rows]

    def forget_backup(self, number: int) -> None:
        """Note that a copy was destroyed; MissingRecordError when it is not listed."""
        with self._database.writing() as connection:
            gone = sa.delete(BACKUPS).where(BACKUPS.c.id == number)
            if not connection.execute(gone).rowcount:
                raise MissingRecordError(f"there is no backup {number}")
