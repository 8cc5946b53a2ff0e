"""Puts reads into the tables, inside a transaction of the caller."""

from __future__ import annotations

import re
from collections import Counter
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
_FILE: Final = (MEDIA.c.path, MEDIA.c.sha256, MEDIA.c.size)
_NEW_READS: Final = sa.insert(READS).returning(READS.c.id, sort_by_parameter_order=True)
_KNOWN_CAMERAS: Final = sa.select(CAMERAS.c.name, CAMERAS.c.id).where(
    CAMERAS.c.name.in_(sa.bindparam("names", expanding=True))
)


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
    media = _media_ids(connection, [file for read in reads for file in (read.image, read.crop)])
    now = datetime.now(UTC)
    for row, read, spelling in zip(rows, reads, spellings, strict=True):
        row |= {
            "stored": now,
            "camera_id": cameras.get(read.camera),
            "plate_id": plates[spelling.text],
            "image_id": media[read.image],
            "crop_id": media[read.crop],
            "review": "none",
        }
        if spelling.is_hashed:  # nothing may tell what the hash is of
            row |= {"raw_text": "", "candidates": []}
    return list(connection.execute(_NEW_READS, rows).scalars())


def _camera_ids(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Give the rows of cameras; new names get one."""
    wanted = sorted(check_text(name, "camera") for name in names)
    if not wanted:
        return {}
    found: dict[str, int] = {}
    while missing := [name for name in wanted if name not in found]:
        known = connection.execute(_KNOWN_CAMERAS, {"names": wanted})
        found = {row.name: row.id for row in known}
        new: list[dict[str, Any]] = [
            {"name": name, "source": "", "settings": {}, "retention_days": None}
            for name in missing
            if name not in found
        ]
        if new:
            connection.execute(insert_missing(connection, CAMERAS), new)
    return found


def _media_ids(
    connection: Connection, files: Iterable[MediaFile | None]
) -> dict[MediaFile | None, int | None]:
    """Count the uses of pictures, of which several reads may share one; gives their rows."""
    uses = Counter(file for file in files if file is not None)
    rows = [_media_row(file, count) for file, count in uses.items()]
    found: dict[MediaFile | None, int | None] = {None: None}
    if rows:
        new = insert_missing(connection, MEDIA).returning(MEDIA.c.id, *_FILE)
        added = {MediaFile(*file): number for number, *file in connection.execute(new, rows)}
        for file, count in uses.items():
            found[file] = added.get(file) or _use_again(connection, file, count)
    return found


def _media_row(file: MediaFile, uses: int) -> dict[str, Any]:
    if not _SHA256.fullmatch(file.sha256):
        raise RecordError(f"sha256: expected 64 hexadecimal digits, got {file.sha256[:80]!r}")
    path = check_path(file.path)
    return {"path": path, "sha256": file.sha256, "size": file.size, "uses": uses}


def _use_again(connection: Connection, file: MediaFile, count: int) -> int:
    again = (
        sa.update(MEDIA)
        .where(MEDIA.c.path == file.path, MEDIA.c.sha256 == file.sha256, MEDIA.c.uses > 0)
        .values(uses=MEDIA.c.uses + count)
        .returning(MEDIA.c.id)
    )
    if (known := connection.scalar(again)) is None:
        raise RecordError(f"path: {file.path} is another picture's, or was deleted")
    return int(known)
