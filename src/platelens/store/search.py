"""Finds reads.

A search for a plate first asks how many plates and reads it is about, up to a limit. Few: the index
of reads by plate gives them all. Many: the next page is near, and the reads are gone through from
the newest on until it is full: their plates are compared with those that come near, and only then
with the text. The other index that a search could use is hidden from the database, which does not
know how many rows one has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Final, get_args

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from platelens.alphabet import fold_confusables
from platelens.errors import QueryError
from platelens.store.cursor import Cursor, pack_cursor, unpack_cursor
from platelens.store.patterns import PlatePattern, edit_cost, is_near, parse_pattern
from platelens.store.plates import Speller
from platelens.store.reads import Match, Page, ReadQuery, ReviewState
from platelens.store.records import check_text, check_time, load_reads
from platelens.store.tables import CAMERAS, PLATES, READS, TAILS

MAX_PAGE: Final = 1000
_FEW_PLATES: Final = 3000
_MANY_PLATES: Final = 30_000
_MANY_READS: Final = 10_000
_NEAREST: Final = 2000
"""So many plates at most are near enough to a fuzzy search."""

_LAST: Final = "~"
"""Sorts behind every character of a plate."""

_Condition = ColumnElement[bool]
_Column = sa.Column[Any]
_Select = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Plates that are equally near to a search."""

    cost: int
    condition: _Condition | None  # None = any plate
    by_plate: bool  # whether the index of reads by plate finds them


