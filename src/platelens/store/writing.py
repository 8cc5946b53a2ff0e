"""Puts reads into the tables, inside a transaction of the caller."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from platelens.errors import RecordError
from platelens.store.database import insert_missing
from platelens.store.media import check_path
from platelens.store.plates import Spelling, plate_ids
from platelens.store.reads import MediaFile, NewRead
from platelens.store.records import check_text, row_of
from platelens.store.tables import CAMERAS, MEDIA, READS

_SHA256: Final = re.compile("[0-9a-f]{64}")


def insert_reads(
    connection: Connection, reads: Sequence[NewRead], spellings: Sequence[Spelling]
) -> list[int]:
    """Store reads with their cameras, plates and pictures; gives their ids in order.

    Raises:
        RecordError: a value cannot be stored; names the field.
    """
    rows = [row_of(read) for read in reads]
    cameras = _camera_ids(connection, {read.camera for read in reads if read.camera})
    plates = plate_ids(connection, spellings)
    now = datetime.now(UTC)
    for row, read, spelling in zip(rows, reads, spellings, strict=True):
        row |= {
            "stored": now,
            "camera_id": cameras.get(read.camera),
            "plate_id": plates[spelling.text],
            "image_id": _media_id(connection, read.image),
            "crop_id": _media_id(connection, read.crop),
            "review": "none",
        }
        if spelling.is_hashed:  # nothing may tell what the hash is of
            row |= {"raw_text": "", "candidates": []}
    new = sa.insert(READS).returning(READS.c.id, sort_by_parameter_order=True)
    return list(connection.execute(new, rows).scalars())


def _camera_ids(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Give the rows of cameras; new names get one."""
    wanted = sorted(check_text(name, "camera") for name in names)
    known = sa.select(CAMERAS.c.name, CAMERAS.c.id).where(CAMERAS.c.name.in_(wanted))
    found = {row.name: row.id for row in connection.execute(known)} if wanted else {}
    while missing := [name for name in wanted if name not in found]:
        rows: list[dict[str, Any]] = [
            {"name": name, "source": "", "settings": {}, "retention_days": None} for name in missing
        ]
        connection.execute(insert_missing(connection, CAMERAS).values(rows))
        found |= {row.name: row.id for row in connection.execute(known)}
    return found


def _media_id(connection: Connection, file: MediaFile | None) -> int | None:
    """Count one more use of a picture; several reads may share one."""
    if file is None:
        return None
    if not _SHA256.fullmatch(file.sha256):
        raise RecordError(f"sha256: expected 64 hexadecimal digits, got {file.sha256[:80]!r}")
    row = {"path": check_path(file.path), "sha256": file.sha256, "size": file.size, "uses": 1}
    new = insert_missing(connection, MEDIA).values(row).returning(MEDIA.c.id)
    if (added := connection.scalar(new)) is not None:
        return int(added)
    again = (
        sa.update(MEDIA)
        .where(MEDIA.c.path == file.path, MEDIA.c.sha256 == file.sha256, MEDIA.c.uses > 0)
        .values(uses=MEDIA.c.uses + 1)
        .returning(MEDIA.c.id)
    )
    if (known := connection.scalar(again)) is None:
        raise RecordError(f"path: {file.path} is another picture's, or was deleted")
    return int(known)
