"""Reads, their plates, cameras and pictures."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME: Final = sa.BigInteger()  # microseconds since 1970, UTC
_PLATE: Final = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_UNUSED: Final = sa.text("uses = 0")
_REVIEWED: Final = sa.text("review <> 'none'")


def upgrade() -> None:
    """Make the tables."""
    _settings()
    _cameras()
    _media()
    _plates()
    _tails()
    _reads()


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )


def _cameras() -> None:
    op.create_table(
        "cameras",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("retention_days", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cameras"),
        sa.UniqueConstraint("name", name="uq_cameras_name"),
    )


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", _ID, nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("path", name="uq_media_path"),
    )
    op.create_index(
        "ix_media_doomed", "media", ["id"], sqlite_where=_UNUSED, postgresql_where=_UNUSED
    )


def _plates() -> None:
    op.create_table(
        "plates",
        sa.Column("id", _ID, nullable=False),
        sa.Column("text", _PLATE, nullable=False),
        sa.Column("folded", _PLATE, nullable=False),
        sa.Column("is_hashed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plates"),
        sa.UniqueConstraint("text", name="uq_plates_text"),
    )
    op.create_index("ix_plates_folded", "plates", ["folded"])


def _tails() -> None:
    op.create_table(
        "tails",
        sa.Column("tail", _PLATE, nullable=False),
        sa.Column("plate_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tail", "plate_id", name="pk_tails"),
        sqlite_with_rowid=False,
    )


def _reads() -> None:
    op.create_table(
        "reads",
        sa.Column("id", _ID, nullable=False),
        sa.Column("time", _TIME, nullable=False),
        sa.Column("stored", _TIME, nullable=False),
        sa.Column("camera_id", _ID, nullable=True),
        sa.Column("plate_id", _ID, nullable=False),
        sa.Column("read_plate_id", _ID, nullable=True),
        sa.Column("raw_text", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("region_confidence", sa.Double(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("box", sa.JSON(), nullable=True),
        sa.Column("corners", sa.JSON(), nullable=True),
        sa.Column("image_id", sa.BigInteger(), nullable=True),
        sa.Column("crop_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("first_seen", _TIME, nullable=True),
        sa.Column("last_seen", _TIME, nullable=True),
        sa.Column("sightings", sa.Integer(), nullable=True),
        sa.Column("direction_deg", sa.Double(), nullable=True),
        sa.Column("is_parked", sa.Boolean(), nullable=True),
        sa.Column("review", sa.String(length=16), nullable=False),
        sa.Column("reviewed_by", sa.String(length=200), nullable=True),
        sa.Column("reviewed_at", _TIME, nullable=True),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_reads_camera_id"),
        sa.ForeignKeyConstraint(["plate_id"], ["plates.id"], name="fk_reads_plate_id"),
        sa.ForeignKeyConstraint(["read_plate_id"], ["plates.id"], name="fk_reads_read_plate_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reads"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reads_camera", "reads", ["camera_id", "time"])
    op.create_index("ix_reads_country", "reads", ["country", "time"])
    op.create_index("ix_reads_plate", "reads", ["plate_id", "time"])
    op.create_index(
        "ix_reads_read_plate",
        "reads",
        ["read_plate_id"],
        sqlite_where=sa.text("read_plate_id IS NOT NULL"),
        postgresql_where=sa.text("read_plate_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reads_review",
        "reads",
        ["review", "time"],
        sqlite_where=_REVIEWED,
        postgresql_where=_REVIEWED,
    )
    op.create_index("ix_reads_time", "reads", ["time"])
