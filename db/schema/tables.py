"""The tables, as SQLAlchemy Core knows them; the migrations build the same and a test compares.

Numbers that are summed are integers (``db.schema.scales``), so that a sum does not depend on the
order in which its parts arrived, and SQL can recount it exactly.
"""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from contract.looks import LOOKS
from db.schema.columns import metadata as metadata
from db.schema.columns import moment, of, own_id, secret_hash
from db.schema.people import erasure_requests as erasure_requests
from db.schema.people import erasures as erasures
from db.schema.people import identities as identities
from db.schema.people import own_pages as own_pages
from db.schema.people import second_factors as second_factors
from db.schema.people import setup_links as setup_links
from db.schema.people import users as users
from db.schema.people import web_sessions as web_sessions
from db.schema.reports import report_jobs as report_jobs
from db.schema.reports import report_tables as report_tables
from db.schema.reports import reports as reports
from db.schema.rooms import room_buckets as room_buckets
from db.schema.rooms import room_observations as room_observations
from db.schema.rooms import rooms as rooms
from db.schema.scales import BUCKET_SUMS
from db.schema.types import Id

REVISION: Final = "0013"
"""The newest migration; numbered, so that an older or newer store can be told apart."""


def _choices() -> list[Column[Any]]:
    return [Column(f"choice_{name}", Boolean, nullable=False) for name in CHOICES]


CHOICES: Final = ("class_mood", "flags", "ask_first", "room")

school = Table(
    "school",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("policy", String(16)),
    Column("guardian_required", Boolean, nullable=False),
    Column("retention_days", Integer, nullable=False),
    # How long the access log is kept: at least as long as the data that it speaks of.
    Column("log_days", Integer, nullable=False, server_default="730"),
    Column("present_percent", SmallInteger, nullable=False, server_default="0"),
    Column("check_ins_per_hour", SmallInteger, nullable=False, server_default="3"),
    moment("changed_at"),
    CheckConstraint("id = 1", name="one_row"),
)

