"""Opens the database by its address, and gives transactions on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from platelens.errors import StoreDownError, StoreOpenError

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

_DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_OLDEST_SQLITE: Final = (3, 35)
"""The first with RETURNING."""

_OWNER_ONLY: Final = 0o600
"""Of a new file: it has plates, and secrets of targets. SQLite gives it to its log, too."""

_PRAGMAS: Final = (
    # Readers and the writer do not wait for each other.
    "journal_mode = WAL",
    # With NORMAL a power cut may take the last commits, which were acknowledged.
    "synchronous = FULL",
    "busy_timeout = 30000",  # ms; another process may be writing
    "foreign_keys = ON",
    "secure_delete = ON",  # deleted plates are overwritten by zeros
    "temp_store = MEMORY",  # no plates in temporary files
    "cache_size = -32768",  # KiB for each connection
)


_SERVER_SETTINGS: Final = (
    # A plan for any values knows neither how many plates a search is about nor how to hash them.
    "plan_cache_mode = force_custom_plan",
    "jit = off",  # takes longer to compile than our searches to run
)


class Database:
    """Transactions on one database; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(platelens_writes=True)

    @property
    def name(self) -> str:
        """The address, without a password."""
        return str(self._engine.url)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite, and not PostgreSQL."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database and changes nothing."""
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept, all or none; on disk when this returns."""
        with self._translated(), self._writer.begin() as connection:
            yield connection

    def truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, which has old pages, as far as nobody reads it."""
        if self.is_sqlite:
            self._run_alone("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, target: Path) -> None:
        """Copy a SQLite database, without what was deleted, to a new file of the owner's."""
        try:
            target.touch(mode=_OWNER_ONLY)
        except OSError as error:
            raise StoreDownError(f"{target}: {error.strerror}") from error
        self._run_alone("VACUUM INTO ?", str(target))

    def _run_alone(self, statement: str, *values: str) -> None:
        """Run what SQLite does not run inside a transaction."""
        with self._translated(), closing(self._engine.raw_connection()) as connection:
            try:
                connection.cursor().execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise StoreDownError(f"{self.name}: {error}") from error

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise what the database says as StoreDownError.

        Its first line only: the others may quote plates.
        """
        try:
            yield
        except DBAPIError as error:
            raise StoreDownError(f"{self.name}: {reason_of(error)}") from error
        except SQLAlchemyError as error:
            raise StoreDownError(f"{self.name}: {type(error).__name__}") from error


def open_database(address: str) -> Database:
    """Open `sqlite:///file` or `postgresql://user@host/name`; connects to see that it is there.

    Raises:
        StoreOpenError: the address is malformed, or there is no database that can be used.
    """
    url = _parsed(address)
    in_file = url.get_backend_name() == "sqlite"
    if in_file:
        with suppress(OSError):  # SQLite says what is wrong
            Path(url.database or "").touch(mode=_OWNER_ONLY)
    try:
        engine = sa.create_engine(
            url,
            hide_parameters=True,
            pool_size=16,
            max_overflow=16,
            pool_pre_ping=not in_file,
            pool_use_lifo=True,  # few connections, and so few caches, when few are needed
        )
        if in_file:
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
        else:
            event.listen(engine, "connect", _prepare_server)
        with engine.connect():
            pass
    except DBAPIError as error:
        raise StoreOpenError(f"{url}: {reason_of(error)}") from error
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise StoreOpenError(f"{url}: {error}") from error
    return Database(engine)


def insert_missing(connection: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that leaves out rows whose keys are there already."""
    return _insert_missing(connection.dialect.name, table)


@cache
def _insert_missing(dialect: str, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    # The engine has loaded its own dialect; the other one would take long, and may not be there.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415  # above

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # above

    return postgresql.insert(table).on_conflict_do_nothing()


def reason_of(error: DBAPIError) -> str:
    """Give the first line of what the database itself says."""
    return (str(error.orig).strip().splitlines() or [type(error).__name__])[0]


def _parsed(address: str) -> URL:
    known = "expected sqlite:///file or postgresql://user@host/name"
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError):
        raise StoreOpenError(f"the address of the database is malformed: {known}") from None
    if url.drivername not in _DRIVERS:
        raise StoreOpenError(f"{url}: {url.drivername!r} is no known database: {known}")
    if url.drivername == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise StoreOpenError(f"{url}: a database in memory would lose everything: {known}")
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StoreOpenError(f"{url}: needs SQLite 3.35, got {sqlite3.sqlite_version}")
    return url.set(drivername=_DRIVERS[url.drivername])


def _prepare(connection: Any, record: object) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    """Set a new connection to SQLite up; its driver is not to begin transactions by itself."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        row = connection.execute(f"PRAGMA {pragma}").fetchone()
        if pragma.startswith("journal_mode") and row != ("wal",):
            raise sqlite3.OperationalError("the file system has no write-ahead log")


def _prepare_server(connection: Any, record: object) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    """Set a new connection to PostgreSQL up."""
    with connection.cursor() as cursor:
        for setting in _SERVER_SETTINGS:
            cursor.execute(f"SET {setting}")
    connection.commit()


def _begin(connection: Connection) -> None:
    """Begin at once as a writer who will write: a reader who becomes one may be refused."""
    writes = connection.get_execution_options().get("platelens_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
