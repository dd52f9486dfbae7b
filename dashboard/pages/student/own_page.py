"""`/me` for whoever asks: the page of the student whose link this browser has opened."""

from typing import Any

from dashboard.pages.student import me
from services.access import Nobody, ParticipantActor
from services.context import Services
from services.reading import own


def page(services: Services, student: ParticipantActor | Nobody) -> Any:
    """A student's own page."""
    if not isinstance(student, ParticipantActor):
        return me.stranger()
    return me.layout(*own.page(services, student))