def search(
    connection: Connection, speller: Speller, query: ReadQuery, limit: int, cursor: str | None
) -> Page:
    """Give the newest reads of a query, or those after a cursor; of a fuzzy one the nearest first.

    Raises:
        QueryError: the query or the cursor is malformed, or hashes have no answer to it.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise QueryError(f"limit: expected 1..{MAX_PAGE}, got {limit}")
    start = unpack_cursor(cursor, query)
    found: list[Cursor] = []
    for group in _groups(connection, speller, query):
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
    connection: Connection, query: ReadQuery, group: _Group, after: Cursor | None
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
    conditions += _ranges(query)
    if after is not None:
        conditions.append(READS.c.time <= after.time)
        conditions.append(sa.or_(READS.c.time < after.time, READS.c.id < after.id))
    newest = (READS.c.time.desc(), READS.c.id.desc())
    return sa.select(READS.c.time, READS.c.id).where(*conditions).order_by(*newest)


def _ranges(query: ReadQuery) -> Iterator[_Condition]:
    if query.since is not None:
        yield READS.c.time >= check_time(query.since, "since")
    if query.until is not None:
        yield READS.c.time < check_time(query.until, "until")
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


def _groups(connection: Connection, speller: Speller, query: ReadQuery) -> list[_Group]:
    """Give the plates that a query is about, the nearest first; [] when there are none."""
    _check(query.match, Match, "match")
    pattern = parse_pattern(query.plate or "*")
    if query.match == "fuzzy" and query.plate and not pattern.is_whole:
        raise QueryError("plate: a fuzzy search has no wildcards")
    if pattern.is_any:
        return [_Group(0, None, by_plate=False)]
    if speller.hashes and (query.match == "fuzzy" or not pattern.is_whole):
        raise QueryError(
            "plate: plates are kept as hashes, which only whole plates can be found by"
        )
    if query.match == "fuzzy":
        return _near_groups(connection, pattern.text, query.max_distance)
    column = PLATES.c.folded if query.match == "lookalike" else PLATES.c.text
    goal = pattern.folded if query.match == "lookalike" else pattern
    if pattern.is_whole:
        kept = [goal.text, speller.digest(goal.text)] if speller.hashes else [goal.text]
        ids = connection.scalars(sa.select(PLATES.c.id).where(column.in_(kept))).all()
        return _groups_of(connection, query, ids)
    ids = _ids_by_part(connection, pattern, column, goal)
    if len(ids) <= _FEW_PLATES:
        among = _among(connection, PLATES.c.id, ids)
        exact = sa.select(PLATES.c.id).where(among, column.like(goal.like))
        return _groups_of(connection, query, connection.scalars(exact).all())
    condition: _Condition = _plates(column).like(goal.like)
    if len(ids) <= _MANY_PLATES:  # most reads need no look at their plate
        condition = sa.and_(_among(connection, READS.c.plate_id + 0, ids), condition)
    return [_Group(0, condition, by_plate=False)]


def _groups_of(connection: Connection, query: ReadQuery, ids: Sequence[int]) -> list[_Group]:
    """Choose how the reads of few plates are found: by their index, or among the newest."""
    if len(ids) <= 1:
        return [_Group(0, READS.c.plate_id == number, by_plate=True) for number in ids]
    of_plates = _among(connection, READS.c.plate_id, ids)
    some = sa.select(READS.c.time).where(of_plates, *_ranges(_times_of(query)))
    count = sa.select(sa.func.count()).select_from(some.limit(_MANY_READS + 1).subquery())
    if connection.execute(count).scalar_one() <= _MANY_READS:
        return [_Group(0, of_plates, by_plate=True)]
    return [_Group(0, _among(connection, READS.c.plate_id + 0, ids), by_plate=False)]


def _ids_by_part(
    connection: Connection,
    pattern: PlatePattern,
    column: _Column,
    goal: PlatePattern,
) -> Sequence[int]:
    """Give all plates that have a pattern, and others; more than _MANY_PLATES if those are many.

    Their longest part without wildcards is found as the beginning of a text, or of a tail.
    """
    run, place = goal.longest_run
    if place == 0 and run:
        found = sa.select(PLATES.c.id).where(*_begins(column, run), column.like(goal.like))
    elif run:
        rest = pattern.folded.from_place(place)
        found = sa.select(TAILS.c.plate_id).where(
            *_begins(TAILS.c.tail, fold_confusables(run)),
            TAILS.c.tail.like(rest.like),
        )
    else:
        return range(_MANY_PLATES + 1)  # "???" is of most plates
    some = found.limit(_MANY_PLATES + 1)
    # Counting is cheap; so many numbers are not, and nobody would look at them.
    count = connection.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one()
    return connection.scalars(some).all() if count <= _MANY_PLATES else range(count)


def _near_groups(connection: Connection, text: str, edits: int) -> list[_Group]:
    """Give the plates within so many real edits, by their distance."""
    if edits not in (1, 2):
        raise QueryError(f"max_distance: expected 1 or 2, got {edits}")
    if len(text) < 3 * edits:
        raise QueryError(f"plate: a fuzzy search of distance {edits} needs {3 * edits} characters")
    folded = fold_confusables(text)
    near = {
        row.id: edit_cost(row.text, text)
        for statement in _near_statements(folded, edits)
        for row in connection.execute(statement)
        if is_near(row.folded, folded, edits)
    }
    nearest = sorted(near.items(), key=lambda item: item[1])[:_NEAREST]
    return [
        _Group(cost, READS.c.plate_id.in_([number for number, _ in plates]), by_plate=True)
        for cost, plates in groupby(nearest, key=lambda item: item[1])
    ]


def _near_statements(folded: str, edits: int) -> Iterator[_Select]:
    """Give statements that find all plates near to a text, and others.

    Of a text in one part more than there are edits, at least one part is left as it was: the first
    one at the beginning, the last one at the end, one between them not far from its place.
    """
    size = len(folded)
    cuts = [size * part // (edits + 1) for part in range(edits + 2)]
    plates = sa.select(PLATES.c.id, PLATES.c.text, PLATES.c.folded).where(
        sa.func.length(PLATES.c.folded).between(size - edits, size + edits)
    )
    yield plates.where(*_begins(PLATES.c.folded, folded[: cuts[1]]))
    by_tail = plates.join(TAILS, TAILS.c.plate_id == PLATES.c.id)
    yield by_tail.where(TAILS.c.tail == folded[cuts[-2] :])
    for start, end in pairwise(cuts[1:-1]):
        left = size - start
        yield by_tail.where(
            *_begins(TAILS.c.tail, folded[start:end]),
            sa.func.length(TAILS.c.tail).between(left - edits, left + edits),
        )


def _among(connection: Connection, column: ColumnElement[int], ids: Sequence[int]) -> _Condition:
    """Compare with many numbers, which go to the database as one value."""
    if connection.dialect.name == "sqlite":
        listed = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.BigInteger)))


def _begins(column: _Column, start: str) -> tuple[_Condition, _Condition]:
    return (column >= start, column < start + _LAST)


def _plates(column: _Column) -> sa.ScalarSelect[str]:
    """Give a column of each read's plate; as a join, the plates might be gone through first."""
    return sa.select(column).where(PLATES.c.id == READS.c.plate_id).scalar_subquery()


def _times_of(query: ReadQuery) -> ReadQuery:
    return ReadQuery(since=query.since, until=query.until)


def _check(value: str, kinds: Any, name: str) -> None:
    if value not in get_args(kinds):
        raise QueryError(f"{name}: expected one of {get_args(kinds)}, got {value!r}")
