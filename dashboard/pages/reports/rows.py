"""From the reports that somebody may read to the rows of the page that lists them."""

from dashboard.pages.reports.page import Row, Shown
from dashboard.reports.change_points import told_change_points
from services.access import Actor
from services.context import Services
from services.reading import lectures


def shown_reports(
    services: Services, actor: Actor, wanted: lectures.Wanted = lectures.EVERY
) -> Shown:
    """A page of the reports that ``actor`` may read."""
    found = lectures.reports(services, actor, wanted)
    return Shown([_row(one) for one in found.rows], found.total, found.page, found.pages)


def _row(found: lectures.Readable) -> Row:
    one = found.shelved
    return Row(
        one.lecture,
        one.course,
        one.report,
        one.job,
        found.students,
        told_change_points(one.moments) if one.moments else (),
    )
