"""The tables of rooms: who allowed a camera that sees many, and what it saw, as sums alone."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, String, Table

from db.schema.columns import metadata, moment, of, own_id, secret_hash
from db.schema.scales import ROOM_SUMS
from db.schema.types import Id

# A lecture has at most one open room at a time; what ended it is kept.
rooms = Table(
    "rooms",
    metadata,
    own_id(),
    secret_hash(),
    of("lecture_id", "lectures"),
    of("user_id", "users", required=False),
    moment("opened_at"),
    moment("closed_at", required=False),
    Column("reason", String(24)),
    Index(None, "lecture_id", "opened_at"),
)

# Only that this second is counted already: no face is stored by itself.
room_observations = Table(
    "room_observations",
    metadata,
    Column("lecture_id", Id, ForeignKey("lectures.id"), primary_key=True),
    own_id(),
    moment("captured_at"),
    moment("received_at"),
    Column("faces", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

room_buckets = Table(
    "room_buckets",
    metadata,
    Column("lecture_id", Id, ForeignKey("lectures.id"), primary_key=True),
    # Its start in epoch seconds, a multiple of contract.BUCKET_SECONDS.
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "model",
        String(48).with_variant(String(48, collation="C"), "postgresql"),
        primary_key=True,
    ),
    *[Column(name, BigInteger, nullable=False) for name in ROOM_SUMS],
    sqlite_with_rowid=False,
)
