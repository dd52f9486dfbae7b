"""When the office turned somebody's second factor off, until they are told."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("users", sa.Column("factor_dropped_at", Moment, nullable=True))
