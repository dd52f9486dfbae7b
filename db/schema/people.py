"""The tables of those who sign in, and of what they are asked: a part of ``db.schema.tables``."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    true,
)

from db.schema.columns import metadata, moment, of, own_id, secret_hash
from db.schema.types import Id, Moment

users = Table(
    "users",
    metadata,
    own_id(),
    Column("login", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(300)),
    Column("disabled", Boolean, nullable=False),
    moment("created_at"),
    # When the password became another one, whether its owner did it, and whether they were told.
    moment("password_changed_at", required=False),
    Column("password_changed_by_owner", Boolean, nullable=False, server_default=false()),
    Column("password_told", Boolean, nullable=False, server_default=true()),
    # When the office turned the second factor off, until its owner is told.
    moment("factor_dropped_at", required=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    own_id(),
    secret_hash(),
    of("user_id", "users", cascade=True),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", required=False),
    # What the browser said it is, in two words, and when it last asked: for its user's eyes.
    Column("device", String(80)),
    moment("seen_at", required=False),
    Index(None, "user_id"),
)

# What a user's authenticator shares with this server, sealed by a key that is not in the store.
second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", String(400), nullable=False),
    # Null: begun, but no code of it has been shown yet.
    moment("since", required=False),
    # The half minute of the last code that was taken: none is taken twice.
    Column("last_step", BigInteger, nullable=False),
)

# A browser in which a student's own page is open: the recovery link itself stays out of cookies.
own_pages = Table(
    "own_pages",
    metadata,
    own_id(),
    secret_hash(),
    of("participant_id", "participants", cascade=True),
    moment("created_at"),
    moment("expires_at"),
    Index(None, "participant_id"),
    Index(None, "expires_at"),
)

# The way in of a school that has no admin yet: whoever started the server is told the secret.
setup_links = Table(
    "setup_links",
    metadata,
    own_id(),
    secret_hash(),
    moment("created_at"),
    moment("expires_at"),
)

# Who a sign-in elsewhere (OpenID Connect) stands for: known by issuer and subject, never by e-mail.
identities = Table(
    "identities",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # The key by which rosters know this person, where the provider tells it.
    Column("school_key", String(200)),
    moment("created_at"),
    Index(None, "user_id"),
)

# No foreign keys: a request outlives what it asks to be deleted; its ids then name nobody.
erasure_requests = Table(
    "erasure_requests",
    metadata,
    own_id(),
    Column("participant_id", Id, nullable=False),
    Column("student_id", Id),
    Column("lecture_id", Id, nullable=False),
    moment("at"),
    moment("answered_at", required=False),
    Column("answered_by", Id),
    # "erased" or "declined", and what the student is told.
    Column("verdict", String(16)),
    Column("note", Text),
    Index(None, "answered_at"),
    Index(None, "participant_id"),
)

# What was deleted for good, so that no restored backup brings it back. Only keyed digests of ids:
# whoever holds this table, or the file beside the store that repeats it, learns nobody's.
erasures = Table(
    "erasures",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("key", LargeBinary(32), nullable=False),
    # When the tables were last written anew, so that no page of a file has traces of it.
    moment("overwritten_at", required=False),
    sqlite_with_rowid=False,
)
