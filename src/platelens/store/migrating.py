"""Runs the migrations, with Alembic."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from platelens.errors import StoreOpenError
from platelens.store.database import Database

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_PROCESS_LOCK: Final = Lock()
"""Alembic has one context for the whole process."""

_SERVER_LOCK: Final = 0x706C6174
"""PostgreSQL's number of the lock that one migration at a time holds."""


def migrate(database: Database, revision: str) -> None:
    """Do the work of `schema.upgrade`."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    with _PROCESS_LOCK, database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SERVER_LOCK)))
        _check(connection, scripts, database.name)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _check(connection: Connection, scripts: ScriptDirectory, name: str) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        if tables := sa.inspect(connection).get_table_names():
            raise StoreOpenError(
                f"{name}: has tables of another program ({', '.join(sorted(tables)[:3])});"
                " give platelens a database of its own"
            )
    elif current not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreOpenError(
            f"{name}: was written by a newer platelens (revision {current});"
            " install that or a later one"
        )
