"""Erasing a student: on an admin's or operator's word, or because the student asked for it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from contract.errors import rule_text
from db.engine.store import Store
from db.engine.unit_of_work import UnitOfWork, together
from db.errors import NotFoundError
from db.measurements import retention
from db.measurements.removal import Removal
from db.people import courses, erasure_requests
from db.values import ErasureRequest
from services import access
from services.access import SCHOOL, Action, Actor, UserActor
from services.acting.access_log import record
from services.acting.typed import required
from services.context import Services
from services.errors import RefusedError, UnknownObjectError

_REASON: Final = rule_text("A reason must have 1 to {longest} letters, but this has {given}.")


def erase(services: Services, actor: Actor, student_or_participant: UUID) -> Removal:
    """Delete all that is known of a rostered student, or of one participant of one lecture.

    The reports they were in are deleted and written anew. Raises db's NotFoundError.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    # Recorded by the store itself, in the transaction that deletes.
    return _remove(services.store, student_or_participant, services.clock(), actor)


def erase_all(services: Services, actor: Actor, known_as: Sequence[UUID]) -> Removal:
    """Delete all that is known of one person, who is several students or participants; or nothing.

    Raises db's NotFoundError where all of them are gone already.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    now = services.clock()

    def remove(unit: UnitOfWork) -> Removal:
        gone = []
        for one in known_as:
            # A student is erased from every roster at once, and so may be gone by now.
            with suppress(NotFoundError):
                gone.append(_remove(unit, one, now, actor))
        if not gone:
            raise NotFoundError("There is no student {given}.", given=known_as[0])
        return Removal(
            participants=sum(one.participants for one in gone),
            observations=sum(one.observations for one in gone),
            lectures=tuple({lecture: None for one in gone for lecture in one.lectures}),
        )

    return together(services.store, remove)


def grant(services: Services, actor: Actor, request_id: UUID) -> ErasureRequest:
    """Do what a student asked for: erase them from the roster and every lecture.

    Of a student on no roster, the one lecture they asked from.
    """
    access.authorize(actor, Action.ERASE, SCHOOL)
    asked = _request(services, request_id)
    return _answered(services, actor, asked, erasure_requests.ERASED, None)


def decline(services: Services, actor: Actor, request_id: UUID, reason: str) -> ErasureRequest:
    """Answer a student's wish with a no, and the reason that they are told."""
    access.authorize(actor, Action.ERASE, SCHOOL)
    asked = _request(services, request_id)
    return _answered(services, actor, asked, erasure_requests.DECLINED, required(reason, _REASON))


def _remove(store: Store, identifier: UUID, now: datetime, actor: Actor) -> Removal:
    rostered = courses.student(store, identifier) is not None
    remove = retention.erase_student if rostered else retention.erase_participant
    return remove(store, identifier, now=now, actor=actor.name)


def _request(services: Services, request_id: UUID) -> ErasureRequest:
    found = erasure_requests.request(services.store, request_id)
    if found is None:
        raise UnknownObjectError("There is no erasure request {given}.", given=request_id)
    if found.verdict is not None:
        raise RefusedError("This request was answered already.")
    return found


def _answered(
    services: Services, actor: Actor, asked: ErasureRequest, verdict: str, note: str | None
) -> ErasureRequest:
    """The request answered and, where that is what was asked, the student erased, or neither."""
    by = actor.user.id if isinstance(actor, UserActor) else None

    now = services.clock()

    def answer(unit: UnitOfWork) -> ErasureRequest:
        if verdict == erasure_requests.ERASED:
            # Gone already: then there is nothing left to erase.
            with suppress(NotFoundError):
                _remove(unit, asked.student_id or asked.participant_id, now, actor)
        answered = erasure_requests.answer(
            unit, asked.id, verdict=verdict, note=note, user_id=by, now=now
        )
        # Of somebody erased the request has but the pseudonym by now.
        record(
            unit,
            actor,
            Action.ERASE,
            f"erasure_request:{asked.id}",
            now,
            subject=answered.participant_id,
            verdict=verdict,
        )
        return answered

    return together(services.store, answer)
