"""Nothing of a deleted read is left, in any table or file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from platelens.errors import QueryError, StoreDownError
from platelens.store import Delivery, NewTarget, ReadQuery, Store
from platelens.store.tables import METADATA
from platelens.types import Candidate
from tests.store.conftest import new_read


def _cells(store: Store) -> Iterator[str]:
    """Give every value of every table."""
    with store._database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)):
                yield from (str(value) for value in row)


def _fill(store: Store) -> int:
    target = store.outbox.add_target(NewTarget("hook", "webhook", "http://localhost/"))
    read = new_read(
        "QX789",
        raw_text="qx-789",
        candidates=(Candidate("QX789", 0.9),),
        image=store.media.save(b"QX789", ".jpg"),
    )
    number = store.reads.add(read, [Delivery(target, "read", {"plate": "QX789"})])
    store.reads.correct(number, "QX788", "me")
    store.reads.add(new_read("AB123"))
    return number


def test_rows_tails_events_and_pictures_are_gone(store: Store, tmp_path: Path) -> None:
    number = _fill(store)
    deletion = store.reads.delete([number, number + 1000], "me", "asked for")
    assert (deletion.reads, deletion.files) == (1, 1)
    assert not [c for c in _cells(store) if "X78" in c.upper() or c.startswith(("78", "X7"))]
    assert not list((tmp_path / "media").rglob("*.jpg"))
    (entry,) = store.journal.deletions()
    assert (entry.actor, entry.reason, entry.reads, entry.files) == ("me", "asked for", 1, 1)
    assert [read.text for read in store.reads.export(ReadQuery())] == ["AB123"]
    assert [read.text for read in store.reads.export(ReadQuery(plate="*12*"))] == ["AB123"]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_no_byte_of_the_plate_is_left_in_the_files(store: Store, tmp_path: Path) -> None:
    number = _fill(store)
    files = [tmp_path / "store.db", tmp_path / "store.db-wal"]
    assert any(b"QX789" in file.read_bytes() for file in files)
    store.reads.delete([number], "me")
    assert not any(b"QX78" in file.read_bytes() for file in files)


def test_a_plate_is_forgotten_by_a_query(store: Store) -> None:
    store.reads.add_many([new_read(f"AB{i % 3}") for i in range(1300)])
    assert store.reads.delete_matching(ReadQuery(plate="AB1"), "me").reads == 433
    assert {read.text for read in store.reads.export(ReadQuery())} == {"AB0", "AB2"}
    with pytest.raises(QueryError):
        store.reads.delete_matching(ReadQuery(plate="%"), "me")


def test_nothing_to_delete_is_not_logged(store: Store) -> None:
    assert store.reads.delete([1, 2, 3], "me").reads == 0
    assert store.journal.deletions() == []


def test_a_deletion_names_the_backups_that_have_the_read(store: Store) -> None:
    store.journal.list_backup("before")
    number = store.reads.add(new_read())
    store.journal.list_backup("tape 7")
    gone = store.journal.list_backup("tape 8")
    store.journal.forget_backup(gone.id)
    assert store.reads.delete([number], "me").backups == ("tape 7",)


def test_a_file_that_stays_is_removed_by_the_next_deletion(store: Store, tmp_path: Path) -> None:
    image = store.media.save(b"1", ".jpg")
    number = store.reads.add(new_read(image=image))
    path = tmp_path / "media" / image.path
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreDownError):
        store.reads.delete([number], "me")
    path.rmdir()
    path.write_bytes(b"1")
    assert store.reads.clean() == 1
    assert not path.exists()
