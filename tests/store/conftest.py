"""Every test of the store runs on both databases.

PostgreSQL's server is started here, if it is installed (`apt install postgresql`), on a socket that
only this run knows.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

import sqlalchemy as sa

from platelens.store import NewRead, Store, open_store
from platelens.store.database import open_database
from platelens.store.schema import upgrade
from platelens.store.tables import METADATA

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
_NUMBERS = count(1)


def new_read(text: str = "AB123", minutes: float = 0, **values: Any) -> NewRead:
    """Make a read some minutes after noon."""
    values.setdefault("confidence", 0.9)
    return NewRead(text=text, time=NOON + timedelta(minutes=minutes), **values)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start PostgreSQL; gives an address with {} for the database's name."""
    places = [shutil.which("initdb"), *Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = [Path(place).parent for place in places if place]
    if not found or importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL or psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path must be short
    who: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        who = {"user": "postgres", "group": "postgres", "extra_groups": []}

    def run(*command: str) -> None:
        subprocess.run(
            command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120, **who
        )

    data, binaries = str(folder / "data"), found[-1]
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
    control = [str(binaries / "pg_ctl"), "-D", data, "-w", "-s", "-t", "110"]
    try:
        run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-N")
        run(*control, "-l", str(folder / "log"), "-o", settings, "start")
        yield f"postgresql://postgres@/{{}}?host={folder}"
        run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def new_database(server: str) -> Iterator[Callable[[], str]]:
    """Make databases on the server; gives their addresses."""
    url = sa.make_url(server.format("postgres")).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def make() -> str:
        name = f"test{next(_NUMBERS)}"
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        return server.format(name)

    yield make
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database with all tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    _make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def server_address(new_database: Callable[[], str]) -> str:
    """Give the address of a database on the server with all tables, to be emptied."""
    address = new_database()
    _make_tables(address)
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a new database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return str(request.getfixturevalue("new_database")())


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database with all tables, which are empty."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path}/store.db"
    address = str(request.getfixturevalue("server_address"))
    _empty(address)
    return address


@pytest.fixture
def store(address: str, tmp_path: Path) -> Iterator[Store]:
    with open_store(address, tmp_path / "media") as opened:
        yield opened


def _make_tables(address: str) -> None:
    database = open_database(address)
    upgrade(database)
    database.close()


def _empty(address: str) -> None:
    """Empty all tables: far faster than another database."""
    database = open_database(address)
    names = ", ".join(table.name for table in METADATA.sorted_tables)
    with database.writing() as connection:
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
    database.close()
