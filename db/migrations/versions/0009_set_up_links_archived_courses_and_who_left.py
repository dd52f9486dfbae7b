"""Set-up links, courses that are archived, and students who were taken off their roster."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Id, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("courses", sa.Column("archived_at", Moment, nullable=True))
    op.add_column("students", sa.Column("left_at", Moment, nullable=True))
    op.create_table(
        "setup_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_setup_links"),
        sa.UniqueConstraint("hash", name="uq_setup_links_hash"),
    )
