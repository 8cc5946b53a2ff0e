from datetime import UTC, datetime
from pathlib import Path

import pytest

from platelens.errors import MissingRecordError, RecordError, StoreError
from platelens.store import ReadQuery, Store, open_store
from tests.store.conftest import new_read


def test_who_searched_what_is_kept_in_order(store: Store) -> None:
    for plate in ("A*", "B*", "C*"):
        store.journal.note("ann", "search", {"plate": plate})
    latest = store.journal.audit(limit=2)
    assert [entry.detail["plate"] for entry in latest] == ["C*", "B*"]
    (first,) = store.journal.audit(before_id=latest[-1].id)
    assert (first.actor, first.action, first.detail) == ("ann", "search", {"plate": "A*"})
    assert store.journal.forget_audit(datetime.now(UTC)) == 3
    assert store.journal.audit() == []
    with pytest.raises(RecordError, match="detail"):
        store.journal.note("ann", "search", {"plate": "\0"})


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_backup_is_a_store_and_is_listed(store: Store, tmp_path: Path) -> None:
    store.reads.add(new_read("AB123"))
    backup = store.journal.back_up(tmp_path / "copy.db")
    store.reads.add(new_read("XY999"))
    assert store.journal.backups() == [backup]
    with open_store(f"sqlite:///{tmp_path}/copy.db", tmp_path / "media") as copy:
        assert [read.text for read in copy.reads.export(ReadQuery())] == ["AB123"]
    with pytest.raises(StoreError, match="there already"):
        store.journal.back_up(tmp_path / "copy.db")
    store.journal.forget_backup(backup.id)
    with pytest.raises(MissingRecordError):
        store.journal.forget_backup(backup.id)


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_server_is_copied_by_its_own_program(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        store.journal.back_up(tmp_path / "copy.db")
