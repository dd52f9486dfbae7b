"""What students do with their own data and in their own name; judged and recorded.

They say how it goes, answer a private question, choose anew, take the agreement back, delete, and
ask the school to delete the rest.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contract.exchange import PulseMood
from contract.languages import Language
from contract.notice import version_in
from contract.policy import CourseMode, Policy
from db.engine.secrets import mint
from db.engine.unit_of_work import UnitOfWork, together
from db.measurements import ingest, retention
from db.measurements.removal import Removal
from db.people import consents, erasure_requests
from db.teaching import flags
from db.values import ErasureRequest, Participant
from services import access
from services.access import Action, Actor, ParticipantObject
from services.acting import lookup
from services.acting.access_log import record, recorded
from services.context import Services
from services.errors import RefusedError, UnknownObjectError


def say(services: Services, actor: Actor, participant_id: UUID, mood: PulseMood) -> None:
    """A self-report: how it goes, in a word.

    Raises ForbiddenError where the student has left or was refused, RefusedError where the lecture
    has ended.
    """
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.ANSWER_PULSE, target)
    participant, lecture, _ = lookup.participant(services, participant_id)
    access.require_taking_part(participant)
    if not lecture.running:
        raise RefusedError("The lecture has ended; nothing more is asked.")
    ingest.ingest_self_report(services.store, participant_id, mood, services.clock())


def answer(
    services: Services, actor: Actor, participant_id: UUID, flag_id: UUID, yes: bool
) -> None:
    """The answer to a private question. UnknownObjectError where this student was not asked it."""
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.ANSWER_PULSE, target)
    access.require_taking_part(lookup.participant(services, participant_id)[0])
    flag = flags.flag(services.store, flag_id)
    if flag is None or flag.participant_id != participant_id or not flag.asked_at:
        raise UnknownObjectError("There is no question {flag_id} to you.", flag_id=flag_id)
    flags.answer(services.store, flag.id, yes, services.clock())


def choose(
    services: Services,
    actor: Actor,
    participant_id: UUID,
    *,
    flags: bool,
    ask_first: bool,
    language: Language,
) -> Participant:
    """Choose anew what the teacher may see of oneself; what counts in class figures stays.

    Raises RefusedError where the school's policy or the course never shows one student anyway.
    """
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.CHOOSE, target)
    if not may_be_shown(target):
        raise RefusedError("In this lecture no student is ever shown, so there is no such choice.")
    return _chosen(
        services, actor, target, {"flags": flags, "ask_first": flags and ask_first}, language
    )


def choose_room(
    services: Services, actor: Actor, participant_id: UUID, *, agreed: bool, language: Language
) -> Participant:
    """Choose anew whether a camera of the room may see oneself; a no ends one that looks.

    Raises RefusedError where the school's policy lets no room be looked at.
    """
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.CHOOSE, target)
    if not may_be_in_a_room(target):
        raise RefusedError("In this lecture no camera looks at the room.")
    return _chosen(services, actor, target, {"room": agreed}, language)


def _chosen(
    services: Services,
    actor: Actor,
    target: ParticipantObject,
    anew: Mapping[str, bool],
    language: Language,
) -> Participant:
    """Keep what was chosen anew, in the language it was read in; other choices stay."""
    before = lookup.participant(services, target.participant_id)[0].choices
    chosen, version = before.model_copy(update=dict(anew)), version_in(language)
    who = target.participant_id

    def change(unit: UnitOfWork, now: datetime) -> Participant:
        return consents.change_choices(unit, who, chosen, notice_version=version, now=now)

    label = _lecture(target)
    return recorded(services, actor, Action.CHOOSE, label, change, subject=who, **anew)


def may_be_shown(target: ParticipantObject) -> bool:
    """Whether policy and course leave it to the student if the teacher sees them."""
    return target.policy is Policy.INDIVIDUAL and target.mode is not CourseMode.ANONYMOUS


def may_be_in_a_room(target: ParticipantObject) -> bool:
    """Whether the policy lets a camera look at the room, if everybody chose it."""
    return target.policy is not Policy.SELF_REPORT


def withdraw(services: Services, actor: Actor, participant_id: UUID) -> Participant:
    """Take the agreement back: nothing more is accepted, and what was measured is deleted.

    That there was an agreement stays. Doing it again changes nothing.
    """
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.WITHDRAW, target)
    now = services.clock()

    def leave(unit: UnitOfWork) -> Participant:
        before = consents.participant(unit, participant_id)
        after = consents.withdraw(unit, participant_id, now)
        if before is not None and before.withdrawn_at is None:
            retention.take_back(unit, participant_id, now)
            record(unit, actor, Action.WITHDRAW, _lecture(target), now, subject=participant_id)
        return after

    return together(services.store, leave)


def erase(services: Services, actor: Actor, participant_id: UUID) -> Removal:
    """Delete all that was measured of oneself in one lecture; the agreement stays."""
    access.authorize(actor, Action.ERASE_OWN, lookup.participant_target(services, participant_id))
    return retention.delete_observations(
        services.store, participant_id, now=services.clock(), actor=actor.name
    )


def ask_to_be_erased(services: Services, actor: Actor, participant_id: UUID) -> ErasureRequest:
    """Ask the school to delete all that it has of oneself, in every lecture and on the roster."""
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.ERASE_OWN, target)
    return recorded(
        services,
        actor,
        Action.ERASE_OWN,
        _lecture(target),
        lambda unit, now: erasure_requests.ask(unit, participant_id, now),
        subject=participant_id,
        asked="all",
    )


def new_link(services: Services, actor: Actor, participant_id: UUID) -> str:
    """A new secret for one's own page, told once; those before open nothing any more."""
    target = lookup.participant_target(services, participant_id)
    access.authorize(actor, Action.VIEW_OWN, target)
    secret = mint()
    recorded(
        services,
        actor,
        Action.VIEW_OWN,
        _lecture(target),
        lambda unit, now: consents.renew_recovery(unit, participant_id, secret, now),
        subject=participant_id,
        did="new_link",
    )
    return secret


def _lecture(target: ParticipantObject) -> str:
    """How the log names the lecture of one's own data."""
    return f"lecture:{target.lecture_id}"
