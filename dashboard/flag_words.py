"""Why a check-in is suggested, in the reader's language, from the numbers that the log keeps."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from analytics.evidence import Clause, Evidence, FlagKind
from dashboard import i18n, wording
from dashboard.i18n import mark, text

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


def evidence_of(logged: Mapping[str, Any]) -> Evidence | None:
    """The evidence as the log keeps it, as JSON; None where it lacks a number."""
    try:
        numbers = {one.name: logged[one.name] for one in fields(Evidence)}
        return Evidence(**numbers | {"clause": Clause(numbers["clause"])})
    except (KeyError, ValueError):
        return None
