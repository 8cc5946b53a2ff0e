"""Sees that a database has the tables of this program."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from platelens.store.database import Database

NEWEST: Final = "0003"
"""The last revision in `migrations/versions`."""

_VERSION: Final = sa.table("alembic_version", sa.column("version_num"))


def upgrade(database: Database, revision: str = NEWEST) -> None:
    """Make or change the tables up to `revision`, all or nothing, one process at a time.

    Raises:
        StoreOpenError: the database is newer than this program, or has another program's tables.
    """
    with database.reading() as connection:
        known = sa.inspect(connection).has_table(_VERSION.name)
        if known and connection.scalar(sa.select(_VERSION.c.version_num)) == NEWEST:
            return
    # Alembic is long to load, and most starts need it not.
    from platelens.store.migrating import migrate  # noqa: PLC0415  # above

    migrate(database, revision)
