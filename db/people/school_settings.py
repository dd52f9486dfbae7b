"""The school's own settings: its name, time zone and, above all, its policy."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from contract.policy import Policy
from db.engine.store import Store
from db.schema.tables import school as table
from db.values import School

UNSET = School(name="", timezone="UTC", policy=None)
"""What holds before anybody was asked."""


def school(store: Store) -> School:
    """The settings, or UNSET where nobody was asked yet."""
    with store.read() as connection:
        row = connection.execute(select(table)).first()
    if row is None:
        return UNSET
    return School(
        name=row.name,
        timezone=row.timezone,
        policy=None if row.policy is None else Policy(row.policy),
        guardian_required=row.guardian_required,
        retention_days=row.retention_days,
        log_days=row.log_days,
        present_percent=row.present_percent,
        check_ins_per_hour=row.check_ins_per_hour,
    )


def set_school(store: Store, school: School, now: datetime) -> None:
    """Replace the settings."""

    def work(connection: Connection) -> None:
        connection.execute(delete(table))
        connection.execute(
            insert(table).values(
                id=1,
                name=school.name,
                timezone=school.timezone,
                policy=school.policy,
                guardian_required=school.guardian_required,
                retention_days=school.retention_days,
                log_days=school.log_days,
                present_percent=school.present_percent,
                check_ins_per_hour=school.check_ins_per_hour,
                changed_at=now,
            )
        )

    store.write(work)
