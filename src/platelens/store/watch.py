"""Lists of plates to look out for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from platelens.alphabet import fold_confusables, normalise
from platelens.errors import MissingRecordError, QueryError, RecordError
from platelens.store.database import Database, insert_missing
from platelens.store.patterns import is_near, parse_pattern
from platelens.store.plates import MAX_TEXT
from platelens.store.records import check_text
from platelens.store.tables import SETTINGS, WATCH
from platelens.types import Candidate

WatchKind = Literal["exact", "pattern", "fuzzy"]

_REVISION = "watch_revision"
_CURRENT = sa.select(SETTINGS.c.value).where(SETTINGS.c.name == _REVISION)
_MAX_LABEL = 64
_MAX_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class WatchRule:
    """What to look out for."""

    kind: WatchKind
    text: str  # with ? and * for "pattern"
    label: str  # "staff", "blocked"
    note: str = ""
    max_distance: int = 1  # of "fuzzy": 0..2 real edits; characters that readers mix up are free


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """A rule that is stored."""

    id: int
    rule: WatchRule
    created: datetime


@dataclass(frozen=True, slots=True)
class WatchMatch:
    """An entry that a plate may be one of."""

    entry: WatchEntry
    probability: float  # 0..1


_Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The entries of one revision, ready to be compared with texts."""

    revision: str
    exact: dict[str, list[WatchEntry]]
    tests: list[tuple[WatchEntry, _Test]]

    def entries_for(self, text: str) -> list[WatchEntry]:
        """Give the entries that a normalised text is of."""
        tested = [entry for entry, is_one in self.tests if is_one(text)]
        return [*self.exact.get(text, ()), *tested]

    def match(self, candidates: Iterable[Candidate]) -> list[WatchMatch]:
        """Give the entries that a plate of these candidates may be one of."""
        odds: dict[WatchEntry, float] = {}
        for candidate in candidates:
            for entry in self.entries_for(normalise(candidate.text)):
                odds[entry] = odds.get(entry, 0.0) + candidate.confidence
        found = [WatchMatch(entry, min(1.0, p)) for entry, p in odds.items() if p > 0]
        return sorted(found, key=lambda match: (-match.probability, match.entry.id))


class WatchLists:
    """The entries; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._compiled: _Compiled | None = None

    def add(self, rules: Sequence[WatchRule]) -> list[int]:
        """Store rules, all or nothing; gives the ids of their entries.

        Raises:
            RecordError: a rule is malformed.
        """
        if not rules:
            return []
        rows = [{**_row_of(rule), "created": datetime.now(UTC)} for rule in rules]
        with self._database.writing() as connection:
            _renew(connection)
            new = sa.insert(WATCH).returning(WATCH.c.id, sort_by_parameter_order=True)
            return list(connection.execute(new, rows).scalars())

    def replace(self, number: int, rule: WatchRule) -> None:
        """Put a rule in the place of an entry's.

        Raises:
            MissingRecordError: there is no such entry.
            RecordError: the rule is malformed.
        """
        self._change(number, sa.update(WATCH).values(_row_of(rule)))

    def remove(self, number: int) -> None:
        """Remove an entry; MissingRecordError when there is none."""
        self._change(number, sa.delete(WATCH))

    def entries(self, label: str = "") -> list[WatchEntry]:
        """Give the entries of a label, or all, in the order of their ids."""
        with self._database.reading() as connection:
            found = _load(connection)
        return [entry for entry in found if not label or entry.rule.label == label]

    def match(self, text: str, candidates: Iterable[Candidate] = ()) -> list[WatchMatch]:
        """Give the entries that a plate may be one of, the most probable first.

        The probability is that of all candidates which match, together; without candidates, `text`
        is taken as certain. The time grows with the number of patterns and fuzzy entries.
        """
        return self.match_all([(text, tuple(candidates))])[0]

    def match_all(
        self, plates: Iterable[tuple[str, Sequence[Candidate]]]
    ) -> list[list[WatchMatch]]:
        """Do as `match` for the text and the candidates of each plate."""
        with self._database.reading() as connection:
            compiled = self._current(connection)
        return [
            compiled.match(candidates or (Candidate(text, 1.0),)) for text, candidates in plates
        ]

    def watches(self, connection: Connection, texts: Iterable[str]) -> bool:
        """Whether an entry is about one of the texts."""
        compiled = self._current(connection)
        return any(compiled.entries_for(normalise(text)) for text in texts)

    def _current(self, connection: Connection) -> _Compiled:
        """Give the entries as they are now; another process may have changed them."""
        revision = connection.scalar(_CURRENT) or ""
        with self._lock:
            known = self._compiled
        if known is None or known.revision != revision:
            known = _compile(revision, _load(connection))
            with self._lock:
                self._compiled = known
        return known

    def _change(self, number: int, statement: sa.Update | sa.Delete) -> None:
        with self._database.writing() as connection:
            _renew(connection)
            if connection.execute(statement.where(WATCH.c.id == number)).rowcount == 0:
                raise MissingRecordError(f"there is no watch-list entry {number}")


def _row_of(rule: WatchRule) -> dict[str, Any]:
    try:
        text = parse_pattern(rule.text).text if rule.kind == "pattern" else normalise(rule.text)
    except QueryError as error:
        raise RecordError(str(error)) from None
    if rule.kind not in ("exact", "pattern", "fuzzy"):
        raise RecordError(f"kind: expected exact, pattern or fuzzy, got {rule.kind!r}")
    if not 1 <= len(text.replace("*", "")) <= MAX_TEXT:
        raise RecordError(f"text: expected 1..{MAX_TEXT} characters of a plate")
    if not 0 <= rule.max_distance <= 2:
        raise RecordError(f"max_distance: expected 0..2, got {rule.max_distance}")
    return {
        "kind": rule.kind,
        "text": text,
        "max_distance": rule.max_distance,
        "label": check_text(rule.label, "label", _MAX_LABEL),
        "note": check_text(rule.note, "note", _MAX_NOTE),
    }


def _renew(connection: Connection) -> None:
    """Let all processes know that the entries are others now; one writer at a time does."""
    row = {"name": _REVISION, "value": ""}
    connection.execute(insert_missing(connection, SETTINGS).values(row))
    new = sa.update(SETTINGS).where(SETTINGS.c.name == _REVISION).values(value=uuid4().hex)
    connection.execute(new)


def _load(connection: Connection) -> list[WatchEntry]:
    rows = connection.execute(sa.select(WATCH).order_by(WATCH.c.id))
    return [
        WatchEntry(
            row.id,
            WatchRule(row.kind, row.text, row.label, row.note, row.max_distance),
            row.created,
        )
        for row in rows
    ]


def _compile(revision: str, entries: Iterable[WatchEntry]) -> _Compiled:
    compiled = _Compiled(revision, {}, [])
    for entry in entries:
        if entry.rule.kind == "exact":
            compiled.exact.setdefault(entry.rule.text, []).append(entry)
        else:
            compiled.tests.append((entry, _test_of(entry.rule)))
    return compiled


def _test_of(rule: WatchRule) -> _Test:
    if rule.kind == "pattern":
        pattern: re.Pattern[str] = parse_pattern(rule.text).compiled()
        return lambda text: pattern.fullmatch(text) is not None
    folded = fold_confusables(rule.text)
    return lambda text: is_near(fold_confusables(text), folded, rule.max_distance)
