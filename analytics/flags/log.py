"""The live log and the recomputation with all data, side by side: the report shows both."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from analytics.flags.evidence import Clause, Episode, Evidence
from contract.flags import FlagKind


@dataclass(frozen=True)
class LoggedFlag:
    """One row of the live log: what the teacher saw, and what they answered."""

    participant: Hashable
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    evidence: Evidence | None
    """the numbers it was raised on; None where the log keeps none"""
    reason: str = ""
    """the log's own sentence, for where it keeps no numbers"""
    said_yes: bool = False
    """the student was asked first, and wants the teacher to check in"""
    outcome: str | None = None
    """what the teacher answered, in the log's own word; None: unanswered"""


@dataclass(frozen=True)
class ReportFlag:
    """One flag in the report: shown live, found with all data, or both."""

    participant: Hashable
    name: str
    kind: FlagKind
    raised_at: int
    cleared_at: int | None
    evidence: Evidence | None
    """the numbers it was raised on: those of the log where it was shown live"""
    said_yes: bool
    reason: str
    """the log's own sentence, for where ``evidence`` is None"""
    share: float
    """mean evidence 0..1; NaN where all data together do not raise it"""
    seen: float
    """share of the time seen, 0..1; NaN likewise"""
    outcome: str | None
    shown_live: bool
    """the teacher saw it during the lecture"""
    recomputed: bool
    """all data, late ones included, raise it too"""


def side_by_side(
    named: Mapping[Hashable, str],
    log: Sequence[LoggedFlag],
    recomputed: Sequence[Episode],
    end: int,
) -> tuple[ReportFlag, ...]:
    """Both, in the order they were raised, of those in ``named``; what overlaps is one flag."""
    rest = [episode for episode in recomputed if episode.participant in named]
    found = []
    for row in sorted(log, key=lambda row: row.raised_at):
        if row.participant not in named:
            continue
        same = next((episode for episode in rest if overlap(row, episode, end)), None)
        if same is not None:
            rest.remove(same)
        found.append(_flag(named[row.participant], row, row, same))
    found += [_flag(named[episode.participant], episode, None, episode) for episode in rest]
    return tuple(sorted(found, key=lambda flag: flag.raised_at))


def overlap(row: LoggedFlag, episode: Episode, end: int) -> bool:
    """Whether both speak of the same student, kind and time; what stands does so until ``end``."""
    if (row.participant, row.kind) != (episode.participant, episode.kind):
        return False
    row_end = end if row.cleared_at is None else row.cleared_at
    episode_end = end if episode.cleared_at is None else episode.cleared_at
    return row.raised_at <= episode_end and episode.raised_at <= row_end


def _flag(
    name: str,
    source: LoggedFlag | Episode,
    row: LoggedFlag | None,
    episode: Episode | None,
) -> ReportFlag:
    return ReportFlag(
        participant=source.participant,
        name=name,
        kind=source.kind,
        raised_at=source.raised_at,
        cleared_at=source.cleared_at,
        evidence=source.evidence,
        said_yes=source.said_yes,
        reason=row.reason if row is not None else "",
        share=episode.evidence.share if episode is not None else float("nan"),
        seen=episode.evidence.seen if episode is not None else float("nan"),
        outcome=row.outcome if row is not None else None,
        shown_live=row is not None,
        recomputed=episode is not None,
    )


def evidence_of(logged: Mapping[str, Any]) -> Evidence | None:
    """The evidence as the log keeps it, as JSON; None where it lacks a number."""
    try:
        numbers = {one.name: logged[one.name] for one in fields(Evidence)}
        return Evidence(**numbers | {"clause": Clause(numbers["clause"])})
    except (KeyError, ValueError):
        return None
