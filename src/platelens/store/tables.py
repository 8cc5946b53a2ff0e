"""The tables. Every change here needs a revision in `migrations/versions`.

Times are whole microseconds since 1970 in UTC on both databases: exact, small, sorted as numbers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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


Id: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the type is INTEGER."""

PlateText: Final = String(64).with_variant(String(64, collation="C"), "postgresql")
"""Compared by bytes, so that a range of texts is one of prefixes in any locale."""


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcTime(), Any: JSON(none_as_null=True)}


class Setting(Base):
    """What the database knows of itself."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class CameraRow(Base):
    """A source of pictures."""

    __tablename__ = "cameras"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    source: Mapped[str] = mapped_column(Text)
    settings: Mapped[Any]
    retention_days: Mapped[float | None]


class MediaRow(Base):
    """A file below the media folder."""

    __tablename__ = "media"
    __table_args__ = (
        Index(
            "ix_media_doomed",
            "id",
            sqlite_where=text("uses = 0"),
            postgresql_where=text("uses = 0"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    path: Mapped[str] = mapped_column(String(400), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    uses: Mapped[int] = mapped_column(Integer)  # by reads; 0 = the file is to be removed


class PlateRow(Base):
    """A text that some read has. Reads repeat: there are far fewer of these."""

    __tablename__ = "plates"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    text: Mapped[str] = mapped_column(PlateText, unique=True)  # or its keyed hash
    folded: Mapped[str] = mapped_column(PlateText, index=True)  # `fold_confusables`, or its hash
    is_hashed: Mapped[bool]


class TailRow(Base):
    """The folded text of a plate from each of its places on: finds parts of it as prefixes.

    There is no foreign key: it would need an index of its own, as large as the table.
    """

    __tablename__ = "tails"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tail: Mapped[str] = mapped_column(PlateText, primary_key=True)
    plate_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class ReadRow(Base):
    """A plate of a picture, or a vehicle's pass."""

    __tablename__ = "reads"
    # An index ends with the id by itself in SQLite; PostgreSQL sorts the few rows of one time.
    __table_args__ = (
        Index("ix_reads_time", "time"),
        Index("ix_reads_plate", "plate_id", "time"),
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
        {"sqlite_autoincrement": True},  # an id is never given twice
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    time: Mapped[datetime]
    stored: Mapped[datetime]
    camera_id: Mapped[int | None] = mapped_column(ForeignKey(CameraRow.id))
    plate_id: Mapped[int] = mapped_column(ForeignKey(PlateRow.id))  # of the text that counts
    read_plate_id: Mapped[int | None] = mapped_column(ForeignKey(PlateRow.id))  # before correction
    raw_text: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float]
    readable: Mapped[bool]
    country: Mapped[str] = mapped_column(String(8))  # of the region: the part before "-"
    region: Mapped[str] = mapped_column(String(16))
    region_confidence: Mapped[float]
    candidates: Mapped[Any]  # [[text, confidence]]
    box: Mapped[Any | None]  # [x1, y1, x2, y2]
    corners: Mapped[Any | None]  # [[x, y]] x 4
    # Counted in `media.uses`; foreign keys would need two more indexes.
    image_id: Mapped[int | None] = mapped_column(BigInteger)
    crop_id: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(16))
    first_seen: Mapped[datetime | None]  # of a pass, as the next four
    last_seen: Mapped[datetime | None]
    sightings: Mapped[int | None]
    direction_deg: Mapped[float | None]
    is_parked: Mapped[bool | None]
    review: Mapped[str] = mapped_column(String(16))
    reviewed_by: Mapped[str | None] = mapped_column(String(200))
    reviewed_at: Mapped[datetime | None]
    models: Mapped[Any]  # {stage: version}


class WatchRow(Base):
    """An entry of a watch-list."""

    __tablename__ = "watch_entries"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(64))
    max_distance: Mapped[int]
    label: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]


class TargetRow(Base):
    """Where events are sent."""

    __tablename__ = "targets"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    url: Mapped[str] = mapped_column(Text)
    settings: Mapped[Any]
    is_active: Mapped[bool]


class OutboxRow(Base):
    """An event that was not yet delivered. Delivered ones are deleted."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    target_id: Mapped[int] = mapped_column(ForeignKey(TargetRow.id), index=True)
    read_id: Mapped[int | None] = mapped_column(ForeignKey(ReadRow.id), index=True)
    event: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any]
    created: Mapped[datetime]
    due: Mapped[datetime] = mapped_column(index=True)  # a claim moves it to the lease's end
    attempts: Mapped[int]
    claim: Mapped[str | None] = mapped_column(String(36))
    is_dead: Mapped[bool]
    error: Mapped[str] = mapped_column(Text)


class TokenRow(Base):
    """A key of the API."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[Any]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]


class UserRow(Base):
    """A person who may log in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    scopes: Mapped[Any]
    created: Mapped[datetime]
    is_active: Mapped[bool]


class AuditRow(Base):
    """Who did what."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    time: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(64))
    detail: Mapped[Any]


class DeletionRow(Base):
    """That something was deleted, without what it was."""

    __tablename__ = "deletions"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    time: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(200))
    reads: Mapped[int]
    files: Mapped[int]


class BackupRow(Base):
    """A copy of the database, which still has what was deleted after it was made."""

    __tablename__ = "backups"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    time: Mapped[datetime]
    place: Mapped[str] = mapped_column(Text)
