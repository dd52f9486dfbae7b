"""The flag log between the store, which keeps it, and ``analytics``, which has its rules."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from analytics.flags import answered, asking
from analytics.flags.answered import InLife
from analytics.flags.budget import Budget
from analytics.flags.check_ins import Dismissal
from analytics.flags.log import LoggedFlag, evidence_of
from db.engine.store import Store
from db.people import school_settings
from db.teaching import flags
from db.values import FlagOutcome, FlagRow, Lecture, Participant, ParticipantStatus

WRONG: Final = "wrong"
"""The note of a check-in that the teacher says should not have been suggested."""


def open_question(store: Store, participant: Participant, lecture: Lecture) -> FlagRow | None:
    """The newest flag of which this student is asked privately now, if they chose to be."""
    if not _asks(participant, lecture):
        return None
    return question_among(flags.flags_about(store, participant.id), participant, lecture)


def question_among(
    about: Sequence[FlagRow], participant: Participant, lecture: Lecture
) -> FlagRow | None:
    """The same of the flags ``about`` this student, as they were read."""
    waiting = [
        flag
        for flag in about
        if asking.waits(
            asked=flag.asked_at is not None, answer=flag.answer, stands=flag.cleared_at is None
        )
    ]
    return waiting[-1] if waiting and _asks(participant, lecture) else None


def _asks(participant: Participant, lecture: Lecture) -> bool:
    admitted = participant.status is ParticipantStatus.ADMITTED
    return participant.choices.ask_first and admitted and lecture.running


def dismissals(log: Sequence[FlagRow]) -> list[Dismissal]:
    """What closes an episode and brings quiet: what teachers answered, and each student's no."""
    answers = [
        asking.Answer(flag.participant_id, flag.kind, _epoch(flag.answered_at), flag.answer)
        for flag in log
        if flag.answer is not None and flag.answered_at is not None
    ]
    return asking.dismissals(answers) + [
        Dismissal(flag.participant_id, flag.kind, _epoch(flag.outcome_at))
        for flag in log
        if flag.outcome_at is not None
    ]


def budget(store: Store) -> Budget:
    """How many check-ins a teacher is given, as the school has set it."""
    return Budget(school_settings.school(store).check_ins_per_hour)


def asked_first(shown: Mapping[Any, Participant]) -> frozenset[Hashable]:
    """Those ``shown`` who are asked first, of whom nothing is the teacher's before their *yes*."""
    return frozenset(key for key, person in shown.items() if person.choices.ask_first)


def in_life(store: Store, course_id: UUID) -> InLife | None:
    """How often the course's check-ins were right, once there are enough answers.

    Only of what its teachers were told: their own answers, and wishes that show a check-in.
    """
    return answered.in_life(
        answered.Outcome(_right(flag), wished=flag.answer is True)
        for flag in flags.flags_of_course(store, course_id)
    )


def _right(flag: FlagRow) -> bool | None:
    if flag.outcome is FlagOutcome.CHECKED_IN:
        return True
    return False if flag.outcome_note == WRONG else None


def logged(flag: FlagRow) -> LoggedFlag:
    """A row of the log as ``analytics`` takes it."""
    outcome = None
    if flag.outcome is not None:
        outcome = flag.outcome_note or flag.outcome.value
    return LoggedFlag(
        participant=flag.participant_id,
        kind=flag.kind,
        raised_at=_epoch(flag.raised_at),
        cleared_at=None if flag.cleared_at is None else _epoch(flag.cleared_at),
        evidence=evidence_of(flag.evidence),
        reason=flag.reason,
        said_yes=flag.answer is True,
        outcome=outcome,
    )


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
