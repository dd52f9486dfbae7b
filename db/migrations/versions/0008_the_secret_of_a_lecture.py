"""A lecture's secret, by which the figures of students whom nobody vouches for are moved."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("lectures", sa.Column("secret", sa.BigInteger(), nullable=True))
