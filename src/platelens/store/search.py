"""Finds reads: those of the plates that a search is about (`store.finding`), and of its filters.

Where the index of reads by plate leads, or that of a camera, the others that a search could use
are hidden from the database, which does not know how many rows one has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from platelens.errors import QueryError
from platelens.store.cursor import Cursor, pack_cursor, unpack_cursor
from platelens.store.finding import Group, find_groups, in_time
from platelens.store.plates import Speller
from platelens.store.reads import Match, Page, ReadQuery, ReviewState
from platelens.store.records import check_text, load_reads
from platelens.store.tables import CAMERAS, READS

MAX_PAGE: Final = 1000

_Condition = ColumnElement[bool]
_Column = sa.Column[Any]
_Select = sa.Select[*tuple[Any, ...]]


def search(
    connection: Connection, speller: Speller, query: ReadQuery, limit: int, cursor: str | None
) -> Page:
    """Give the newest reads of a query, or those after a cursor; of a fuzzy one the nearest first.

    Raises:
        QueryError: the query or the cursor is malformed, or hashes have no answer to it.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise QueryError(f"limit: expected 1..{MAX_PAGE}, got {limit}")
    _check(query.match, Match, "match")
    start = unpack_cursor(cursor, query)
    found: list[Cursor] = []
    for group in find_groups(connection, speller, query):
        if start is None or group.cost >= start.cost:
            after = start if start is not None and group.cost == start.cost else None
            statement = _statement(connection, query, group, after)
            if statement is None:
                break
            rows = connection.execute(statement.limit(limit + 1 - len(found)))
            found += [Cursor(group.cost, row.time, row.id) for row in rows]
        if len(found) > limit:
            break
    reads = load_reads(connection, [place.id for place in found[:limit]])
    return Page(tuple(reads), pack_cursor(found[limit - 1], query) if len(found) > limit else None)


def _statement(
    connection: Connection, query: ReadQuery, group: Group, after: Cursor | None
) -> _Select | None:
    """Give the statement of reads, newest first; None when there is no such camera."""
    conditions = [] if group.condition is None else [group.condition]
    indexed = group.by_plate
    if query.review is not None:
        _check(query.review, ReviewState, "review")
        conditions.append(_equal(READS.c.review, query.review, hidden=indexed))
        if query.review != "none" and not indexed:  # the index has no others
            conditions.append(sa.literal_column("review <> 'none'", sa.Boolean))
            indexed = True
    if query.camera:
        name = check_text(query.camera, "camera")
        camera = connection.scalar(sa.select(CAMERAS.c.id).where(CAMERAS.c.name == name))
        if camera is None:
            return None
        conditions.append(_equal(READS.c.camera_id, camera, hidden=indexed))
        indexed = True
    if query.region:
        country = check_text(query.region, "region").partition("-")[0]
        conditions.append(_equal(READS.c.country, country, hidden=indexed))
        if country != query.region:
            conditions.append(READS.c.region == query.region)
    conditions += [*in_time(query), *_sure_enough(query)]
    if after is not None:
        conditions.append(READS.c.time <= after.time)
        conditions.append(sa.or_(READS.c.time < after.time, READS.c.id < after.id))
    when: ColumnElement[int] = sa.type_coerce(READS.c.time, sa.BigInteger)
    if group.by_plate:
        when = when + 0  # the database would go through all times for reads that are few
    newest = (when.desc(), READS.c.id.desc())
    return sa.select(READS.c.time, READS.c.id).where(*conditions).order_by(*newest)


def _sure_enough(query: ReadQuery) -> Iterator[_Condition]:
    if query.confidence_from > 0:
        yield READS.c.confidence >= query.confidence_from
    if query.confidence_to < 1:
        yield READS.c.confidence <= query.confidence_to


def _equal(column: _Column, value: str | int, *, hidden: bool) -> _Condition:
    """Compare, out of sight of the column's index where another one leads."""
    if not hidden:
        return column == value
    nothing: str | int = "" if isinstance(value, str) else 0
    return column + sa.literal(nothing) == value


def _check(value: str, kinds: Any, name: str) -> None:
    if value not in get_args(kinds):
        raise QueryError(f"{name}: expected one of {get_args(kinds)}, got {value!r}")
