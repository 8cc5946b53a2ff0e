"""Writes reads as CSV, JSON lines or Parquet, piece by piece: a million need no more memory."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from platelens.serving.schemas.reads import read_form
from platelens.store import Read

_ROWS: Final = 5000
"""Of a group in a Parquet file, which is in memory at once."""

_PIECE: Final = 1 << 20
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the start of a formula."""

_TIME: Final = pa.timestamp("us", tz="UTC")
COLUMNS: Final[Mapping[str, pa.DataType]] = {
    "id": pa.int64(),
    "time": _TIME,
    "text": pa.string(),
    "confidence": pa.float64(),
    "readable": pa.bool_(),
    "camera": pa.string(),
    "region": pa.string(),
    "region_confidence": pa.float64(),
    "raw_text": pa.string(),
    "text_as_read": pa.string(),
    "text_hash": pa.string(),
    "review": pa.string(),
    "reviewed_by": pa.string(),
    "source": pa.string(),
    "first_seen": _TIME,
    "last_seen": _TIME,
    "sightings": pa.int64(),
    "direction": pa.float64(),
    "parked": pa.bool_(),
    "x1": pa.float64(),
    "y1": pa.float64(),
    "x2": pa.float64(),
    "y2": pa.float64(),
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
    schema = pa.schema(list(COLUMNS.items()))
    rest = iter(reads)
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema) as writer:
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
