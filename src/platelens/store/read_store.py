"""Stores reads, finds, corrects and deletes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from platelens.errors import MissingRecordError
from platelens.store.database import Database
from platelens.store.outbox import insert_deliveries
from platelens.store.plates import Speller, Spelling, drop_unused, plate_ids
from platelens.store.reads import Deletion, Delivery, NewRead, Page, Read, ReadQuery
from platelens.store.records import check_text, load_reads
from platelens.store.removal import BATCH, Remover
from platelens.store.search import search
from platelens.store.tables import CAMERAS, READS
from platelens.store.watch import WatchLists
from platelens.store.writing import insert_reads

_PAGE: Final = 500


class ReadStore:
    """The reads; safe to use from several threads and processes."""

    def __init__(
        self, database: Database, remover: Remover, speller: Speller, watch: WatchLists
    ) -> None:
        self._database = database
        self._remover = remover
        self._speller = speller
        self._watch = watch

    def add(self, read: NewRead, deliveries: Sequence[Delivery] = ()) -> int:
        """Store a read with its events, all or nothing; gives its id when it is on disk.

        Raises:
            RecordError: a value cannot be stored; names the field.
        """
        with self._database.writing() as connection:
            (number,) = insert_reads(connection, [read], self._spell(connection, [read]))
            insert_deliveries(connection, number, deliveries)
        return number

    def add_many(
        self, reads: Sequence[NewRead], deliveries: Sequence[Sequence[Delivery]] = ()
    ) -> list[int]:
        """Store reads, all or nothing; gives their ids in order. One wait for the disk serves all.

        Args:
            reads: what is stored.
            deliveries: the events of each of them; () = none has any.

        Raises:
            MissingRecordError: an event is for a target that is not there.
            RecordError: a value cannot be stored; names the field.
        """
        if not reads:
            return []
        with self._database.writing() as connection:
            numbers = insert_reads(connection, reads, self._spell(connection, reads))
            for number, events in zip(numbers, deliveries or [()] * len(numbers), strict=True):
                insert_deliveries(connection, number, events)
        return numbers

    def get(self, number: int) -> Read:
        """Give the read of an id; MissingRecordError when there is none."""
        with self._database.reading() as connection:
            return _one(connection, number)

    def search(self, query: ReadQuery, limit: int = 50, cursor: str | None = None) -> Page:
        """Give a page of the reads of `query`: the newest, of a fuzzy search the nearest first.

        The next page has neither a read of this one nor leaves one out, whatever is stored between.

        Raises:
            QueryError: the query, the limit or the cursor is malformed, or the plates are hashed.
        """
        with self._database.reading() as connection:
            return search(connection, self._speller, query, limit, cursor)

    def export(self, query: ReadQuery) -> Iterator[Read]:
        """Give all reads of `query`; nothing is locked between two of them."""
        cursor = None
        while True:
            page = self.search(query, _PAGE, cursor)
            yield from page.reads
            if (cursor := page.next_cursor) is None:
                return

    def confirm(self, number: int, by: str) -> Read:
        """Note that a person finds the text right; gives the read.

        Raises:
            MissingRecordError: there is no such read.
        """
        return self._review(number, by, None)

    def correct(self, number: int, text: str, by: str) -> Read:
        """Put a person's text in the place of the reader's, which is kept; gives the read.

        Raises:
            MissingRecordError: there is no such read.
            RecordError: the text is no plate's.
        """
        return self._review(number, by, text)

    def undo_review(self, number: int) -> Read:
        """Take back what a person said: the reader's text counts again; gives the read.

        Raises:
            MissingRecordError: there is no such read.
        """
        with self._database.writing() as connection:
            before = _locked(connection, number)
            columns: dict[str, Any] = {"review": "none", "reviewed_by": None, "reviewed_at": None}
            if before.read_plate_id is not None:
                columns |= {"plate_id": before.read_plate_id, "read_plate_id": None}
            return _changed(connection, number, columns, before.plate_id)

    def delete(self, ids: Iterable[int], actor: str, reason: str = "") -> Deletion:
        """Delete reads with their pictures and events; ids that are not there are left out.

        Raises:
            StoreDownError: not all could be deleted.
        """
        wanted = list(ids)
        batches = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))

        def choose(connection: Connection) -> Sequence[int]:
            for batch in batches:
                there = sa.select(READS.c.id).where(READS.c.id.in_(batch))
                if found := connection.scalars(there).all():
                    return found
            return ()

        return self._remover.delete(choose, actor, reason)

    def delete_matching(self, query: ReadQuery, actor: str, reason: str = "") -> Deletion:
        """Delete all reads of `query`, as `delete` does.

        Raises:
            QueryError: the query is malformed, or the plates are hashed.
            StoreDownError: not all could be deleted.
        """

        def choose(connection: Connection) -> Sequence[int]:
            page = search(connection, self._speller, query, BATCH, None)
            return [read.id for read in page.reads]

        return self._remover.delete(choose, actor, reason)

    def expire(self, default_days: float | None = None, now: datetime | None = None) -> Deletion:
        """Delete reads older than their camera's days of retention.

        Args:
            default_days: of cameras without own days, and of reads without a camera; None = keep.
            now: the time to count back from, with its zone; None = the clock's.

        Raises:
            StoreDownError: not all could be deleted.
        """
        now = now or datetime.now(UTC)
        with self._database.reading() as connection:
            kept = connection.execute(sa.select(CAMERAS.c.id, CAMERAS.c.retention_days)).all()
        days = {None: default_days}
        days |= {
            row.id: default_days if row.retention_days is None else row.retention_days
            for row in kept
        }
        old = [
            sa.and_(READS.c.camera_id == camera, READS.c.time < now - timedelta(days=least))
            for camera, least in days.items()
            if least is not None
        ]

        def choose(connection: Connection) -> Sequence[int]:
            while old:
                some = sa.select(READS.c.id).where(old[-1]).limit(BATCH)
                if found := connection.scalars(some).all():
                    return found
                old.pop()
            return ()

        return self._remover.delete(choose, "retention", "age")

    def clean(self, stray_age_s: float = 86_400.0) -> int:
        """Remove pictures that no read has: of failed deletions, and of crashes; gives how many."""
        return self._remover.remove_files() + self._remover.remove_strays(stray_age_s)

    def _review(self, number: int, by: str, text: str | None) -> Read:
        columns: dict[str, Any] = {"reviewed_at": datetime.now(UTC)}
        columns["reviewed_by"] = check_text(by, "by")
        with self._database.writing() as connection:
            before = _locked(connection, number)
            corrected = text is not None or before.read_plate_id is not None
            columns["review"] = "corrected" if corrected else "confirmed"
            if text is not None:
                spelling = self._spelling(connection, [text])
                columns["plate_id"] = plate_ids(connection, [spelling])[spelling.text]
                if before.read_plate_id is None:
                    columns["read_plate_id"] = before.plate_id
            return _changed(connection, number, columns, before.plate_id)

    def _spell(self, connection: Connection, reads: Iterable[NewRead]) -> list[Spelling]:
        return [
            self._spelling(connection, [read.text, *(c.text for c in read.candidates)])
            for read in reads
        ]

    def _spelling(self, connection: Connection, texts: Sequence[str]) -> Spelling:
        """Tell how the first text is kept: in clear when any of them is watched."""
        watched = self._speller.hashes and self._watch.watches(connection, texts)
        return self._speller.spell(texts[0], clear=watched)


def _one(connection: Connection, number: int) -> Read:
    found = load_reads(connection, [number])
    if not found:
        raise MissingRecordError(f"there is no read {number}")
    return found[0]


def _locked(connection: Connection, number: int) -> sa.Row[int, int | None]:
    """Give the plates of a read that nobody else changes meanwhile."""
    columns = sa.select(READS.c.plate_id, READS.c.read_plate_id)
    row = connection.execute(columns.where(READS.c.id == number).with_for_update()).one_or_none()
    if row is None:
        raise MissingRecordError(f"there is no read {number}")
    return row


def _changed(connection: Connection, number: int, columns: dict[str, Any], old_plate: int) -> Read:
    connection.execute(sa.update(READS).where(READS.c.id == number).values(columns))
    drop_unused(connection, [old_plate])
    return _one(connection, number)
