"""The tables. Every change here needs a revision in `migrations/versions`.

Times are whole microseconds since 1970 in UTC on both databases: exact, small, sorted as numbers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """A time with its zone, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give what is stored."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give what was stored, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the type is INTEGER."""

_PLATE: Final = String(64).with_variant(String(64, collation="C"), "postgresql")
"""Compared by bytes, so that a range of texts is one of prefixes in any locale."""

_JSON: Final = JSON(none_as_null=True)

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables. What the database knows of itself is in SETTINGS."""

SETTINGS: Final = Table(
    "settings",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

CAMERAS: Final = Table(
    "cameras",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("settings", _JSON, nullable=False),
    Column("retention_days", Double),
)
"""The sources of pictures."""

MEDIA: Final = Table(
    "media",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("path", String(400), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("uses", Integer, nullable=False),  # by reads; 0 = the file is to be removed
    Index(
        "ix_media_doomed",
        "id",
        sqlite_where=text("uses = 0"),
        postgresql_where=text("uses = 0"),
    ),
)
"""Files below the media folder."""

PLATES: Final = Table(
    "plates",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("text", _PLATE, nullable=False, unique=True),  # or its keyed hash
    Column("folded", _PLATE, nullable=False, index=True),  # `fold_confusables`, or its hash
    Column("is_hashed", Boolean, nullable=False),
)
"""The texts that reads have. Reads repeat: there are far fewer of these."""

TAILS: Final = Table(
    "tails",
    METADATA,
    Column("tail", _PLATE, primary_key=True),
    Column("plate_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The folded text of a plate from each of its places on: finds parts of it as prefixes.

There is no foreign key: it would need an index of its own, as large as the table.
"""

READS: Final = Table(
    "reads",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("time", UtcTime, nullable=False),
    Column("stored", UtcTime, nullable=False),
    Column("camera_id", ForeignKey(CAMERAS.c.id)),
    Column("plate_id", ForeignKey(PLATES.c.id), nullable=False),  # of the text that counts
    Column("read_plate_id", ForeignKey(PLATES.c.id)),  # before a correction
    Column("raw_text", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("readable", Boolean, nullable=False),
    Column("country", String(8), nullable=False),  # of the region: the part before "-"
    Column("region", String(16), nullable=False),
    Column("region_confidence", Double, nullable=False),
    Column("candidates", _JSON, nullable=False),  # [[text, confidence]]
    Column("box", _JSON),  # [x1, y1, x2, y2]
    Column("corners", _JSON),  # [[x, y]] x 4
    # Counted in `media.uses`; foreign keys would need two more indexes.
    Column("image_id", BigInteger),
    Column("crop_id", BigInteger),
    Column("source", String(16), nullable=False),
    Column("first_seen", UtcTime),  # of a pass, as the next four
    Column("last_seen", UtcTime),
    Column("sightings", Integer),
    Column("direction_deg", Double),
    Column("is_parked", Boolean),
    Column("review", String(16), nullable=False),
    Column("reviewed_by", String(200)),
    Column("reviewed_at", UtcTime),
    Column("models", _JSON, nullable=False),  # {stage: version}
    # An index ends with the id by itself in SQLite; PostgreSQL sorts the few rows of one time.
    Index("ix_reads_time", "time"),
    Index("ix_reads_plate", "plate_id", "time", postgresql_include=["id"]),
    Index("ix_reads_camera", "camera_id", "time"),
    Index("ix_reads_country", "country", "time"),
    Index(
        "ix_reads_review",
        "review",
        "time",
        sqlite_where=text("review <> 'none'"),
        postgresql_where=text("review <> 'none'"),
    ),
    Index(
        "ix_reads_read_plate",
        "read_plate_id",
        sqlite_where=text("read_plate_id IS NOT NULL"),
        postgresql_where=text("read_plate_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # an id is never given twice
)
"""Plates of pictures, and vehicles' passes."""

WATCH: Final = Table(
    "watch_entries",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", String(64), nullable=False),
    Column("max_distance", Integer, nullable=False),
    Column("label", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
)
"""The entries of watch-lists."""

TARGETS: Final = Table(
    "targets",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("settings", _JSON, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
"""Where events are sent."""

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("uid", String(36), nullable=False, unique=True),
    Column("target_id", ForeignKey(TARGETS.c.id), nullable=False, index=True),
    Column("read_id", ForeignKey(READS.c.id), index=True),
    Column("event", String(64), nullable=False),
    Column("payload", _JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False, index=True),  # a claim moves it to the lease's end
    Column("attempts", Integer, nullable=False),
    Column("claim", String(36)),
    Column("is_dead", Boolean, nullable=False),
    Column("error", Text, nullable=False),
)
"""Events that were not yet delivered. Delivered ones are deleted."""

TOKENS: Final = Table(
    "tokens",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("scopes", _JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("expires", UtcTime),
    Column("last_used", UtcTime),
    Column("revoked", UtcTime),
)
"""Keys of the API."""

USERS: Final = Table(
    "users",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("scopes", _JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
"""People who may log in."""

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("time", UtcTime, nullable=False, index=True),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    Column("detail", _JSON, nullable=False),
)
"""Who did what."""

DELETIONS: Final = Table(
    "deletions",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("time", UtcTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("reads", Integer, nullable=False),
    Column("files", Integer, nullable=False),
)
"""That something was deleted, without what it was."""

BACKUPS: Final = Table(
    "backups",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("time", UtcTime, nullable=False),
    Column("place", Text, nullable=False),
)
"""Copies of the database, which still have what was deleted after they were made."""
