"""Searches beside a plain one that looks at every read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase

import pytest

from platelens.alphabet import fold_confusables
from platelens.errors import QueryError, RecordError
from platelens.store import Match, NewRead, Read, ReadQuery, Store, finding
from platelens.store.patterns import edit_cost, is_near, parse_pattern
from tests.store.conftest import NOON, new_read

CAMERAS = ("", "gate", "yard")
REGIONS = ("", "us", "us-ca", "de")


def _random_reads(rng: random.Random, count: int) -> list[NewRead]:
    return [
        new_read(
            "".join(rng.choices("AB801", k=rng.randint(0, 6))),
            minutes=rng.randint(0, 50),  # many at the same time
            confidence=rng.choice((0.1, 0.5, 0.9)),
            camera=rng.choice(CAMERAS),
            region=rng.choice(REGIONS),
        )
        for _ in range(count)
    ]


def _random_query(rng: random.Random) -> ReadQuery:
    match: Match = rng.choice(("pattern", "lookalike", "fuzzy"))
    letters, size = ("AB801", 5) if match == "fuzzy" else ("AB801??***", rng.randint(0, 5))
    return ReadQuery(
        plate="".join(rng.choices(letters, k=size)),
        match=match,
        since=rng.choice((None, NOON + timedelta(minutes=rng.randint(0, 40)))),
        until=rng.choice((None, NOON + timedelta(minutes=rng.randint(20, 60)))),
        camera=rng.choice(CAMERAS),
        region=rng.choice(REGIONS),
        confidence_from=rng.choice((0.0, 0.5)),
        confidence_to=rng.choice((1.0, 0.5)),
        review=rng.choice((None, None, "none", "confirmed")),
    )


def _expected(reads: Sequence[Read], query: ReadQuery) -> list[int]:
    found = [read for read in reads if _passes(read, query) and _is_of(read.text, query)]
    if query.match == "fuzzy" and query.plate:
        goal = parse_pattern(query.plate).text
        found.sort(key=lambda r: (-edit_cost(r.text, goal), r.time, r.id), reverse=True)
    else:
        found.sort(key=lambda r: (r.time, r.id), reverse=True)
    return [read.id for read in found]


def _is_of(text: str, query: ReadQuery) -> bool:
    if not query.plate:
        return True
    goal = parse_pattern(query.plate).text
    if query.match == "pattern":
        return fnmatchcase(text, goal)
    if query.match == "lookalike":
        return fnmatchcase(fold_confusables(text), fold_confusables(goal))
    return is_near(fold_confusables(text), fold_confusables(goal), 1)


def _passes(read: Read, query: ReadQuery) -> bool:
    return (
        (query.since is None or read.time >= query.since)
        and (query.until is None or read.time < query.until)
        and query.camera in ("", read.camera)
        and query.region in ("", read.region, read.region.partition("-")[0])
        and query.confidence_from <= read.confidence <= query.confidence_to
        and query.review in (None, read.review.state if read.review else "none")
    )


def _pages(store: Store, query: ReadQuery, limit: int) -> list[int]:
    found: list[int] = []
    cursor = None
    while True:
        page = store.reads.search(query, limit, cursor)
        assert len(page.reads) <= limit
        found += [read.id for read in page.reads]
        if (cursor := page.next_cursor) is None:
            return found
        assert len(page.reads) == limit


@pytest.mark.parametrize(
    ("few", "many", "reads_of_few", "often"),
    [
        pytest.param(2000, 2000, 2000, 2000, id="by plate"),
        pytest.param(2000, 2000, 3, 2000, id="by time and plate"),
        pytest.param(3, 2000, 3, 2000, id="by time, plate and text"),
        pytest.param(3, 3, 3, 2000, id="by time and text"),
        pytest.param(3, 3, 3, 1, id="among the newest"),
    ],
)
def test_finds_what_looking_at_every_read_finds(
    store: Store,
    few: int,
    many: int,
    reads_of_few: int,
    often: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "_FEW_PLATES", few)
    monkeypatch.setattr(finding, "_MANY_PLATES", many)
    monkeypatch.setattr(finding, "_MANY_READS", reads_of_few)
    monkeypatch.setattr(finding, "_OFTEN", often)
    rng = random.Random(3)
    ids = store.reads.add_many(_random_reads(rng, 150))
    for number in rng.sample(ids, 15):
        store.reads.confirm(number, "me")
    reads = [store.reads.get(number) for number in ids]
    for _ in range(60):
        query = _random_query(rng)
        expected = _expected(reads, query)
        assert _pages(store, query, rng.choice((7, 1000))) == expected, query


def test_two_edits_find_what_looking_at_every_read_finds(store: Store) -> None:
    rng = random.Random(4)
    texts = {"".join(rng.choices("AB8C1", k=rng.randint(4, 9))) for _ in range(200)}
    store.reads.add_many([new_read(text) for text in texts])
    for text in rng.sample(sorted(t for t in texts if len(t) >= 6), 10):
        query = ReadQuery(plate=text, match="fuzzy", max_distance=2)
        near = {t for t in texts if is_near(fold_confusables(t), fold_confusables(text), 2)}
        assert {read.text for read in store.reads.export(query)} == near


def test_pages_stay_whole_while_reads_are_stored(store: Store) -> None:
    ids = store.reads.add_many([new_read(minutes=m) for m in range(6)])
    first = store.reads.search(ReadQuery(), limit=3)
    store.reads.add(new_read(minutes=100))
    second = store.reads.search(ReadQuery(), limit=3, cursor=first.next_cursor)
    assert [read.id for read in (*first.reads, *second.reads)] == ids[::-1]


@pytest.mark.parametrize("match", ["pattern", "lookalike"])
def test_wildcards_of_sql_are_none(store: Store, match: Match) -> None:
    store.reads.add_many([new_read("AB123"), new_read("AXB123"), new_read("A")])
    for typed, texts in {"A_B%": [], "%A%": ["A"], "A%": ["A"], "_": None}.items():
        query = ReadQuery(plate=typed, match=match)
        if texts is None:
            with pytest.raises(QueryError):
                store.reads.search(query)
        else:
            assert [read.text for read in store.reads.search(query).reads] == texts


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "=" * 50, "A" * 38, "\0"])
def test_a_cursor_from_elsewhere_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(QueryError, match="cursor"):
        store.reads.search(ReadQuery(), cursor=cursor)


def test_a_cursor_of_another_search_is_refused(store: Store) -> None:
    store.reads.add_many([new_read(), new_read()])
    cursor = store.reads.search(ReadQuery(), limit=1).next_cursor
    with pytest.raises(QueryError, match="another search"):
        store.reads.search(ReadQuery(plate="A*"), limit=1, cursor=cursor)


@pytest.mark.parametrize(
    "query",
    [
        ReadQuery(plate="A" * 10_000),
        ReadQuery(plate="😀"),
        ReadQuery(plate="A*B", match="fuzzy"),
        ReadQuery(plate="AB", match="fuzzy"),
        ReadQuery(plate="ABCDE", match="fuzzy", max_distance=2),
        ReadQuery(plate="ABCDEF", match="fuzzy", max_distance=3),
        ReadQuery(plate="AB", match="regex"),  # type: ignore[arg-type] # bad on purpose
        ReadQuery(review="maybe"),  # type: ignore[arg-type] # bad on purpose
    ],
)
def test_a_malformed_query_is_refused(store: Store, query: ReadQuery) -> None:
    with pytest.raises(QueryError):
        store.reads.search(query)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_out_of_range_is_refused(store: Store, limit: int) -> None:
    with pytest.raises(QueryError, match="limit"):
        store.reads.search(ReadQuery(), limit=limit)


def test_a_time_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(RecordError, match="since"):
        store.reads.search(ReadQuery(since=NOON.replace(tzinfo=None)))


@pytest.mark.parametrize("text", ["😀", "'; DROP TABLE reads; --", "%", "gate ", "US"])
def test_odd_names_find_nothing(store: Store, text: str) -> None:
    store.reads.add(new_read(camera="gate", region="us"))
    assert store.reads.search(ReadQuery(camera=text)).reads == ()
    assert store.reads.search(ReadQuery(region=text)).reads == ()


@pytest.mark.parametrize("text", ["gate\0", "\ud800", "x" * 10_000], ids=["nul", "half", "long"])
def test_names_that_cannot_be_are_refused(store: Store, text: str) -> None:
    for query in (ReadQuery(camera=text), ReadQuery(region=text)):
        with pytest.raises(RecordError, match=r"camera|region"):
            store.reads.search(query)
