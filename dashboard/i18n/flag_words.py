"""Why a check-in is suggested, in the reader's language, from the numbers that the log keeps."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from analytics.flags.evidence import Clause, Evidence
from analytics.flags.log import evidence_of
from contract.flags import FlagKind
from dashboard import i18n
from dashboard.i18n import mark, text, wording
from db.values import FlagRow

_WHY: Final[Mapping[tuple[FlagKind, Clause], str]] = {
    (FlagKind.SAD, Clause.RECENT): mark(
        "Looked sad {share} of the last {span}, seen {seen} of the time."
    ),
    (FlagKind.SAD, Clause.ALL_LECTURE): mark(
        "Looked sad {share} of the lecture so far ({span}), seen {seen} of the time."
    ),
    (FlagKind.DISENGAGED, Clause.RECENT): mark(
        "Looked disengaged {share} of the last {span}, seen {seen} of the time."
    ),
    (FlagKind.DISENGAGED, Clause.ALL_LECTURE): mark(
        "Looked disengaged {share} of the lecture so far ({span}), seen {seen} of the time."
    ),
}


def why(kind: FlagKind, evidence: Evidence, *, said_yes: bool = False) -> str:
    """The evidence in one plain sentence, about looks and never about feelings.

    ``said_yes``: the student was asked first, and wants it, which a second sentence says.
    """
    sentence = text(
        _WHY[kind, evidence.clause],
        share=i18n.percent(evidence.share),
        span=wording.length(timedelta(minutes=max(1, round(evidence.window_s / 60)))),
        seen=i18n.percent(evidence.seen),
    )
    asked = [text("The student said yes to a check-in.")] if said_yes else []
    return " ".join([sentence, *asked])


def why_logged(
    kind: FlagKind, evidence: Evidence | None, logged: str, *, said_yes: bool = False
) -> str:
    """The same of a logged check-in: from its numbers, or as an older log worded it."""
    return logged if evidence is None else why(kind, evidence, said_yes=said_yes)


def reason_of(flag: FlagRow) -> str:
    """Why a check-in was suggested, as the store keeps it."""
    evidence = evidence_of(flag.evidence)
    return why_logged(flag.kind, evidence, flag.reason, said_yes=flag.answer is True)
