"""Sessions that tell their device, sign-ins from elsewhere, erasure requests, counted answers."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Id, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("web_sessions", sa.Column("device", sa.String(length=80), nullable=True))
    op.add_column("web_sessions", sa.Column("seen_at", Moment, nullable=True))
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("school_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], "fk_identities_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"], unique=False)
    op.create_table(
        "erasure_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("student_id", Id, nullable=True),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_requests"),
    )
    op.create_index(
        "ix_erasure_requests_answered_at", "erasure_requests", ["answered_at"], unique=False
    )
    op.create_index(
        "ix_erasure_requests_participant_id", "erasure_requests", ["participant_id"], unique=False
    )
    op.create_table(
        "pulse_spans",
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("begins", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], "fk_pulse_spans_lecture_id"),
        sa.PrimaryKeyConstraint("lecture_id", "begins", name="pk_pulse_spans"),
        sqlite_with_rowid=False,
    )
