"""Rooms: the choice to be seen by one, who allowed it, and the sums of what it saw."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Id, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SUMS = (
    "observations",
    "faces",
    "attentive_count",
    "attentive_sum",
    "angry_sum",
    "disgust_sum",
    "fear_sum",
    "happy_sum",
    "sad_sum",
    "surprise_sum",
    "neutral_sum",
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    for table in ("participants", "consents"):
        # Who agreed before was never asked: that is a no.
        column: sa.Column[bool] = sa.Column(
            "choice_room", sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column(table, column)
    op.create_table(
        "rooms",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("closed_at", Moment, nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], "fk_rooms_lecture_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], "fk_rooms_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
        sa.UniqueConstraint("hash", name="uq_rooms_hash"),
    )
    op.create_index("ix_rooms_lecture_id_opened_at", "rooms", ["lecture_id", "opened_at"])
    op.create_table(
        "room_observations",
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("captured_at", Moment, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("faces", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], "fk_room_observations_lecture_id"),
        sa.PrimaryKeyConstraint("lecture_id", "id", name="pk_room_observations"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "room_buckets",
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "model",
            sa.String(length=48).with_variant(sa.String(48, collation="C"), "postgresql"),
            nullable=False,
        ),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in _SUMS],
        sa.ForeignKeyConstraint(["lecture_id"], ["lectures.id"], "fk_room_buckets_lecture_id"),
        sa.PrimaryKeyConstraint("lecture_id", "bucket", "model", name="pk_room_buckets"),
        sqlite_with_rowid=False,
    )
