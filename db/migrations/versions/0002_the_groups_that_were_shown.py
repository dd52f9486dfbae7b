"""The small groups that class figures have shown."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "shown_members",
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("observations", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], "fk_shown_members_lecture_id"),
        sa.PrimaryKeyConstraint("lecture_id", "number", "participant_id", name="pk_shown_members"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_shown_members_participant_id", "shown_members", ["participant_id"], unique=False
    )
