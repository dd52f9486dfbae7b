"""When a running lecture's policy was narrowed."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("lectures", sa.Column("narrowed_at", Moment, nullable=True))
