"""Turns what is stored into rows, and rows into what was stored."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_args

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from platelens.errors import RecordError
from platelens.store.plates import shown
from platelens.store.reads import MediaFile, NewRead, Passing, Read, Review, Source
from platelens.store.tables import CAMERAS, MEDIA, PLATES, READS
from platelens.types import Box, Candidate, Quad

MAX_NAME: Final = 200
_Row = Row[*tuple[Any, ...]]

_MAX_RAW: Final = 1000
_MAX_CANDIDATES: Final = 100
_MAX_SIGHTINGS: Final = 10**9
_REGION: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})?|")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL's texts cannot have."""


def check_text(value: str, name: str, longest: int = MAX_NAME) -> str:
    """Give `value` back; RecordError, which calls it `name`, when it cannot be stored."""
    if len(value) > longest:
        raise RecordError(f"{name}: at most {longest} characters, got {len(value)}")
    if _UNSTORABLE.search(value):
        raise RecordError(f"{name}: has a NUL or half of a surrogate pair")
    return value


def check_time(value: datetime, name: str) -> datetime:
    """Give `value` back in UTC; RecordError, which calls it `name`, when it has no zone."""
    if value.tzinfo is None:
        raise RecordError(f"{name}: a time needs its zone, got {value.isoformat()}")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise RecordError(f"{name}: is out of range, got {value.isoformat()}") from None


def check_json(value: Any, name: str) -> Any:
    """Give `value` back; RecordError, which calls it `name`, when JSON has no form for it."""
    if isinstance(value, str):
        return check_text(value, name, longest=10**6)
    if isinstance(value, dict):
        return {check_text(k, name): check_json(v, f"{name}.{k}") for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [check_json(item, name) for item in value]
    if isinstance(value, float):
        return _finite(value, name)
    if value is None or isinstance(value, bool | int):
        return value
    raise RecordError(f"{name}: JSON has no {type(value).__name__}")


def row_of(read: NewRead) -> dict[str, Any]:
    """Give the columns of a read, without those that point to other tables.

    Raises:
        RecordError: a value cannot be stored; names the field.
    """
    if not _REGION.fullmatch(read.region):
        raise RecordError(f"region: expected a code as us or us-ca, got {read.region[:20]!r}")
    if read.source not in get_args(Source):
        raise RecordError(f"source: expected one of {get_args(Source)}, got {read.source!r}")
    if len(read.candidates) > _MAX_CANDIDATES:
        raise RecordError(f"candidates: at most {_MAX_CANDIDATES}")
    return {
        "time": check_time(read.time, "time"),
        "raw_text": check_text(read.raw_text, "raw_text", _MAX_RAW),
        "confidence": _share(read.confidence, "confidence"),
        "readable": read.readable,
        "country": read.region.partition("-")[0],
        "region": read.region,
        "region_confidence": _share(read.region_confidence, "region_confidence"),
        "candidates": [
            [check_text(c.text, "candidates"), _share(c.confidence, "candidates")]
            for c in read.candidates
        ],
        "box": _numbers((_edges(read.box),), "box")[0] if read.box else None,
        "corners": _numbers(read.corners.points, "corners") if read.corners else None,
        "source": read.source,
        "models": check_json(dict(read.models), "models"),
        **_passing_columns(read.passing),
    }


def _media_columns(table: sa.FromClause, name: str) -> list[sa.Label[Any]]:
    return [table.c[part].label(f"{name}_{part}") for part in ("path", "sha256", "size")]


def _all_of_reads() -> sa.Select[*tuple[Any, ...]]:
    image, crop, before = MEDIA.alias(), MEDIA.alias(), PLATES.alias()
    everything = (
        READS.join(PLATES, PLATES.c.id == READS.c.plate_id)
        .outerjoin(before, before.c.id == READS.c.read_plate_id)
        .outerjoin(CAMERAS, CAMERAS.c.id == READS.c.camera_id)
        .outerjoin(image, image.c.id == READS.c.image_id)
        .outerjoin(crop, crop.c.id == READS.c.crop_id)
    )
    return sa.select(
        READS,
        CAMERAS.c.name.label("camera"),
        PLATES.c.text.label("kept"),
        before.c.text.label("kept_before"),
        *_media_columns(image, "image"),
        *_media_columns(crop, "crop"),
    ).select_from(everything)


_STORED: Final = _all_of_reads()


def load_reads(connection: Connection, ids: Sequence[int]) -> list[Read]:
    """Give reads in the order of their ids; those that are not there are left out."""
    statement = _STORED.where(READS.c.id.in_(ids))
    found = {row.id: row for row in connection.execute(statement)}
    return [_read_of(found[number]) for number in ids if number in found]


def _read_of(row: _Row) -> Read:
    text = shown(row.kept)
    return Read(
        id=row.id,
        stored=row.stored,
        time=row.time,
        text=text,
        text_as_read=text if row.kept_before is None else shown(row.kept_before),
        text_hash="" if text == row.kept else row.kept,
        raw_text=row.raw_text,
        confidence=row.confidence,
        readable=row.readable,
        camera=row.camera or "",
        region=row.region,
        region_confidence=row.region_confidence,
        candidates=tuple(Candidate(text, sure) for text, sure in row.candidates),
        box=Box(*row.box) if row.box else None,
        corners=Quad(*((x, y) for x, y in row.corners)) if row.corners else None,
        image=_media_of(row.image_path, row.image_sha256, row.image_size),
        crop=_media_of(row.crop_path, row.crop_sha256, row.crop_size),
        source=row.source,
        passing=_passing_of(row),
        models=row.models,
        review=_review_of(row),
    )


def _review_of(row: _Row) -> Review | None:
    if row.review == "none":
        return None
    return Review(row.review, row.reviewed_by, row.reviewed_at)


def _media_of(path: str | None, sha256: str, size: int) -> MediaFile | None:
    return None if path is None else MediaFile(path, sha256, size)


def _passing_columns(passing: Passing | None) -> dict[str, Any]:
    if passing is None:
        return dict.fromkeys(("first_seen", "last_seen", "sightings", "direction_deg", "is_parked"))
    if not 0 <= passing.sightings <= _MAX_SIGHTINGS:
        raise RecordError(f"sightings: got {passing.sightings}")
    direction = passing.direction_deg
    return {
        "first_seen": check_time(passing.first_seen, "first_seen"),
        "last_seen": check_time(passing.last_seen, "last_seen"),
        "sightings": passing.sightings,
        "direction_deg": None if direction is None else _finite(direction, "direction_deg"),
        "is_parked": passing.is_parked,
    }


def _passing_of(row: _Row) -> Passing | None:
    if row.first_seen is None:
        return None
    return Passing(
        row.first_seen, row.last_seen, row.sightings, row.direction_deg, bool(row.is_parked)
    )


def _share(value: float, name: str) -> float:
    if not 0 <= value <= 1:  # not a number, either
        raise RecordError(f"{name}: expected 0..1, got {value}")
    return float(value)


def _finite(value: float, name: str) -> float:
    if not math.isfinite(value):
        raise RecordError(f"{name}: expected a number, got {value}")
    return float(value)


def _edges(box: Box) -> tuple[float, float, float, float]:
    return (box.x1, box.y1, box.x2, box.y2)


def _numbers(rows: Iterable[Iterable[float]], name: str) -> list[list[float]]:
    return [[_finite(value, name) for value in row] for row in rows]
