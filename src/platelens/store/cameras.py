"""The sources of pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from platelens.errors import ConflictError, MissingRecordError, RecordError
from platelens.store.database import Database, insert_missing
from platelens.store.records import check_json, check_text
from platelens.store.tables import CAMERAS

_LONGEST_DAYS: Final = 36_500
_MAX_SOURCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera, known by its name."""

    name: str
    source: str = ""  # an address or a file; "" = others send its pictures
    settings: Mapping[str, Any] = field(default_factory=dict)
    retention_days: float | None = None  # of its reads; None = as the store's default


class Cameras:
    """The cameras; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, camera: Camera) -> None:
        """Store a camera, in the place of the one with its name.

        Raises:
            RecordError: a value cannot be stored.
        """
        days = camera.retention_days
        if days is not None and not (math.isfinite(days) and 0 <= days <= _LONGEST_DAYS):
            raise RecordError(f"retention_days: expected 0..{_LONGEST_DAYS}, got {days}")
        if not camera.name:
            raise RecordError("name: a camera needs one")
        row = {
            "name": check_text(camera.name, "name"),
            "source": check_text(camera.source, "source", _MAX_SOURCE),
            "settings": check_json(dict(camera.settings), "settings"),
            "retention_days": days,
        }
        with self._database.writing() as connection:
            connection.execute(insert_missing(connection, CAMERAS).values(row))
            change = sa.update(CAMERAS).where(CAMERAS.c.name == camera.name)
            connection.execute(change.values(row))

    def get(self, name: str) -> Camera:
        """Give the camera of a name; MissingRecordError when there is none."""
        for camera in self.all():
            if camera.name == name:
                return camera
        raise MissingRecordError(f"there is no camera {name!r}")

    def all(self) -> list[Camera]:
        """Give all cameras by name; those that reads named have no source."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(CAMERAS)).all()
        cameras = [Camera(r.name, r.source, r.settings, r.retention_days) for r in rows]
        return sorted(cameras, key=lambda camera: camera.name)

    def remove(self, name: str) -> None:
        """Remove a camera.

        Raises:
            MissingRecordError: there is no such camera.
            ConflictError: it has reads.
        """
        named = CAMERAS.c.name == check_text(name, "name")
        with self._database.writing() as connection:
            try:
                gone = connection.execute(sa.delete(CAMERAS).where(named))
            except IntegrityError:
                raise ConflictError(f"camera {name!r} has reads; delete them first") from None
            if not gone.rowcount:
                raise MissingRecordError(f"there is no camera {name!r}")
