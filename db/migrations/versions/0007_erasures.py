"""What was deleted for good, so that no backup brings it back, and how long the log is kept."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "erasures",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("overwritten_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("digest", "kind", "at", name="pk_erasures"),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "school", sa.Column("log_days", sa.Integer(), nullable=False, server_default="730")
    )
