"""Plates kept as hashes, and processes that write at once or die."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.store_kill import count_lost
from platelens.errors import QueryError, StoreOpenError
from platelens.store import ReadQuery, Store, WatchRule, open_store
from platelens.types import Candidate
from tests.store.conftest import new_read

KEY = b"0123456789abcdef"


@pytest.fixture
def hashed(address: str, tmp_path: Path) -> Iterator[Store]:
    with open_store(address, tmp_path / "media", KEY) as store:
        yield store


def test_a_hashed_plate_is_found_whole_only(hashed: Store) -> None:
    new = new_read("AB123", raw_text="ab-123", candidates=(Candidate("AB123", 0.9),))
    read = hashed.reads.get(hashed.reads.add(new))
    assert (read.text, read.text_as_read, read.raw_text, read.candidates) == ("", "", "", ())
    assert len(read.text_hash) == 64
    hashed.reads.add_many([new_read("AB123"), new_read("XY999")])
    assert len(hashed.reads.search(ReadQuery(plate="ab 123")).reads) == 2
    assert len(hashed.reads.search(ReadQuery(plate="A8I23", match="lookalike")).reads) == 2
    assert len(hashed.reads.search(ReadQuery()).reads) == 3
    for query in (ReadQuery(plate="AB*"), ReadQuery(plate="AB123", match="fuzzy")):
        with pytest.raises(QueryError, match="hashes"):
            hashed.reads.search(query)


def test_no_part_of_a_hashed_plate_is_stored(hashed: Store) -> None:
    from tests.store.test_removal import _cells

    number = hashed.reads.add(new_read("QX789"))
    hashed.reads.correct(number, "QX788", "me")
    assert not [cell for cell in _cells(hashed) if "QX7" in cell or cell.startswith("078")]
    assert hashed.reads.search(ReadQuery(plate="QX788")).reads[0].id == number
    hashed.reads.undo_review(number)
    assert hashed.reads.search(ReadQuery(plate="QX789")).reads[0].id == number


def test_watched_plates_are_kept_in_clear(hashed: Store) -> None:
    hashed.watch.add([WatchRule("exact", "AB123", "staff")])
    candidates = (Candidate("A8123", 0.5), Candidate("AB123", 0.4))
    read = hashed.reads.get(hashed.reads.add(new_read("A8123", candidates=candidates)))
    assert (read.text, read.candidates, read.text_hash) == ("A8123", candidates, "")
    assert len(hashed.reads.search(ReadQuery(plate="A8123")).reads) == 1


def test_an_unread_plate_has_no_hash(hashed: Store) -> None:
    read = hashed.reads.get(hashed.reads.add(new_read("", readable=False)))
    assert (read.text, read.text_hash) == ("", "")


@pytest.mark.parametrize("key", [None, b"another key, as long", b"short"])
def test_another_key_is_refused(
    hashed: Store, address: str, tmp_path: Path, key: bytes | None
) -> None:
    hashed.close()
    with pytest.raises(StoreOpenError, match="key"):
        open_store(address, tmp_path / "media", key)


def test_a_store_in_clear_takes_no_key(store: Store, address: str, tmp_path: Path) -> None:
    store.close()
    with pytest.raises(StoreOpenError, match="clear"):
        open_store(address, tmp_path / "media", KEY)


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(
    address: str, tmp_path: Path
) -> None:
    acknowledged, lost = count_lost(address, tmp_path, kills=5)
    assert acknowledged >= 5
    assert lost == 0


WRITER = """
import sys
from pathlib import Path
from platelens.store import open_store
from tests.store.conftest import new_read
with open_store(sys.argv[1], Path(sys.argv[2])) as store:
    for i in range(40):
        print(store.reads.add(new_read(f"T{i % 7}", minutes=i, camera=f"camera {i % 3}")))
"""


def test_two_processes_write_at_once(address: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, address, str(tmp_path / "media")]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [writer.communicate(timeout=120)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    ids = [int(line) for output in printed for line in output.split()]
    assert len(ids) == len(set(ids)) == 80
    with open_store(address, tmp_path / "media") as store:
        assert {read.id for read in store.reads.export(ReadQuery())} == set(ids)


def test_threads_write_read_and_delete_at_once(store: Store) -> None:
    def work(worker: int) -> int:
        kept = 0
        for i in range(10):
            number = store.reads.add(new_read(f"P{i}", camera=f"camera {i}"))
            assert store.reads.get(number).text == f"P{i}"
            if worker % 2:
                store.reads.delete([number], "me")
            else:
                kept += 1
        return kept

    with ThreadPoolExecutor(4) as pool:
        kept = sum(pool.map(work, range(4)))
    found = list(store.reads.export(ReadQuery()))
    assert len(found) == kept == 20
    for i in range(10):
        assert len(store.reads.search(ReadQuery(plate=f"P{i}*")).reads) == 2
