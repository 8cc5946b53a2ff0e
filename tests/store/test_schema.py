from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from platelens.errors import StoreOpenError
from platelens.store import ReadQuery, migrations, open_store
from platelens.store.database import Database, open_database
from platelens.store.schema import NEWEST, upgrade
from platelens.store.tables import METADATA
from tests.store.conftest import new_read


@pytest.fixture
def empty(empty_address: str) -> Iterator[Database]:
    database = open_database(empty_address)
    yield database
    database.close()


def _difference(database: Database) -> list[object]:
    with database.reading() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def test_the_revisions_make_the_tables(empty: Database) -> None:
    assert _difference(empty)
    upgrade(empty)
    assert _difference(empty) == []
    upgrade(empty)


def test_a_store_of_the_previous_revision_keeps_its_reads(
    empty: Database, empty_address: str, tmp_path: Path
) -> None:
    upgrade(empty, "0001")
    with empty.writing() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO plates (id, text, folded, is_hashed) VALUES (1, 'AB123', 'A8123', :no)"
            ),
            {"no": False},
        )
        connection.execute(
            sa.text(
                "INSERT INTO reads (id, time, stored, plate_id, raw_text, confidence, readable,"
                " country, region, region_confidence, candidates, source, review, models) VALUES"
                " (1, 0, 0, 1, '', 0.5, :yes, '', '', 0, '[]', 'api', 'none', '{}')"
            ),
            {"yes": True},
        )
    with open_store(empty_address, tmp_path / "media") as store:
        assert store.reads.search(ReadQuery(plate="AB*")).reads[0].text == "AB123"
        assert store.watch.entries() == []
    assert _difference(empty) == []


def test_several_may_open_a_new_store_at_once(empty_address: str, tmp_path: Path) -> None:
    def use(_: int) -> int:
        with open_store(empty_address, tmp_path / "media") as store:
            return store.reads.add(new_read())

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(use, range(3)))) == 3


def test_a_newer_database_is_refused(empty: Database, empty_address: str, tmp_path: Path) -> None:
    upgrade(empty)
    with empty.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreOpenError, match=r"newer platelens \(revision 9999\)"):
        open_store(empty_address, tmp_path / "media")


def test_another_programs_database_is_left_alone(
    empty: Database, empty_address: str, tmp_path: Path
) -> None:
    with empty.writing() as connection:
        connection.execute(sa.text("CREATE TABLE users (name TEXT)"))
    with pytest.raises(StoreOpenError, match=r"another program \(users\)"):
        open_store(empty_address, tmp_path / "media")
    with empty.reading() as connection:
        assert sa.inspect(connection).get_table_names() == ["users"]


def test_the_newest_revision_is_known_without_alembic() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__ or "").parent))
    assert scripts.get_current_head() == NEWEST
