"""The index of reads by plate tells by itself which reads these are.

Only PostgreSQL needs to be told: in SQLite every index has the numbers of the rows.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index anew where it gains from it."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_reads_plate", "reads")
        columns = ["plate_id", "time"]
        op.create_index("ix_reads_plate", "reads", columns, postgresql_include=["id"])
