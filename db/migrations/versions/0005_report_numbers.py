"""How many versions of a report were ever written, so that no number is given twice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column(
        "report_jobs", sa.Column("versions", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE report_jobs SET versions = COALESCE((SELECT MAX(version) FROM reports "
        "WHERE reports.lecture_id = report_jobs.lecture_id), 0)"
    )