courses = Table(
    "courses",
    metadata,
    own_id(),
    Column("title", String(200), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("timezone", String(64), nullable=False),
    moment("created_at"),
    moment("archived_at", required=False),
)

course_teachers = Table(
    "course_teachers",
    metadata,
    Column("course_id", Id, ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "user_id"),
)

students = Table(
    "students",
    metadata,
    own_id(),
    of("course_id", "courses"),
    Column("name", String(200), nullable=False),
    Column("external_id", String(200)),
    Column("email", String(320)),
    moment("created_at"),
    # Taken off the roster; what is known of them stays until it is erased or too old.
    moment("left_at", required=False),
    UniqueConstraint("course_id", "external_id"),
)

lectures = Table(
    "lectures",
    metadata,
    own_id(),
    of("course_id", "courses"),
    Column("title", String(200), nullable=False),
    Column("code", String(6), nullable=False),
    # As it began, or as the school has narrowed it since.
    Column("policy", String(16), nullable=False),
    moment("started_at"),
    moment("ended_at", required=False),
    # What unverified students are hidden by (db.teaching.published_groups); null: not needed yet.
    Column("secret", BigInteger),
    moment("narrowed_at", required=False),
    Index(None, "course_id", "started_at"),
    Index(None, "code", "started_at"),
    Index(
        "uq_lectures_running_code",
        "code",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

personal_links = Table(
    "personal_links",
    metadata,
    own_id(),
    secret_hash(),
    of("student_id", "students", cascade=True),
    of("lecture_id", "lectures", required=False),
    moment("created_at"),
    moment("expires_at", required=False),
    moment("used_at", required=False),
    Index(None, "student_id"),
)

tickets = Table(
    "tickets",
    metadata,
    own_id(),
    secret_hash(),
    of("lecture_id", "lectures"),
    of("student_id", "students", required=False, cascade=True),
    of("link_id", "personal_links", required=False, cascade=True),
    Column("name", String(200), nullable=False),
    moment("expires_at"),
    moment("used_at", required=False),
    Index(None, "lecture_id"),
    Index(None, "student_id"),
)

participants = Table(
    "participants",
    metadata,
    own_id(),
    of("lecture_id", "lectures"),
    of("student_id", "students", required=False),
    Column("name", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("verified", Boolean, nullable=False),
    *_choices(),
    moment("joined_at"),
    moment("withdrawn_at", required=False),
    # One student is one participant of a lecture, however many devices; nulls do not collide.
    UniqueConstraint("lecture_id", "student_id"),
    Index(None, "student_id"),
)

consents = Table(
    "consents",
    metadata,
    own_id(),
    of("participant_id", "participants", cascade=True),
    Column("notice_version", String(40), nullable=False),
    *_choices(),
    Column("guardian", String(200)),
    moment("at"),
    moment("withdrawn_at", required=False),
    Index(None, "participant_id", "at"),
)

agent_tokens = Table(
    "agent_tokens",
    metadata,
    own_id(),
    secret_hash(),
    of("participant_id", "participants", cascade=True),
    moment("created_at"),
    moment("replaced_at", required=False),
    Index(None, "participant_id"),
)

recovery_links = Table(
    "recovery_links",
    metadata,
    own_id(),
    secret_hash(),
    of("participant_id", "participants", cascade=True),
    moment("created_at"),
    Index(None, "participant_id"),
)

# The key begins with the course, so that a school can be split by course, and ends with the
# UUIDv7, whose first 48 bits are the capture's time, so that PostgreSQL can later partition BY
# RANGE (id) without a new key: a partition key must be part of the primary key. The participant
# stands between them because a duplicate is judged within one participant: nobody can block, or
# probe for, another's id. There are no foreign keys here: db.measurements.ingest has just locked
# the participant's row in the same transaction, db.measurements.retention deletes explicitly, and a
# check per row would be paid on the one path that must be fast.
observations = Table(
    "observations",
    metadata,
    Column("course_id", Id, primary_key=True),
    Column("participant_id", Id, primary_key=True),
    own_id(),
    moment("captured_at"),
    moment("received_at"),
    Column("clock_offset_ms", BigInteger, nullable=False),
    Column("frames", SmallInteger, nullable=False),
    Column("face_share", SmallInteger, nullable=False),
    Column("faces", SmallInteger, nullable=False),
    *[Column(str(look), SmallInteger) for look in LOOKS],
    Column("attentive", SmallInteger),
    Column("attentive_rule", SmallInteger, nullable=False, server_default="1"),
    Column("yaw", SmallInteger),
    Column("pitch", SmallInteger),
    Column("roll", SmallInteger),
    Column("eyes_open", SmallInteger),
    Column("detection_score", SmallInteger),
    Column("model", String(48), nullable=False),
    # SQLite then keeps the rows in the key's order: one student's lecture lies together.
    sqlite_with_rowid=False,
)

buckets = Table(
    "buckets",
    metadata,
    Column("participant_id", Id, ForeignKey("participants.id"), primary_key=True),
    # Its start in epoch seconds, a multiple of contract.BUCKET_SECONDS.
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    # In byte order on both stores, so that readers get the same order from both.
    Column(
        "model",
        String(48).with_variant(String(48, collation="C"), "postgresql"),
        primary_key=True,
    ),
    *[Column(name, BigInteger, nullable=False) for name in BUCKET_SUMS],
    # When something was last added, epoch milliseconds: who has read the lecture before reads on.
    Column("changed", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("participant_id", Id, ForeignKey("participants.id"), primary_key=True),
    own_id(),
    moment("at"),
    Column("kind", String(24), nullable=False),
    Column("count", Integer, nullable=False),
    moment("received_at"),
    sqlite_with_rowid=False,
)

self_reports = Table(
    "pulses",
    metadata,
    own_id(),
    of("participant_id", "participants"),
    moment("at"),
    Column("mood", String(16), nullable=False),
    Index(None, "participant_id", "at"),
)

# What class figures have said of students' own answers: counted once, and then never again, so that
# no two counts differ by one student. A span holds a student's answer; ``answered`` 0: a span whose
# count is gone because one of its students took theirs back.
self_report_spans = Table(
    "pulse_spans",
    metadata,
    Column("lecture_id", Id, ForeignKey("lectures.id"), primary_key=True),
    # Epoch seconds; the end is not part of it.
    Column("begins", BigInteger, primary_key=True, autoincrement=False),
    Column("ends", BigInteger, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("counts", JSON, nullable=False),
    sqlite_with_rowid=False,
)

markers = Table(
    "markers",
    metadata,
    own_id(),
    of("lecture_id", "lectures"),
    moment("at"),
    Column("label", String(200), nullable=False),
    of("user_id", "users", required=False),
    Index(None, "lecture_id", "at"),
)

# A log that is only added to: a raise is a row here, what follows are rows of flag_events.
flags = Table(
    "flags",
    metadata,
    own_id(),
    of("lecture_id", "lectures"),
    of("participant_id", "participants"),
    Column("kind", String(16), nullable=False),
    moment("raised_at"),
    Column("evidence", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("participant_id", "kind", "raised_at"),
    Index(None, "lecture_id", "raised_at"),
)

flag_events = Table(
    "flag_events",
    metadata,
    own_id(),
    of("flag_id", "flags", cascade=True),
    moment("at"),
    Column("kind", String(16), nullable=False),
    of("user_id", "users", required=False),
    Column("note", Text),
    Index(None, "flag_id", "at"),
)

# Whom the small groups covered that class figures have shown, so that later ones are not subtracted
# from them; only added to. No foreign key to the participant: after an erasure a random id stands
# for them, lest the group that is left look like one that was never shown.
shown_members = Table(
    "shown_members",
    metadata,
    Column("lecture_id", Id, ForeignKey("lectures.id"), primary_key=True),
    # Of the group, in the order in which the lecture's groups were shown.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("participant_id", Id, primary_key=True),
    # The start of its window in epoch seconds.
    Column("begins", BigInteger, nullable=False),
    Column("observations", BigInteger, nullable=False),
    Index(None, "participant_id"),
    sqlite_with_rowid=False,
)

# No foreign keys: a record outlives what it speaks of; after an erasure its ids name nobody.
access_log = Table(
    "access_log",
    metadata,
    own_id(),
    moment("at"),
    Column("actor", String(80), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(200), nullable=False),
    Column("subject", Id),
    Column("detail", JSON, nullable=False),
    Index(None, "at"),
    Index(None, "subject"),
)
