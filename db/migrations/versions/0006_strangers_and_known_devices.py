"""Policies narrowed, passwords changed, second factors, and where own pages are open."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Id, Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("lectures", sa.Column("narrowed_at", Moment, nullable=True))
    op.add_column("users", sa.Column("password_changed_at", Moment, nullable=True))
    for name, value in (("password_changed_by_owner", sa.false()), ("password_told", sa.true())):
        column: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=value
        )
        op.add_column("users", column)
    op.create_table(
        "own_pages",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            "fk_own_pages_participant_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_own_pages"),
        sa.UniqueConstraint("hash", name="uq_own_pages_hash"),
    )
    op.create_table(
        "second_factors",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("sealed", sa.String(length=400), nullable=False),
        sa.Column("since", Moment, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], "fk_second_factors_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factors"),
    )
    for key in ("participant_id", "expires_at"):
        op.create_index(f"ix_own_pages_{key}", "own_pages", [key], unique=False)
