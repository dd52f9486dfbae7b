"""One's own data: everything stored about a participant, theirs to see, delete and withdraw."""

from uuid import UUID

from flask import Blueprint, Response, request

from contract.exchange import Deleted
from dashboard.api.answers import (
    OwnConsent,
    OwnData,
    OwnEvent,
    OwnFlag,
    OwnObservation,
    OwnPulse,
)
from dashboard.api.bearer import agent
from dashboard.api.operations import answer, nothing, operation
from dashboard.auth import signin
from dashboard.http.web import current_services
from dashboard.i18n.flag_words import reason_of
from db.values import ObservationRow
from services import my_data
from services.access import ParticipantActor
from services.errors import InvalidError, NotSignedInError
from services.joining import facts
from services.reading import own
from services.receiving.batches import actor_of

blueprint = Blueprint("me", __name__)

PAGE_ROWS = 1000


def _me() -> ParticipantActor:
    """The student who asks, by the agent's token or the own page's session."""
    if request.headers.get("Authorization"):
        return actor_of(agent())
    found = signin.current_participant()
    if not isinstance(found, ParticipantActor):
        raise NotSignedInError("This needs the agent's token or your own link.")
    return found


@blueprint.get("/me/observations")
@operation(
    summary="Everything stored about oneself; observations in pages",
    answer=OwnData,
    errors=(401, 422, 429, 503),
    bearer=True,
    query=(("after", "id of the last observation of the page before"),),
)
def view_own() -> Response:
    """``GET /me/observations``."""
    found = own.rows(current_services(), _me(), most=PAGE_ROWS, after=_after())
    return answer(told(found))


def _after() -> UUID | None:
    given = request.args.get("after")
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError as error:
        raise InvalidError(
            "after must be an observation's id, but is {given}.", given=repr(given[:40])
        ) from error


def told(found: own.Rows) -> OwnData:
    """All that is stored about a student in one lecture, as it is handed out."""
    participant = found.participant
    return OwnData(
        participant=participant.id,
        name=participant.name,
        status=participant.status,
        verified=participant.verified,
        lecture=facts(found.lecture, found.course),
        policy=found.lecture.policy,
        choices=participant.choices,
        consents=tuple(
            OwnConsent(
                notice_version=one.notice_version,
                choices=one.choices,
                guardian=one.guardian,
                at=one.at,
                withdrawn_at=one.withdrawn_at,
            )
            for one in found.consents
        ),
        events=tuple(
            OwnEvent(id=one.id, at=one.at, kind=one.kind, count=one.count) for one in found.events
        ),
        pulses=tuple(OwnPulse(id=one.id, at=one.at, mood=one.mood) for one in found.self_reports),
        flags=tuple(
            OwnFlag(
                id=one.id,
                kind=one.kind,
                raised_at=one.raised_at,
                reason=reason_of(one),
                outcome=one.outcome,
            )
            for one in found.flags
        ),
        observations=tuple(map(_own, found.observations)),
        next=found.observations[-1].id if found.more else None,
    )


def _own(row: ObservationRow) -> OwnObservation:
    return OwnObservation(**{name: getattr(row, name) for name in OwnObservation.model_fields})


@blueprint.delete("/me/observations")
@operation(
    summary="Delete all that was measured of oneself; the agreement stays",
    answer=Deleted,
    errors=(401, 403, 429, 503),
    bearer=True,
)
def erase_own() -> Response:
    """``DELETE /me/observations``."""
    actor = _me()
    removal = my_data.erase(current_services(), actor, actor.participant_id)
    return answer(Deleted(observations=removal.observations))


@blueprint.delete("/consents/me")
@operation(
    summary="Take the agreement back: what was measured is deleted, nothing more is accepted, and "
    "the agent empties its outbox",
    status=204,
    errors=(401, 429, 503),
    bearer=True,
)
def withdraw() -> Response:
    """``DELETE /consents/me``. Doing it again changes nothing."""
    actor = _me()
    my_data.withdraw(current_services(), actor, actor.participant_id)
    return nothing()
