"""``bench flags``: how often a flag is right, how much it misses, and how long it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from analytics.flags.asking import WAIT_S, Answer, dismissals, shown
from analytics.flags.budget import Budget
from analytics.flags.check_ins import evaluate
from analytics.flags.evidence import Episode
from benchmarks.figures.faces import Bank, FaceSet
from benchmarks.figures.lectures import START, Played, play
from benchmarks.figures.mood import provenance
from benchmarks.figures.replay import Session
from benchmarks.figures.rivals import NAIVE_SHARE, by_beta, count, naive_at, naively
from benchmarks.figures.scores import Raised, Tally
from benchmarks.figures.sessions import sessions_as_lectures
from contract.flags import FlagKind
from contract.looks import BUCKET_SECONDS

ANSWERED: Final = 0.5
TRUTHFUL: Final = 0.9
ANSWER_S: Final = (10, 60)
"""Half the students answer the private question, nine in ten truthfully, within a minute."""

Flags = Sequence[Episode]
Sets = dict[str, tuple[list[Played], FlagKind]]


def bench_flags(faces: FaceSet, *, lectures: int, seed: int) -> dict[str, Any]:
    """The promised keys, and beside them every other rule on the very same lectures."""
    banks = {"sad_clear": faces.clear, "sad_all": faces.everyone, "disengaged": faces.everyone}
    sets: Sets = {}
    for at, (name, bank) in enumerate(banks.items()):
        kind = FlagKind.DISENGAGED if name == "disengaged" else FlagKind.SAD
        # An hour before each, so that the same lectures are judged with and without a baseline.
        earlier = kind is FlagKind.SAD
        lessons = play(bank, kind, lectures=lectures, seed=seed + 1000 * at, earlier=earlier)
        sets[name] = list(lessons), kind
    found = _judged(sets, faces, seed)
    found["sad_all_lecture"] = {
        key: variant(faces, key, lectures, seed, all_lecture=True)
        for key in ("sad_clear", "sad_all")
    }
    # No face twice in a lecture, so that what people have in common is none of a face's doing.
    found["own_faces"] = {
        key: variant(faces, key, lectures, seed, faces_shared=False)
        for key in ("sad_clear", "sad_all")
    }
    return found


def bench_sessions(
    faces: FaceSet,
    sessions: Sequence[Session],
    *,
    lectures: int,
    seed: int,
) -> dict[str, Any]:
    """The promised keys on what real people showed; figures that need a truth are null without it.

    Sequences of states alone are shown through ``lectures`` draws of faces for each class of them.
    """

    def lessons(bank: Bank, kind: FlagKind) -> list[Played]:
        return list(sessions_as_lectures(sessions, bank, kind, repeats=lectures, seed=seed))

    sets: Sets = {
        "sad_clear": (lessons(faces.clear, FlagKind.SAD), FlagKind.SAD),
        "sad_all": (lessons(faces.everyone, FlagKind.SAD), FlagKind.SAD),
        "disengaged": (lessons(faces.everyone, FlagKind.DISENGAGED), FlagKind.DISENGAGED),
    }
    found = _judged(sets, faces, seed)
    if not all(session.truth_known for session in sessions):
        for group in (found, *(found[name] for name in GROUPS)):
            for name in sets.keys() & group.keys():
                group[name] |= dict.fromkeys((k for k in group[name] if not _counts(k)), None)
    return found


def _counts(key: str) -> bool:
    """Whether a figure says something where no truth is known."""
    return key.startswith("flags_per_teacher_hour")


GROUPS: Final = (
    "within_budget",
    "within_six",
    "asking_first",
    "asking_first_silence_shows",
    "with_baseline",
    "with_ten_seconds",
    "beta",
    "naive",
    "naive_at_the_same_rate",
)
"""Other rules on the same lectures, each with the kinds it speaks of."""


def _judged(sets: Sets, faces: FaceSet, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {name: {} for name in GROUPS}
    for name, (lessons, kind) in sets.items():
        alone = run(lessons, kind, faces)
        found[name] = alone.figures()
        groups["within_budget"][name] = run(lessons, kind, faces, Budget()).figures()
        groups["within_six"][name] = run(lessons, kind, faces, Budget(6)).figures()
        for shows in (False, True):
            group = groups["asking_first_silence_shows" if shows else "asking_first"]
            group[name] = run_asked(lessons, kind, faces, seed=seed, silence_shows=shows).figures()
        groups["naive"][name] = naively(lessons, NAIVE_SHARE).figures()
        groups["naive_at_the_same_rate"][name] = naive_at(lessons, sum(alone.flags))
        if kind is FlagKind.SAD:
            groups["beta"][name] = by_beta(lessons, faces.sad_means).figures()
        if lessons and lessons[0].earlier is not None:
            for group_name, baselines in (
                ("with_baseline", "earlier"),
                ("with_ten_seconds", "joining"),
            ):
                known = [
                    replace(lesson, baselines=getattr(lesson, baselines)) for lesson in lessons
                ]
                groups[group_name][name] = run(known, kind, faces).figures()
    for figures in (found, groups["naive"]):
        figures["flags_per_teacher_hour"] = max(
            figures[name]["flags_per_teacher_hour"] for name in sets
        )
    found["lectures"] = sum(len(lessons) for lessons, _ in sets.values())
    return found | provenance(faces, seed) | groups


def variant(
    faces: FaceSet, name: str, lectures: int, seed: int, /, **change: Any
) -> dict[str, Any]:
    """Sad-looking flags under another condition (see ``lectures.play``)."""
    bank = faces.clear if name == "sad_clear" else faces.everyone
    lessons = play(bank, FlagKind.SAD, lectures=lectures, seed=seed + 7000, **change)
    return run(lessons, FlagKind.SAD, faces).figures()


def run(
    lessons: Iterable[Played], kind: FlagKind, faces: FaceSet, budget: Budget | None = None
) -> Tally:
    """The rule on every lecture, each judged by the baselines it has; all it finds, or as much as
    the ``budget`` allows."""
    tally = Tally()
    for lesson in lessons:
        flags = _evaluated(lesson, faces, budget=budget)
        count(tally, lesson, _raised(flags, kind), _others(flags, kind))
    return tally


def run_asked(
    lessons: Iterable[Played], kind: FlagKind, faces: FaceSet, *, seed: int, silence_shows: bool
) -> Tally:
    """The same where every flag is put to its student first."""
    tally = Tally()
    rng = np.random.default_rng([seed, 99])
    for lesson in lessons:
        flags = _asked(rng, lesson, _evaluated(lesson, faces), kind, faces, silence_shows)
        count(tally, lesson, _raised(flags, kind), _others(flags, kind))
    return tally


def _evaluated(
    lesson: Played,
    faces: FaceSet,
    answers: Sequence[Answer] = (),
    budget: Budget | None = None,
) -> list[Episode]:
    return evaluate(
        lesson.buckets,
        faces.confusion,
        faces.rule,
        now=_end(lesson),
        dismissals=dismissals(answers),
        baselines=lesson.baselines,
        memory=lesson.memory,
        budget=budget,
    )


def _end(lesson: Played) -> int:
    return int(lesson.buckets.starts[-1]) + BUCKET_SECONDS


def _asked(
    rng: np.random.Generator,
    lesson: Played,
    flags: Flags,
    kind: FlagKind,
    faces: FaceSet,
    silence_shows: bool,
) -> list[Episode]:
    """What the teacher sees where every flag is put to its student first."""
    answers = []
    for flag in flags:
        second = flag.raised_at - START
        student = flag.participant
        true = flag.kind is kind and any(
            who == student and start <= second <= end for who, start, end in lesson.truth
        )
        if rng.random() < ANSWERED:
            honest = rng.random() < TRUTHFUL
            at = flag.raised_at + int(rng.integers(*ANSWER_S))
            answers.append(Answer(student, flag.kind, at, yes=true if honest else not true))
    again = _evaluated(lesson, faces, answers) if answers else list(flags)
    return shown(again, answers, now=_end(lesson), wait_s=WAIT_S if silence_shows else None)


def _raised(flags: Flags, kind: FlagKind) -> list[Raised]:
    return [(int(str(f.participant)), f.raised_at - START) for f in flags if f.kind is kind]


def _others(flags: Flags, kind: FlagKind) -> int:
    return sum(flag.kind is not kind for flag in flags)
