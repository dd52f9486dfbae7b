"""A room's camera, from the teacher's side: allowed, stopped, and what stands in its way.

The pages, the API and the command line call the same functions with the actor who asks.
"""

from datetime import UTC, datetime
from math import isnan
from typing import cast
from uuid import UUID

from analytics.mood.room import room_figures as analyse
from contract.observations import Probabilities
from contract.room import RoomFacts, RoomLink, RoomState, RoomWindow
from db.engine.secrets import mint
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import queries, room_figures
from db.teaching import rooms
from db.teaching.rooms import RoomContext
from db.values import Lecture
from services import access
from services.access import Action, Actor, RoomActor, UserActor
from services.acting import lookup
from services.acting.access_log import record
from services.context import Services
from services.errors import ForbiddenError, InvalidError, NotSignedInError
from services.figures.inferred import inferred
from services.joining import facts
from services.live.compose import confusion_of


def allow(
    services: Services, actor: Actor, lecture_id: UUID | str, *, everybody_agreed: bool
) -> RoomLink:
    """Allow one camera to look at the whole lecture; the link to start it with is told once.

    Raises AccessError, UnknownObjectError, InvalidError without the teacher's word that everybody
    in view agreed, and db's ConflictError where a participant has not, fewer than five have, or the
    lecture has ended.
    """
    target = lookup.authorized_lecture(services, actor, Action.ALLOW_ROOM, lecture_id)
    if not everybody_agreed:
        raise InvalidError("A room is allowed only on your word that everybody in view has agreed.")
    secret = mint()
    user_id = actor.user.id if isinstance(actor, UserActor) else None
    lecture, _ = lookup.lecture(services, target.lecture_id)
    now = services.clock()

    def open_room(unit: UnitOfWork) -> RoomLink:
        room = rooms.allow(unit, target.lecture_id, secret, user_id=user_id, now=now)
        agreed = rooms.agreement(unit, target.lecture_id).agreed
        record(unit, actor, Action.ALLOW_ROOM, target.label, now, agreed=str(agreed))
        return RoomLink(room=room.id, link=link_of(lecture, secret), agreed=agreed)

    return together(services.store, open_room)


def link_of(lecture: Lecture, secret: str) -> str:
    """The path that a room's camera is started with; behind ``#``, so that no log has it."""
    return f"/join/{lecture.code}#room={secret}"


def stop(services: Services, actor: Actor, lecture_id: UUID | str) -> bool:
    """End a lecture's room; whether one was open."""
    target = lookup.authorized_lecture(services, actor, Action.STOP_ROOM, lecture_id)
    now = services.clock()

    def close_room(unit: UnitOfWork) -> bool:
        stopped = rooms.stop(unit, target.lecture_id, now)
        if stopped:
            record(unit, actor, Action.STOP_ROOM, target.label, now, reason=rooms.STOPPED)
        return stopped

    return together(services.store, close_room)


def state(services: Services, actor: Actor, lecture_id: UUID | str) -> RoomState:
    """Whether a room is allowed now, and who is in the way: numbers, no names."""
    target = lookup.authorized_lecture(services, actor, Action.STOP_ROOM, lecture_id)
    last = rooms.last_room(services.store, target.lecture_id)
    found = rooms.agreement(services.store, target.lecture_id)
    return RoomState(
        allowed=last is not None and last.open,
        since=last.opened_at if last is not None and last.open else None,
        stopped=None if last is None else last.reason,
        agreed=found.agreed,
        missing=found.missing,
        windows=() if last is None else windows(services, target.lecture_id, services.clock()),
    )


def windows(services: Services, lecture_id: UUID, now: datetime) -> tuple[RoomWindow, ...]:
    """What may be said of a lecture's room at ``now``, oldest first, on pages and in reports."""
    lecture, _ = lookup.lecture(services, lecture_id)
    columns = inferred(lecture, room_figures.room_columns(services.store, lecture_id))
    if not len(columns["bucket"]):
        return ()
    people = queries.participants(services.store, lecture_id)
    visible = len(access.rows_shown(lecture, people))
    found = analyse(
        columns,
        confusion_of(services.card),
        services.card.model_id,
        now=int(now.timestamp()),
        visible=visible,
        hidden=sum(map(access.counts, people)) - visible,
    )
    return tuple(
        RoomWindow(
            at=datetime.fromtimestamp(one.begins, UTC),
            faces=one.faces,
            shares=cast(Probabilities, tuple(max(0.0, float(share)) for share in one.shares)),
            attentive=None if isnan(one.attentive) else one.attentive,
        )
        for one in found
    )


def bearer(services: Services, secret: str) -> RoomContext:
    """The room of that secret, if its camera may look now.

    Raises NotSignedInError where there is no such room, ForbiddenError where it has ended or the
    policy takes nothing of the kind.
    """
    found = rooms.by_secret(services.store, secret)
    if found is None:
        raise NotSignedInError("This needs a room's secret, as Authorization: Bearer.")
    target = access.lecture_object(found.lecture, found.course)
    access.authorize(RoomActor(found.room.id, found.lecture.id), Action.SEND_ROOM, target)
    if not found.room.open:
        raise ForbiddenError(
            "The room is not allowed any more ({reason}): nothing is stored.",
            reason=found.room.reason,
        )
    return found


def connect(services: Services, context: RoomContext) -> RoomFacts:
    """What whoever starts the camera is told first; that it was started is recorded."""
    actor, now = RoomActor(context.room.id, context.lecture.id), services.clock()

    def start(unit: UnitOfWork) -> int:
        record(unit, actor, "start_room", f"lecture:{context.lecture.id}", now)
        return rooms.agreement(unit, context.lecture.id).agreed

    return RoomFacts(
        lecture=facts(context.lecture, context.course),
        policy=context.lecture.policy,
        agreed=together(services.store, start),
    )
