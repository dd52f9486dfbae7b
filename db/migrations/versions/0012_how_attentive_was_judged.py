"""How an observation's *attentive* was judged: by the head alone, or by the whole face."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "observations",
        sa.Column("attentive_rule", sa.SmallInteger(), nullable=False, server_default="1"),
    )
