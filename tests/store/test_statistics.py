from datetime import timedelta

import pytest

from platelens.errors import QueryError
from platelens.store import CountQuery, Counts, Store, open_store
from tests.store.conftest import NOON, new_read

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def count(store: Store, **parts: object) -> Counts:
    query = {"since": NOON - DAY, "until": NOON + DAY} | parts
    return store.statistics.count(CountQuery(**query))  # type: ignore[arg-type]  # as each test has it


def test_reads_are_counted_by_all_that_is_known(store: Store) -> None:
    store.reads.add_many(
        [
            new_read("A1", 0, camera="gate", region="us-ca", confidence=0.95),
            new_read("A1", 30, camera="gate", region="us-ny", confidence=1.0),
            new_read("B2", 70, camera="yard", region="gb", confidence=0.05),
            new_read("C3", 10_000),
        ]
    )
    number = store.reads.add(new_read("A1", -30, confidence=0.1))
    store.reads.confirm(number, "ann")
    counts = count(store)
    assert (counts.reads, counts.plates, counts.reviewed) == (4, 2, 1)
    assert counts.spans == ((NOON - HOUR, 1), (NOON, 2), (NOON + HOUR, 1))
    assert dict(counts.cameras) == {"gate": 2, "yard": 1, "": 1}
    assert dict(counts.countries) == {"us": 2, "gb": 1, "": 1}
    assert counts.texts == (("A1", 3), ("B2", 1))
    assert counts.confidences == (1, 1, 0, 0, 0, 0, 0, 0, 0, 2)


def test_one_camera(store: Store) -> None:
    store.reads.add_many([new_read("A1", camera="gate"), new_read("B2", camera="yard")])
    assert count(store, camera="gate").texts == (("A1", 1),)
    assert count(store, camera="nobody").reads == 0


def test_days_are_those_of_a_clock(store: Store) -> None:
    store.reads.add_many([new_read("A1", 60 * hours) for hours in (9, 10.5)])  # 21:00 and 22:30
    assert count(store, span=DAY).spans == ((NOON - DAY / 2, 2),)
    here = count(store, span=DAY, offset=2 * HOUR)
    midnight = NOON + 10 * HOUR  # 22:00 in UTC
    assert here.spans == ((midnight - DAY, 1), (midnight, 1))


def test_nothing_is_nothing(store: Store) -> None:
    assert count(store) == Counts(0, 0, (), (), (), (), 0, (0,) * 10)


def test_plates_kept_as_hashes_are_counted_and_not_named(
    empty_address: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    media = tmp_path_factory.mktemp("media")
    with open_store(empty_address, media, plate_key=b"k" * 16) as store:
        store.reads.add_many([new_read("A1"), new_read("A1"), new_read("B2")])
        counts = count(store)
    assert (counts.reads, counts.plates, counts.texts) == (3, 2, ())


@pytest.mark.parametrize(
    "parts",
    [{"until": NOON - DAY}, {"span": timedelta()}, {"span": timedelta(seconds=1)}],
    ids=["no time", "no span", "too many spans"],
)
def test_questions_without_an_answer(store: Store, parts: dict[str, timedelta]) -> None:
    with pytest.raises(QueryError):
        count(store, **parts)
