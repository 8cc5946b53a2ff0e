"""Finds the plates that a search is about, and says how their reads are found.

The reads of few plates are found by the index of reads by plate. Of many, the next page is near,
and the reads are gone through from the newest on until it is full: their plates are compared with
those that come near, and only then with the text. Between them are parts that many plates have and
patterns that hardly any of these has ("?123*" where the second character is a letter): then all
reads would be gone through. A few of the plates, and the newest reads, tell which it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from platelens.alphabet import fold_confusables
from platelens.errors import QueryError
from platelens.store.patterns import PlatePattern, edit_cost, is_near, parse_pattern
from platelens.store.plates import Speller
from platelens.store.reads import ReadQuery
from platelens.store.records import check_time
from platelens.store.tables import PLATES, READS, TAILS

_FEW_PLATES: Final = 4000
_MANY_PLATES: Final = 120_000
_MANY_READS: Final = 20_000
_NEAREST: Final = 2000
"""So many plates at most are near enough to a fuzzy search."""

_NEWEST: Final = 500
_OFTEN: Final = 5
"""Of the _NEWEST reads with a pattern: the next page of it is near."""

_SOME_PLATES: Final = 100
"""Looked at to tell how many of many have a pattern."""

_LAST: Final = "~"
"""Sorts behind every character of a plate."""

_Condition = ColumnElement[bool]
_Column = sa.Column[Any]
_Select = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """Plates that are equally near to a search."""

    cost: int
    condition: _Condition | None  # of their reads; None = any plate
    by_plate: bool  # whether the index of reads by plate finds them


def find_groups(connection: Connection, speller: Speller, query: ReadQuery) -> list[Group]:
    """Give the plates that a query is about, the nearest first; [] when there are none.

    Raises:
        QueryError: the plate of the query is malformed, or hashes have no answer to it.
    """
    pattern = parse_pattern(query.plate or "*")
    if query.match == "fuzzy" and query.plate and not pattern.is_whole:
        raise QueryError("plate: a fuzzy search has no wildcards")
    if pattern.is_any:
        return [Group(0, None, by_plate=False)]
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
    return _groups_by_part(connection, query, _PartSearch(pattern, column, goal))


def in_time(query: ReadQuery) -> Iterator[_Condition]:
    """Give the conditions of a query on the time of a read."""
    if query.since is not None:
        yield READS.c.time >= check_time(query.since, "since")
    if query.until is not None:
        yield READS.c.time < check_time(query.until, "until")


@dataclass(frozen=True, slots=True)
class _PartSearch:
    """A search for plates by a pattern with wildcards."""

    pattern: PlatePattern  # as it was typed
    column: _Column  # of the plates, that it is compared with
    goal: PlatePattern  # in the letters of that column

    def near(self) -> _Select:
        """Select the ids of plates with the longest part of the pattern that has no wildcards.

        It is the beginning of a text, or of a tail.
        """
        run, place = self.goal.longest_run
        if place == 0:
            return sa.select(PLATES.c.id).where(*_begins(self.column, run))
        return sa.select(TAILS.c.plate_id).where(*_begins(TAILS.c.tail, fold_confusables(run)))

    def candidates(self) -> _Select:
        """Select those of `near` that have what comes behind that part, too."""
        _, place = self.goal.longest_run
        if place == 0:
            return self.near().where(self.column.like(self.goal.like))
        rest = self.pattern.folded.from_place(place)
        return self.near().where(TAILS.c.tail.like(rest.like))

    def among(self, connection: Connection, ids: Sequence[int]) -> Sequence[int]:
        """Give those of some plates that have the pattern."""
        condition = _among(connection, PLATES.c.id, ids)
        return self._ids(connection, sa.select(PLATES.c.id).where(condition))

    def rare(self, connection: Connection) -> Sequence[int]:
        """Give the plates that have the pattern, or _FEW_PLATES + 1 of them; goes through all."""
        return self._ids(connection, sa.select(PLATES.c.id).limit(_FEW_PLATES + 1))

    def _ids(self, connection: Connection, plates: _Select) -> Sequence[int]:
        return connection.scalars(plates.where(self.column.like(self.goal.like))).all()

    def is_frequent(self, connection: Connection) -> bool:
        """Whether the newest reads have the pattern often."""
        newest = sa.select(READS.c.plate_id).order_by(READS.c.time.desc()).limit(_NEWEST)
        plates = sa.select(PLATES.c.id).join(newest.subquery())
        return len(self._ids(connection, plates)) >= _OFTEN

    def of_read(self) -> _Condition:
        """Compare each read's plate; as a join, the plates might be gone through first."""
        plate = sa.select(self.column).where(PLATES.c.id == READS.c.plate_id)
        return plate.scalar_subquery().like(self.goal.like)


def _groups_by_part(connection: Connection, query: ReadQuery, part: _PartSearch) -> list[Group]:
    """Choose how the reads of plates with a pattern are found."""
    any_read = Group(0, part.of_read(), by_plate=False)
    if not part.goal.longest_run[0] or part.is_frequent(connection):
        return [any_read]
    candidates = part.candidates()
    ids = connection.scalars(candidates.limit(_FEW_PLATES + 1)).all()
    if len(ids) <= _FEW_PLATES:
        return _groups_of(connection, query, part.among(connection, ids))
    count = _count(connection, part.near().limit(_MANY_PLATES + 1))
    if count > _MANY_PLATES:
        if part.among(connection, ids[:: max(1, len(ids) // _SOME_PLATES)]):
            return [any_read]
        rare = part.rare(connection)
        return [any_read] if len(rare) > _FEW_PLATES else _groups_of(connection, query, rare)
    (number,) = candidates.selected_columns  # they come in the order of what is behind the part
    scattered = candidates.where(number % max(1, count // _SOME_PLATES) == 0)
    some = connection.scalars(scattered).all()
    if count * len(part.among(connection, some)) <= _FEW_PLATES * len(some):
        found = part.among(connection, connection.scalars(candidates).all())
        return _groups_of(connection, query, found)
    # Most reads need no look at their plate. Inside CASE the list is made once; else the database
    # might go through the reads of all these plates.
    is_candidate = sa.case((READS.c.plate_id.in_(candidates), sa.true()))
    return [Group(0, sa.and_(is_candidate, part.of_read()), by_plate=False)]


def _groups_of(connection: Connection, query: ReadQuery, ids: Sequence[int]) -> list[Group]:
    """Choose how the reads of few plates are found: by their index, or among the newest."""
    if len(ids) <= 1:
        return [Group(0, READS.c.plate_id == number, by_plate=True) for number in ids]
    of_plates = _among(connection, READS.c.plate_id, ids)
    some = sa.select(READS.c.time).where(of_plates, *in_time(query)).limit(_MANY_READS + 1)
    if _count(connection, some) <= _MANY_READS:
        return [Group(0, of_plates, by_plate=True)]
    return [Group(0, _among(connection, READS.c.plate_id + 0, ids), by_plate=False)]


def _count(connection: Connection, rows: _Select) -> int:
    count = sa.select(sa.func.count()).select_from(rows.subquery())
    return connection.execute(count).scalar_one()


def _near_groups(connection: Connection, text: str, edits: int) -> list[Group]:
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
        Group(cost, READS.c.plate_id.in_([number for number, _ in plates]), by_plate=True)
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
