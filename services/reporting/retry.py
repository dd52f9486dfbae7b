"""Have a report that was given up written once more."""

from uuid import UUID

from db.teaching import reports
from services.access import Action, Actor
from services.acting import access_log, lookup
from services.context import Services


def retry(services: Services, actor: Actor, lecture_id: UUID) -> None:
    """Make the report of ``lecture_id`` due now, with all its attempts before it.

    Raises UnknownObjectError where there is no such lecture, AccessError where ``actor`` may not
    have its report.
    """
    lookup.authorized_lecture(services, actor, Action.DOWNLOAD_REPORT, lecture_id)
    access_log.recorded(
        services,
        actor,
        "retry_report",
        f"lecture:{lecture_id}",
        lambda unit, now: reports.enqueue(unit, lecture_id, now),
    )
