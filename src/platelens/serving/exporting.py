"""Writes reads as CSV, JSON lines or Parquet, piece by piece: a million need no more memory."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import IO, Any, Final

from platelens.serving.schemas.reads import read_form
from platelens.store import Read

_ROWS: Final = 5000
"""Of a group in a Parquet file, which is in memory at once."""

_PIECE: Final = 1 << 20
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the start of a formula."""

COLUMNS: Final[Mapping[str, type]] = {
    "id": int,
    "time": datetime,
    "text": str,
    "confidence": float,
    "readable": bool,
    "camera": str,
    "region": str,
    "region_confidence": float,
    "raw_text": str,
    "text_as_read": str,
    "text_hash": str,
    "review": str,
    "reviewed_by": str,
    "source": str,
    "first_seen": datetime,
    "last_seen": datetime,
    "sightings": int,
    "direction": float,
    "parked": bool,
    "x1": float,
    "y1": float,
    "x2": float,
    "y2": float,
}
"""Of CSV and Parquet."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file."""

    media_type: str
    write: Callable[[Iterable[Read]], Iterator[bytes]]


def export(form: str, reads: Iterable[Read]) -> Iterator[bytes]:
    """Give the pieces of a file; `form` is a key of FORMS."""
    return FORMS[form].write(reads)


def _write_csv(reads: Iterable[Read]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for read in reads:
        writer.writerow(_cell(value) for value in _row(read).values())
        if text.tell() >= _PIECE:
            yield _emptied(text)
    yield _emptied(text)


def _write_jsonl(reads: Iterable[Read]) -> Iterator[bytes]:
    text = io.StringIO()
    for read in reads:
        text.write(json.dumps(read_form(read), allow_nan=False) + "\n")
        if text.tell() >= _PIECE:
            yield _emptied(text)
    yield _emptied(text)


def _write_parquet(reads: Iterable[Read]) -> Iterator[bytes]:
    """Write to a file without a name, since the end of a Parquet file tells of its beginning."""
    import pyarrow as pa  # noqa: PLC0415  # is long to load, and hardly ever used
    from pyarrow import parquet  # noqa: PLC0415  # likewise

    kinds = {
        bool: pa.bool_(),
        int: pa.int64(),
        float: pa.float64(),
        str: pa.string(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    rest = iter(reads)
    with tempfile.TemporaryFile() as file:
        with parquet.ParquetWriter(file, schema) as writer:
            while rows := [_row(read) for read in islice(rest, _ROWS)]:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        file.seek(0)
        yield from _pieces(file)


FORMS: Final[Mapping[str, Form]] = {
    "csv": Form("text/csv; charset=utf-8", _write_csv),
    "jsonl": Form("application/x-ndjson", _write_jsonl),
    "parquet": Form("application/vnd.apache.parquet", _write_parquet),
}


def _row(read: Read) -> dict[str, Any]:
    passing, review, box = read.passing, read.review, read.box
    return {
        "id": read.id,
        "time": read.time,
        "text": read.text,
        "confidence": round(read.confidence, 4),
        "readable": read.readable,
        "camera": read.camera,
        "region": read.region,
        "region_confidence": round(read.region_confidence, 4),
        "raw_text": read.raw_text,
        "text_as_read": read.text_as_read,
        "text_hash": read.text_hash,
        "review": review.state if review else "none",
        "reviewed_by": review.by if review else "",
        "source": read.source,
        "first_seen": passing.first_seen if passing else None,
        "last_seen": passing.last_seen if passing else None,
        "sightings": passing.sightings if passing else None,
        "direction": passing.direction_deg if passing else None,
        "parked": passing.is_parked if passing else None,
        "x1": box.x1 if box else None,
        "y1": box.y1 if box else None,
        "x2": box.x2 if box else None,
        "y2": box.y2 if box else None,
    }


def _cell(value: Any) -> Any:
    """Give a value as CSV has it; no text of a sender becomes a formula."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _emptied(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
