"""The tables of reports: when each is due, who writes it, and every version's files."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db.schema.columns import metadata, moment, of, own_id
from db.schema.types import Id

report_jobs = Table(
    "report_jobs",
    metadata,
    own_id(),
    Column("lecture_id", Id, ForeignKey("lectures.id"), nullable=False, unique=True),
    # Null: nothing to do now. Late data or an erasure makes it due again.
    moment("due_at", required=False),
    moment("claimed_at", required=False),
    Column("claimed_by", String(200)),
    Column("attempts", Integer, nullable=False),
    # The last number a version had: one that an erasure deleted is not given again.
    Column("versions", Integer, nullable=False, server_default="0"),
    moment("built_at", required=False),
    Column("fingerprint", String(200)),
    Column("error", Text),
    Index(None, "due_at"),
)

# The files are in the store, so that any web process can serve what the scheduler wrote.
reports = Table(
    "reports",
    metadata,
    own_id(),
    of("lecture_id", "lectures"),
    Column("version", Integer, nullable=False),
    moment("built_at"),
    Column("fingerprint", String(200), nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    UniqueConstraint("lecture_id", "version"),
)

report_tables = Table(
    "report_tables",
    metadata,
    Column("report_id", Id, ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("csv", LargeBinary, nullable=False),
)
