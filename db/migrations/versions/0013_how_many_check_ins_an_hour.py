"""How many check-ins a teacher is given an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "school",
        sa.Column("check_ins_per_hour", sa.SmallInteger(), nullable=False, server_default="3"),
    )
