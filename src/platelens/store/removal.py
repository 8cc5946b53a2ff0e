"""Deletes reads so that nothing of them is left: rows, tails, events, pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from platelens.store.database import Database
from platelens.store.media import MediaFolder
from platelens.store.plates import drop_unused
from platelens.store.reads import Deletion
from platelens.store.records import check_text
from platelens.store.tables import BACKUPS, DELETIONS, MEDIA, OUTBOX, READS

BATCH: Final = 500
"""Reads deleted in one transaction; others may write between two."""

Chooser = Callable[[Connection], Sequence[int]]
"""Gives the ids of the next reads to delete, at most BATCH; [] ends it."""


class Remover:
    """Deletes reads."""

    def __init__(self, database: Database, media: MediaFolder) -> None:
        self._database = database
        self._media = media

    def delete(self, choose: Chooser, actor: str, reason: str) -> Deletion:
        """Delete what `choose` gives, batch by batch, and log how much by whom and why.

        Raises:
            StoreDownError: the database failed; the batches before are deleted. Or a file cannot
                be removed; the next deletion tries again.
        """
        check_text(actor, "actor")
        check_text(reason, "reason")
        journal: int | None = None
        reads = 0
        oldest = datetime.now(UTC)
        while True:
            with self._database.writing() as connection:
                ids = choose(connection)
                if not ids:
                    break
                if journal is None:
                    journal = _log(connection, actor, reason)
                count, stored = _delete_rows(connection, ids)
                _count(connection, journal, reads=count)
            reads += count
            oldest = min(oldest, stored)
        files = self.remove_files()
        if journal is None:
            return Deletion(0, files)
        with self._database.writing() as connection:
            _count(connection, journal, files=files)
            later = sa.select(BACKUPS.c.place).where(BACKUPS.c.time >= oldest)
            backups = tuple(connection.scalars(later.order_by(BACKUPS.c.id)))
        self._database.truncate_log()
        return Deletion(reads, files, backups)

    def remove_files(self) -> int:
        """Remove the pictures that no read has any more; gives how many."""
        count = 0
        while True:
            with self._database.reading() as connection:
                unused = sa.select(MEDIA.c.id, MEDIA.c.path).where(MEDIA.c.uses == 0)
                rows = connection.execute(unused.limit(BATCH)).all()
            if not rows:
                return count
            for row in rows:
                self._media.remove(row.path)
            with self._database.writing() as connection:
                gone = MEDIA.c.id.in_([row.id for row in rows])
                connection.execute(sa.delete(MEDIA).where(gone))
            count += len(rows)

    def remove_strays(self, age_s: float) -> int:
        """Remove files older than `age_s` that no read names, as a crash leaves them."""
        count = 0
        with self._database.reading() as connection:
            for path in self._media.older_than(age_s):
                known = sa.select(MEDIA.c.id).where(MEDIA.c.path == path)
                if connection.scalar(known) is None:
                    self._media.remove(path)
                    count += 1
        return count


def _delete_rows(connection: Connection, ids: Sequence[int]) -> tuple[int, datetime]:
    """Delete reads with all that only they need; gives how many, and when the first was stored."""
    connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.read_id.in_(ids)))
    gone = (
        sa.delete(READS)
        .where(READS.c.id.in_(ids))
        .returning(
            READS.c.plate_id,
            READS.c.read_plate_id,
            READS.c.image_id,
            READS.c.crop_id,
            READS.c.stored,
        )
    )
    rows = connection.execute(gone).all()
    pictures = Counter(i for row in rows for i in (row.image_id, row.crop_id) if i is not None)
    for uses in set(pictures.values()):
        which = MEDIA.c.id.in_([i for i, count in pictures.items() if count == uses])
        connection.execute(sa.update(MEDIA).where(which).values(uses=MEDIA.c.uses - uses))
    plates = {i for row in rows for i in (row.plate_id, row.read_plate_id) if i is not None}
    drop_unused(connection, plates)
    return len(rows), min((row.stored for row in rows), default=datetime.now(UTC))


def _log(connection: Connection, actor: str, reason: str) -> int:
    row = {"time": datetime.now(UTC), "actor": actor, "reason": reason, "reads": 0, "files": 0}
    new = sa.insert(DELETIONS).values(row).returning(DELETIONS.c.id)
    return int(connection.execute(new).scalar_one())


def _count(connection: Connection, journal: int, *, reads: int = 0, files: int = 0) -> None:
    more = {"reads": DELETIONS.c.reads + reads, "files": DELETIONS.c.files + files}
    connection.execute(sa.update(DELETIONS).where(DELETIONS.c.id == journal).values(more))
