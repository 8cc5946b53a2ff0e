from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from platelens.errors import StoreDownError, StoreOpenError
from platelens.store import ReadQuery, Store, open_store
from platelens.store.database import Database, open_database
from tests.store.conftest import new_read


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "mysql://localhost/x",
        "sqlite+aiosqlite:///x.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////no/such/folder/store.db",
        "postgresql://nobody@localhost:1/none?connect_timeout=1",
    ],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, address: str) -> None:
    with pytest.raises(StoreOpenError):
        open_store(address, tmp_path / "media")


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreOpenError) as caught:
        open_store("postgresql://me:hunter2@localhost:1/x?connect_timeout=1", tmp_path)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database, but long enough" * 100)
    with pytest.raises(StoreOpenError, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/store.db", tmp_path / "media")


def test_nobody_else_may_read_what_is_stored(tmp_path: Path) -> None:
    usual = os.umask(0)
    try:
        with open_store(f"sqlite:///{tmp_path}/store.db", tmp_path / "media") as store:
            store.reads.add(new_read("FIRST"))
            store.journal.back_up(tmp_path / "copy.db")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(usual)
    files = ("store.db", "store.db-wal", "store.db-shm", "copy.db")
    assert modes == {**dict.fromkeys(files, 0o600), "media": 0o700}


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.db"
    with open_store(address, tmp_path / "media") as store:
        store.reads.add(new_read("FIRST"))
    with sqlite3.connect(tmp_path / "store.db") as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.close()

    def limit(raw: sqlite3.Connection, _: object) -> None:
        raw.execute(f"PRAGMA max_page_count = {pages + 2}")

    with open_store(address, tmp_path / "media") as store:
        sa.event.listen(store._database._engine, "connect", limit)
        store._database._engine.dispose()
        with pytest.raises(StoreDownError, match="full"):
            store.reads.add_many([new_read(f"T{i}", raw_text="x" * 900) for i in range(200)])
        assert [r.text for r in store.reads.export(ReadQuery())] == ["FIRST"]
        store.reads.add(new_read("AGAIN"))
        assert [r.text for r in store.reads.export(ReadQuery(plate="*AGA*"))] == ["AGAIN"]


def test_a_database_that_may_not_be_written(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db", tmp_path / "media") as store:
        store.reads.add(new_read())

        def forbid(raw: sqlite3.Connection, _: object) -> None:
            raw.execute("PRAGMA query_only = ON")

        sa.event.listen(store._database._engine, "connect", forbid)
        store._database._engine.dispose()
        with pytest.raises(StoreDownError, match="readonly"):
            store.reads.add(new_read())
        assert len(store.reads.search(ReadQuery()).reads) == 1


def test_a_failure_changes_nothing(address: str) -> None:
    database = open_database(address)
    with pytest.raises(ZeroDivisionError):
        _insert(database, ["a"], fail=True)
    assert _settings(database) == 0
    database.close()


def test_errors_do_not_quote_what_was_stored(address: str) -> None:
    database = open_database(address)
    with pytest.raises(StoreDownError) as caught:
        _insert(database, ["SECRET", "SECRET"])
    assert "SECRET" not in str(caught.value)
    database.close()


def test_an_acknowledged_write_is_on_the_disk(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    with database.reading() as connection:
        for pragma, value in {"synchronous": 2, "secure_delete": 1, "foreign_keys": 1}.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


def test_a_store_that_was_closed_opens_again(address: str, tmp_path: Path) -> None:
    for expected in range(3):
        with open_store(address, tmp_path / "media") as store:
            assert isinstance(store, Store)
            assert len(store.reads.search(ReadQuery()).reads) == expected
            store.reads.add(new_read())


def _insert(database: Database, names: list[str], *, fail: bool = False) -> None:
    with database.writing() as connection:
        for name in names:
            new = sa.text("INSERT INTO settings VALUES (:name, 'value')")
            connection.execute(new, {"name": name})
        if fail:
            raise ZeroDivisionError


def _settings(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM settings")).scalar_one())
