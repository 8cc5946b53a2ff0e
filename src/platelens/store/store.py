"""The store, put together."""

from __future__ import annotations

import hmac
from pathlib import Path
from types import TracebackType
from typing import Final

import sqlalchemy as sa

from platelens.errors import StoreOpenError
from platelens.store.access import Access
from platelens.store.cameras import Cameras
from platelens.store.database import Database, insert_missing, open_database
from platelens.store.journal import Journal
from platelens.store.media import MediaFolder
from platelens.store.outbox import Outbox
from platelens.store.plates import Speller
from platelens.store.read_store import ReadStore
from platelens.store.removal import Remover
from platelens.store.schema import upgrade
from platelens.store.statistics import Statistics
from platelens.store.tables import SETTINGS
from platelens.store.watch import WatchLists

_KEY_CHECK: Final = "plate_key_check"
_CLEAR: Final = "clear"


class Store:
    """All that is kept; safe to use from several threads, and by several processes at once."""

    def __init__(self, database: Database, media: MediaFolder, speller: Speller) -> None:
        self._database = database
        self.media = media
        self.watch = WatchLists(database)
        self.reads = ReadStore(database, Remover(database, media), speller, self.watch)
        self.cameras = Cameras(database)
        self.outbox = Outbox(database)
        self.access = Access(database)
        self.journal = Journal(database)
        self.statistics = Statistics(database)

    def __enter__(self) -> Store:
        """Give the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give all connections to the database back."""
        self._database.close()


def open_store(address: str, media: Path, plate_key: bytes | None = None) -> Store:
    """Open a store, and bring its tables to this program's version.

    Args:
        address: `sqlite:///file` or `postgresql://user@host/name`.
        media: the folder of pictures; is made when it is missing.
        plate_key: keeps plates as hashes with this key (HMAC-SHA-256), but those on a watch-list;
            16 bytes or more. A store is opened with the same key, or none, for ever.

    Raises:
        StoreOpenError: the database or the folder cannot be used, or the key is another.
    """
    speller = Speller(plate_key)
    folder = MediaFolder(media)
    database = open_database(address)
    try:
        upgrade(database)
        _check_key(database, speller)
    except BaseException:
        database.close()
        raise
    return Store(database, folder, speller)


def _check_key(database: Database, speller: Speller) -> None:
    """Refuse another key than the first one, which plates of the store are kept with."""
    check = speller.digest(_KEY_CHECK) if speller.hashes else _CLEAR
    named = sa.select(SETTINGS.c.value).where(SETTINGS.c.name == _KEY_CHECK)
    with database.reading() as connection:
        known = connection.scalar(named)
    if known is None:
        row = {"name": _KEY_CHECK, "value": check}
        with database.writing() as connection:
            connection.execute(insert_missing(connection, SETTINGS).values(row))
            known = connection.execute(named).scalar_one()
    if not hmac.compare_digest(known, check):
        if known == _CLEAR:
            raise StoreOpenError(f"{database.name}: its plates are in clear; open it without a key")
        raise StoreOpenError(f"{database.name}: its plates are hashed with another key")
