"""How many check-ins a teacher would get an hour, on dynamics that observers recorded.

``engagenet.csv`` and ``pafe.csv`` in the form of ``bench flags --replay``: states alone, shown
through the card's own faces, thirty people to a class. Who sits together is drawn anew for each
class, because one order of a file makes two classes and their figures are luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from analytics.flags.budget import Budget
from analytics.flags.check_ins import evaluate
from benchmarks.figures.faces import FaceSet, from_card
from benchmarks.figures.lectures import STUDENTS, Played
from benchmarks.figures.replay import Session, read_replay
from benchmarks.figures.scores import Stretch
from benchmarks.figures.sessions import sessions_as_lectures
from contract.flags import FlagKind
from contract.looks import BUCKET_SECONDS

CLASSES: Final = 40
RUN_S: Final = 300
"""A stretch that the teacher should hear of, and within which a check-in is right."""
FRONTIER: Final = (1, 2, 3, 4, 6, 9, 12)
_KIND: Final = FlagKind.DISENGAGED


def check_ins(folder: Path, *, seed: int) -> dict[str, Any]:
    """``checkins_per_teacher_hour``, ``precision`` and ``pafe_checkins_per_teacher_hour``.

    Beside them what other budgets would give (``checkins_frontier``; ``budget`` None: all that the
    rule finds), the classes in the file's own order, and what counts as right only within ten
    minutes.
    """
    faces = from_card()
    classes = _classes(folder / "engagenet.csv", faces, seed)
    quiet = _classes(folder / "pafe.csv", faces, seed)
    promised = Budget()
    own, minds = _scored(classes, faces, promised), _scored(quiet, faces, promised)
    ordered = _in_order(folder / "engagenet.csv", faces, seed)
    return {
        "checkins_per_teacher_hour": own["per_hour"],
        "precision": own["precision"],
        "pafe_checkins_per_teacher_hour": minds["per_hour"],
        "checkins_budget": promised.per_hour,
        "checkins_classes": len(classes),
        "checkins_recall": own["recall"],
        "checkins_recall_where_allowed": own["recall_where_allowed"],
        "checkins_precision_ten_minutes": own["precision_ten_minutes"],
        "checkins_in_file_order": _scored(ordered, faces, promised),
        "checkins_frontier": _frontier(classes, faces),
        "pafe_frontier": _frontier(quiet, faces),
    }


def _frontier(classes: "Sequence[_Class]", faces: FaceSet) -> list[dict[str, Any]]:
    """What each budget gives; None: all that the rule finds."""
    found = [{"budget": each, **_scored(classes, faces, Budget(each))} for each in FRONTIER]
    return [*found, {"budget": None, **_scored(classes, faces, None)}]


@dataclass(frozen=True, eq=False)
class _Class:
    """One class, with its stretches of five minutes and of ten."""

    people: tuple[str, ...]
    lesson: Played
    long: tuple[Stretch, ...]
    start: int
    hours: float


def _classes(path: Path, faces: FaceSet, seed: int) -> list[_Class]:
    sessions = read_replay(path).sessions
    rng = np.random.default_rng([seed, 30])
    found = []
    for number in range(CLASSES):
        chosen = rng.permutation(len(sessions))[:STUDENTS].tolist()
        found += _played([sessions[who] for who in chosen], faces, seed + number)
    return found


def _in_order(path: Path, faces: FaceSet, seed: int) -> list[_Class]:
    return _played(read_replay(path).sessions, faces, seed)


def _played(sessions: Sequence[Session], faces: FaceSet, seed: int) -> list[_Class]:
    def lessons(**least: int) -> list[Played]:
        return list(
            sessions_as_lectures(sessions, faces.everyone, _KIND, repeats=1, seed=seed, **least)
        )

    return [
        _Class(
            tuple(session.person for session in sessions[first : first + STUDENTS]),
            lesson,
            longer.truth,
            int(lesson.buckets.starts[0]),
            len(lesson.buckets.starts) * BUCKET_SECONDS / 3600,
        )
        for first, lesson, longer in zip(
            range(0, len(sessions), STUDENTS), lessons(least_s=RUN_S), lessons(), strict=True
        )
    ]


def _scored(classes: Sequence[_Class], faces: FaceSet, budget: Budget | None) -> dict[str, Any]:
    raised = right = long = found = allowed = called = 0
    people: set[str] = set()
    for each in classes:
        flags = evaluate(
            each.lesson.buckets,
            faces.confusion,
            faces.rule,
            now=int(each.lesson.buckets.starts[-1]) + BUCKET_SECONDS,
            memory=each.lesson.memory,
            budget=budget,
        )
        raised += len(flags)
        told = [(int(str(f.participant)), f.raised_at - each.start) for f in flags
                if f.kind is _KIND]  # fmt: skip
        people |= {each.people[who] for who, _ in told}
        spent = sorted(flag.raised_at for flag in flags)
        right += sum(any(_within(flag, run) for run in each.lesson.truth) for flag in told)
        long += sum(any(_within(flag, run) for run in each.long) for flag in told)
        for run in each.lesson.truth:
            hit = any(_within(flag, run) for flag in told)
            found += hit
            if hit or budget is None or _could(run, spent, budget, each.start):
                allowed, called = allowed + 1, called + hit
    runs = sum(len(each.lesson.truth) for each in classes)
    return {
        "per_hour": _ratio(raised, sum(each.hours for each in classes)),
        "precision": _ratio(right, raised),
        "precision_ten_minutes": _ratio(long, raised),
        "recall": _ratio(found, runs),
        "recall_where_allowed": _ratio(called, allowed),
        "raised": raised,
        "runs": runs,
        "people": len(people),
    }


def _within(flag: tuple[int, int], run: Stretch) -> bool:
    return flag[0] == run[0] and run[1] <= flag[1] <= run[2]


def _could(run: Stretch, spent: Sequence[int], budget: Budget, start: int) -> bool:
    """Whether the budget had a check-in left once the run had lasted for five minutes."""
    _, first, last = run
    return any(
        budget.allows([one for one in spent if one <= start + at], start + at, start)
        for at in range(first + RUN_S, last + 1, BUCKET_SECONDS)
    )


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
