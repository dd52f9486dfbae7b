"""The first tables."""

import sqlalchemy as sa
from alembic import op

from db.schema.types import Id, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


LOOKS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
SUMS = [
    "observations",
    "face_observations",
    "frames",
    "face_share_sum",
    "attentive_count",
    "attentive_sum",
    "attention_count",
    "yaw_sum",
    "pitch_sum",
    "eyes_open_sum",
    *(f"{look}_sum" for look in LOOKS),
]


def _points(table: str, column: str, at: str, *, cascade: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{at}.id"], f"fk_{table}_{column}", ondelete="CASCADE" if cascade else None
    )


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "access_log",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("subject", Id, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_at", "access_log", ["at"], unique=False)
    op.create_index("ix_access_log_subject", "access_log", ["subject"], unique=False)

    op.create_table(
        "courses",
        sa.Column("id", Id, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_courses"),
    )
    op.create_table(
        "observations",
        sa.Column("course_id", Id, nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("captured_at", Moment, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("frames", sa.SmallInteger(), nullable=False),
        sa.Column("face_share", sa.SmallInteger(), nullable=False),
        sa.Column("faces", sa.SmallInteger(), nullable=False),
        *[sa.Column(name, sa.SmallInteger(), nullable=True) for name in LOOKS],
        sa.Column("attentive", sa.SmallInteger(), nullable=True),
        sa.Column("yaw", sa.SmallInteger(), nullable=True),
        sa.Column("pitch", sa.SmallInteger(), nullable=True),
        sa.Column("roll", sa.SmallInteger(), nullable=True),
        sa.Column("eyes_open", sa.SmallInteger(), nullable=True),
        sa.Column("detection_score", sa.SmallInteger(), nullable=True),
        sa.Column("model", sa.String(length=48), nullable=False),
        sa.PrimaryKeyConstraint("course_id", "participant_id", "id", name="pk_observations"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "school",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=True),
        sa.Column("guardian_required", sa.Boolean(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.CheckConstraint("id = 1", name="ck_school_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_school"),
    )
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("login", name="uq_users_login"),
    )
    op.create_table(
        "course_teachers",
        sa.Column("course_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        _points("course_teachers", "course_id", "courses", cascade=True),
        _points("course_teachers", "user_id", "users", cascade=True),
        sa.PrimaryKeyConstraint("course_id", "user_id", name="pk_course_teachers"),
    )
    op.create_index("ix_course_teachers_user_id", "course_teachers", ["user_id"], unique=False)

    op.create_table(
        "lectures",
        sa.Column("id", Id, nullable=False),
        sa.Column("course_id", Id, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        _points("lectures", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name="pk_lectures"),
    )
    op.create_index("ix_lectures_code_started_at", "lectures", ["code", "started_at"], unique=False)
    op.create_index(
        "ix_lectures_course_id_started_at", "lectures", ["course_id", "started_at"], unique=False
    )
    op.create_index(
        "uq_lectures_running_code",
        "lectures",
        ["code"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "students",
        sa.Column("id", Id, nullable=False),
        sa.Column("course_id", Id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        _points("students", "course_id", "courses"),
        sa.PrimaryKeyConstraint("id", name="pk_students"),
        sa.UniqueConstraint("course_id", "external_id", name="uq_students_course_id_external_id"),
    )
    op.create_table(
        "web_sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        _points("web_sessions", "user_id", "users", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_web_sessions"),
        sa.UniqueConstraint("hash", name="uq_web_sessions_hash"),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"], unique=False)

    op.create_table(
        "markers",
        sa.Column("id", Id, nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        _points("markers", "lecture_id", "lectures"),
        _points("markers", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_markers"),
    )
    op.create_index("ix_markers_lecture_id_at", "markers", ["lecture_id", "at"], unique=False)

    op.create_table(
        "participants",
        sa.Column("id", Id, nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("student_id", Id, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("choice_class_mood", sa.Boolean(), nullable=False),
        sa.Column("choice_flags", sa.Boolean(), nullable=False),
        sa.Column("choice_ask_first", sa.Boolean(), nullable=False),
        sa.Column("joined_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        _points("participants", "lecture_id", "lectures"),
        _points("participants", "student_id", "students"),
        sa.PrimaryKeyConstraint("id", name="pk_participants"),
        sa.UniqueConstraint(
            "lecture_id", "student_id", name="uq_participants_lecture_id_student_id"
        ),
    )
    op.create_index("ix_participants_student_id", "participants", ["student_id"], unique=False)

    op.create_table(
        "personal_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("student_id", Id, nullable=False),
        sa.Column("lecture_id", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=True),
        sa.Column("used_at", Moment, nullable=True),
        _points("personal_links", "lecture_id", "lectures"),
        _points("personal_links", "student_id", "students", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_personal_links"),
        sa.UniqueConstraint("hash", name="uq_personal_links_hash"),
    )
    op.create_index("ix_personal_links_student_id", "personal_links", ["student_id"], unique=False)

    op.create_table(
        "report_jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("due_at", Moment, nullable=True),
        sa.Column("claimed_at", Moment, nullable=True),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("built_at", Moment, nullable=True),
        sa.Column("fingerprint", sa.String(length=200), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        _points("report_jobs", "lecture_id", "lectures"),
        sa.PrimaryKeyConstraint("id", name="pk_report_jobs"),
        sa.UniqueConstraint("lecture_id", name="uq_report_jobs_lecture_id"),
    )
    op.create_index("ix_report_jobs_due_at", "report_jobs", ["due_at"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", Id, nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("built_at", Moment, nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        _points("reports", "lecture_id", "lectures"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("lecture_id", "version", name="uq_reports_lecture_id_version"),
    )
    op.create_table(
        "agent_tokens",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("replaced_at", Moment, nullable=True),
        _points("agent_tokens", "participant_id", "participants", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent_tokens"),
        sa.UniqueConstraint("hash", name="uq_agent_tokens_hash"),
    )
    op.create_index(
        "ix_agent_tokens_participant_id", "agent_tokens", ["participant_id"], unique=False
    )

    op.create_table(
        "buckets",
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "model",
            sa.String(length=48).with_variant(sa.String(length=48, collation="C"), "postgresql"),
            nullable=False,
        ),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS],
        sa.Column("changed", sa.BigInteger(), nullable=False),
        _points("buckets", "participant_id", "participants"),
        sa.PrimaryKeyConstraint("participant_id", "bucket", "model", name="pk_buckets"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consents",
        sa.Column("id", Id, nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("notice_version", sa.String(length=40), nullable=False),
        sa.Column("choice_class_mood", sa.Boolean(), nullable=False),
        sa.Column("choice_flags", sa.Boolean(), nullable=False),
        sa.Column("choice_ask_first", sa.Boolean(), nullable=False),
        sa.Column("guardian", sa.String(length=200), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        _points("consents", "participant_id", "participants", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index(
        "ix_consents_participant_id_at", "consents", ["participant_id", "at"], unique=False
    )

    op.create_table(
        "events",
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        _points("events", "participant_id", "participants"),
        sa.PrimaryKeyConstraint("participant_id", "id", name="pk_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "flags",
        sa.Column("id", Id, nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("raised_at", Moment, nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _points("flags", "lecture_id", "lectures"),
        _points("flags", "participant_id", "participants"),
        sa.PrimaryKeyConstraint("id", name="pk_flags"),
        sa.UniqueConstraint(
            "participant_id", "kind", "raised_at", name="uq_flags_participant_id_kind_raised_at"
        ),
    )
    op.create_index(
        "ix_flags_lecture_id_raised_at", "flags", ["lecture_id", "raised_at"], unique=False
    )

    op.create_table(
        "pulses",
        sa.Column("id", Id, nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("mood", sa.String(length=16), nullable=False),
        _points("pulses", "participant_id", "participants"),
        sa.PrimaryKeyConstraint("id", name="pk_pulses"),
    )
    op.create_index("ix_pulses_participant_id_at", "pulses", ["participant_id", "at"], unique=False)

    op.create_table(
        "recovery_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant_id", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        _points("recovery_links", "participant_id", "participants", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_links"),
        sa.UniqueConstraint("hash", name="uq_recovery_links_hash"),
    )
    op.create_index(
        "ix_recovery_links_participant_id", "recovery_links", ["participant_id"], unique=False
    )

    op.create_table(
        "report_tables",
        sa.Column("report_id", Id, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("csv", sa.LargeBinary(), nullable=False),
        _points("report_tables", "report_id", "reports", cascade=True),
        sa.PrimaryKeyConstraint("report_id", "name", name="pk_report_tables"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("lecture_id", Id, nullable=False),
        sa.Column("student_id", Id, nullable=True),
        sa.Column("link_id", Id, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        _points("tickets", "lecture_id", "lectures"),
        _points("tickets", "link_id", "personal_links", cascade=True),
        _points("tickets", "student_id", "students", cascade=True),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("hash", name="uq_tickets_hash"),
    )
    op.create_index("ix_tickets_lecture_id", "tickets", ["lecture_id"], unique=False)
    op.create_index("ix_tickets_student_id", "tickets", ["student_id"], unique=False)

    op.create_table(
        "flag_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("flag_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _points("flag_events", "flag_id", "flags", cascade=True),
        _points("flag_events", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_flag_events"),
    )
    op.create_index("ix_flag_events_flag_id_at", "flag_events", ["flag_id", "at"], unique=False)
