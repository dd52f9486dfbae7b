"""The share of a lecture in which a student must take part to count as present."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "school",
        sa.Column("present_percent", sa.SmallInteger(), nullable=False, server_default="0"),
    )
