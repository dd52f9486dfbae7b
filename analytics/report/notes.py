"""Notes: what must be said of how a report's figures were made and of what they cannot say.

Which of them hold follows from the policy; the sentences belong to whoever knows the reader.
"""

from enum import StrEnum
from typing import Final

from contract.policy import Policy


class Note(StrEnum):
    """One thing that a reader must know."""

    ONE_VOTE = "one_vote"
    ADJUSTED = "adjusted"
    RANGE = "range"
    ATTENTIVE = "attentive"
    TOTALS = "totals"
    CHECK_INS = "check_ins"
    NOT_SHOWN = "not_shown"
    SMALL_GROUPS = "small_groups"
    NOTHING_INFERRED = "nothing_inferred"
    NOT_A_FEELING = "not_a_feeling"
    ASK_FIRST = "ask_first"
    MODEL_ERRS = "model_errs"
    ONLY_SEEN = "only_seen"
    NO_GRADES = "no_grades"


_METHOD: Final = (Note.ONE_VOTE, Note.ADJUSTED, Note.RANGE, Note.ATTENTIVE, Note.TOTALS)
_INDIVIDUAL: Final = (Note.CHECK_INS, Note.NOT_SHOWN)
_AGGREGATE: Final = (Note.SMALL_GROUPS,)
_LIMITS: Final = (
    Note.NOT_A_FEELING,
    Note.ASK_FIRST,
    Note.MODEL_ERRS,
    Note.ONLY_SEEN,
    Note.NO_GRADES,
)


def method_for(policy: Policy) -> tuple[Note, ...]:
    """How the figures were made under ``policy``."""
    if policy is Policy.SELF_REPORT:
        return (Note.NOTHING_INFERRED,)
    return _METHOD + (_INDIVIDUAL if policy is Policy.INDIVIDUAL else _AGGREGATE)


def limits_for(policy: Policy) -> tuple[Note, ...]:
    """What the figures cannot say."""
    return () if policy is Policy.SELF_REPORT else _LIMITS
