"""Counts reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from platelens.errors import QueryError
from platelens.store.database import Database
from platelens.store.records import check_text, check_time
from platelens.store.tables import CAMERAS, PLATES, READS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SPANS: Final = 2000
_LEADING: Final = 20
"""Cameras, countries and plates that are named; the most frequent ones."""


@dataclass(frozen=True, slots=True)
class CountQuery:
    """Which reads to count, and in which spans of time."""

    since: datetime
    until: datetime  # exclusive
    span: timedelta = timedelta(hours=1)
    offset: timedelta = timedelta()  # of the clock whose days count, as of UTC: +2 h
    camera: str = ""  # "" = all


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reads there are."""

    reads: int
    plates: int  # different ones
    spans: tuple[tuple[datetime, int], ...]  # begin and count of those that have any, by time
    cameras: tuple[tuple[str, int], ...]  # the most frequent first, as the next two; "" = none
    countries: tuple[tuple[str, int], ...]
    texts: tuple[tuple[str, int], ...]  # without those kept as hashes
    reviewed: int
    confidences: tuple[int, ...]  # reads by their confidence: 0 to 0.1, ... 0.9 to 1


class Statistics:
    """The counts; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, query: CountQuery) -> Counts:
        """Count the reads of a time. It takes the longer the more there are.

        Raises:
            QueryError: the time is none, or has too many spans.
        """
        chosen = _conditions(query)
        with self._database.reading() as connection:
            if query.camera:
                name = check_text(query.camera, "camera")
                known = sa.select(CAMERAS.c.id).where(CAMERAS.c.name == name)
                chosen = [*chosen, READS.c.camera_id == known.scalar_subquery()]
            totals = sa.select(
                sa.func.count(),
                sa.func.count(READS.c.plate_id.distinct()),
                sa.func.count().filter(READS.c.review != "none"),
            )
            reads, plates, reviewed = connection.execute(totals.where(*chosen)).one()
            return Counts(
                reads=reads,
                plates=plates,
                spans=_spans(connection, query, chosen),
                cameras=_cameras(connection, chosen),
                countries=_leading(connection, READS.c.country, chosen),
                texts=_texts(connection, chosen),
                reviewed=reviewed,
                confidences=_confidences(connection, chosen),
            )


_Conditions = Sequence[ColumnElement[bool]]


def _conditions(query: CountQuery) -> _Conditions:
    since, until = check_time(query.since, "since"), check_time(query.until, "until")
    if query.span <= timedelta():
        raise QueryError("span: must be more than nothing")
    if not since < until or (until - since) / query.span > _MOST_SPANS:
        raise QueryError(f"since, until: expected 1..{_MOST_SPANS} spans of time between them")
    return [READS.c.time >= since, READS.c.time < until]


def _spans(
    connection: Connection, query: CountQuery, chosen: _Conditions
) -> tuple[tuple[datetime, int], ...]:
    micro = timedelta(microseconds=1)
    size, offset = query.span // micro, query.offset // micro
    place = (sa.type_coerce(READS.c.time, sa.BigInteger) + offset) // size
    rows = connection.execute(
        sa.select(place.label("place"), sa.func.count()).where(*chosen).group_by("place")
    )
    return tuple(
        (_EPOCH + (n * size - offset) * micro, count) for n, count in sorted(map(tuple, rows))
    )


def _cameras(connection: Connection, chosen: _Conditions) -> tuple[tuple[str, int], ...]:
    names = {
        row.id: row.name for row in connection.execute(sa.select(CAMERAS.c.id, CAMERAS.c.name))
    }
    found = _leading(connection, READS.c.camera_id, chosen)
    return tuple((names.get(number, ""), count) for number, count in found)


def _texts(connection: Connection, chosen: _Conditions) -> tuple[tuple[str, int], ...]:
    clear = READS.c.plate_id.in_(
        sa.select(PLATES.c.id).where(~PLATES.c.is_hashed, PLATES.c.text != "")
    )
    found = dict(_leading(connection, READS.c.plate_id, [*chosen, clear]))
    named = sa.select(PLATES.c.id, PLATES.c.text).where(PLATES.c.id.in_(found))
    texts = {row.id: row.text for row in connection.execute(named)}
    return tuple((texts[number], count) for number, count in found.items())


def _leading(
    connection: Connection, column: Any, chosen: _Conditions
) -> tuple[tuple[Any, int], ...]:
    count = sa.func.count().label("reads")
    statement = sa.select(column, count).where(*chosen).group_by(column)
    rows = connection.execute(statement.order_by(count.desc(), column).limit(_LEADING))
    return tuple((value, number) for value, number in rows)


def _confidences(connection: Connection, chosen: _Conditions) -> tuple[int, ...]:
    tenths = [sa.func.count().filter(READS.c.confidence >= n / 10) for n in range(1, 10)]
    row = connection.execute(sa.select(sa.func.count(), *tenths).where(*chosen)).one()
    above = [*row, 0]
    return tuple(above[n] - above[n + 1] for n in range(10))
