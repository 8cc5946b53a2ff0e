"""Fills an empty store with made-up reads, past its usual way, which would take hours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.schema import AddConstraint, DropConstraint

from platelens.alphabet import fold_confusables
from platelens.store.database import Database, open_database
from platelens.store.tables import CAMERAS, PLATES, READS, TAILS

FIRST: Final = datetime(2025, 1, 1, tzinfo=UTC)
SPAN: Final = timedelta(days=365)

_LETTERS: Final = np.frombuffer(b"ABCDEFGHJKLMNPRSTUVWXYZ", np.uint8)
_DIGITS: Final = np.frombuffer(b"0123456789", np.uint8)
_FORMS: Final = ("LLLDDDD", "LLDDLLL")
_REGIONS: Final = ("us-ca", "us-ny", "us-tx", "de", "fr", "gb", "li")
_SHARES: Final = (0.5, 0.2, 0.15, 0.05, 0.05, 0.0499, 0.0001)
_CHUNK: Final = 200_000


def fill(address: str, count: int, seed: int = 7) -> int:
    """Store `count` reads over a year; gives how many plates they have.

    Half of the reads are of regulars, each seen about a hundred times; half are of strangers.
    """
    rng = np.random.default_rng(seed)
    regulars = _random_texts(rng, max(1, count // 200))
    strangers = _random_texts(rng, count - count // 2)
    texts = np.concatenate([rng.choice(regulars, count // 2), strangers])
    rng.shuffle(texts)
    plates, of_read = np.unique(texts, return_inverse=True)
    database = open_database(address)
    indexes = sorted(READS.indexes | PLATES.indexes, key=lambda index: str(index.name))
    keys = [] if database.is_sqlite else READS.foreign_key_constraints  # SQLite cannot drop them
    with database.writing() as connection:
        for index in indexes:
            index.drop(connection)
        for key in keys:
            connection.execute(DropConstraint(key))
    cameras = ((i + 1, f"camera {i}", "", "{}", None) for i in range(20))
    _copy(database, CAMERAS, ("id", "name", "source", "settings", "retention_days"), cameras)
    _copy(database, PLATES, ("id", "text", "folded", "is_hashed"), _plate_rows(plates))
    _copy(database, TAILS, ("tail", "plate_id"), _tail_rows(plates))
    _copy(database, READS, _READ_COLUMNS, _read_rows(rng, plates, of_read))
    with database.writing() as connection:
        for index in indexes:
            index.create(connection)
        for key in keys:
            connection.execute(AddConstraint(key))
        if not database.is_sqlite:
            connection.execute(sa.text("ANALYZE"))
            for table in ("cameras", "plates", "reads"):
                last = f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"
                connection.execute(sa.text(last))
    database.close()
    return len(plates)


def _random_texts(rng: np.random.Generator, count: int) -> NDArray[np.bytes_]:
    """Give texts of both forms, (count,) of 7 bytes."""
    kinds = {"L": _LETTERS, "D": _DIGITS}
    halves = []
    for form, size in zip(_FORMS, (count - count // 2, count // 2), strict=True):
        columns = [rng.choice(kinds[kind], size) for kind in form]
        halves.append(np.stack(columns, axis=1))  # (size, 7)
    return np.concatenate(halves).view("S7")[:, 0]


def _plate_rows(plates: NDArray[np.bytes_]) -> Iterator[tuple[Any, ...]]:
    for number, text in enumerate(plates, start=1):
        clear = text.decode()
        yield number, clear, fold_confusables(clear), False


def _tail_rows(plates: NDArray[np.bytes_]) -> Iterator[tuple[Any, ...]]:
    """Give the tails in their order, so that the table is written from one end to the other."""
    folds = np.arange(256, dtype=np.uint8)
    for letter in range(256):
        folds[letter] = ord(fold_confusables(chr(letter)))
    codes = folds[np.frombuffer(plates.tobytes(), np.uint8)].reshape(-1, 7)
    numbers = np.arange(1, len(plates) + 1)
    padded = np.zeros((len(plates) * 7, 8), np.uint8)
    for place in range(7):
        padded[place * len(plates) : (place + 1) * len(plates), : 7 - place] = codes[:, place:]
    sortable = padded.view(">u8")[:, 0].astype(np.uint64)
    order = np.argsort(sortable, kind="stable")
    for start in range(0, len(order), _CHUNK):
        some = order[start : start + _CHUNK]
        tails = padded[some].view("S8")[:, 0]
        yield from zip(
            (tail.decode() for tail in tails), numbers[some % len(plates)].tolist(), strict=True
        )


_READ_COLUMNS: Final = (
    *("time", "stored", "camera_id", "plate_id", "raw_text", "confidence", "readable"),
    *("country", "region", "region_confidence", "candidates", "box", "corners", "source"),
    *("review", "models"),
)


def _read_rows(
    rng: np.random.Generator, plates: NDArray[np.bytes_], of_read: NDArray[np.int64]
) -> Iterator[tuple[Any, ...]]:
    first = round(FIRST.timestamp() * 1e6)
    step = SPAN.total_seconds() * 1e6 / len(of_read)
    box = json.dumps([412.5, 310.25, 540.75, 352.5])
    corners = json.dumps([[412.5, 310.25], [540.75, 312.0], [540.0, 352.5], [413.0, 350.0]])
    models = json.dumps({"detector": "detector_small 3", "reader": "reader_small 4"})
    for start in range(0, len(of_read), _CHUNK):
        numbers = of_read[start : start + _CHUNK]
        texts = [text.decode() for text in plates[numbers]]
        regions = rng.choice(_REGIONS, len(numbers), p=_SHARES).tolist()
        cameras = rng.integers(1, 21, len(numbers)).tolist()
        sure = rng.beta(9, 1, len(numbers)).round(4).tolist()
        for place, number in enumerate(numbers.tolist()):
            when = first + round((start + place) * step)
            text, region = texts[place], regions[place]
            candidates = (
                f'[["{text}", {sure[place]}], ["{text[:-1]}", 0.01], ["{text[1:]}", 0.001]]'
            )
            yield (
                *(when, when, cameras[place], number + 1, text, sure[place], True),
                *(region[:2], region, 0.9, candidates, box, corners, "api", "none", models),
            )


def _copy(
    database: Database, table: sa.Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Write rows past SQLAlchemy, in the fastest way that each database has."""
    name, listed = table.name, ", ".join(columns)
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        with database.writing() as connection:
            cursor: Any = connection.connection.cursor()
            if database.is_sqlite:
                marks = ", ".join("?" * len(columns))
                cursor.executemany(f"INSERT INTO {name} ({listed}) VALUES ({marks})", chunk)
            else:
                with cursor.copy(f"COPY {name} ({listed}) FROM STDIN") as copy:
                    copy.write("".join(map(_line, chunk)))


def _line(row: tuple[Any, ...]) -> str:
    """Give a row as COPY takes it; none of ours has a tab or a backslash."""
    return "\t".join(r"\N" if value is None else str(value) for value in row) + "\n"
