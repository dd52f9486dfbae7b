"""``bench flags``: how often a flag is right, how much it misses, and how long it takes."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from analytics.ask import Answer, as_dismissals, shown
from analytics.confusion import Confusion
from analytics.evidence import Episode, FlagKind
from analytics.flags import DEFAULT_RULE, FlagRule, evaluate
from classpulse.bench.faces import Bank, FaceSet, Floats
from classpulse.bench.lectures import HOUR, START, STUDENTS, Played, play
from classpulse.bench.mood import provenance
from classpulse.bench.scores import Raised, Tally
from contract.emotions import BUCKET_SECONDS

NAIVE_SHARE: Final = 0.6
ANSWERED: Final = 0.5
TRUTHFUL: Final = 0.9
ANSWER_S: Final = (10, 60)
"""Half the students answer the private question, nine in ten truthfully, within a minute."""

Flags = Sequence[Episode]


def bench_flags(
    faces: FaceSet, *, lectures: int, seed: int, rule: FlagRule = DEFAULT_RULE
) -> dict[str, Any]:
    """The promised keys, and beside them asking first, baselines and the naive rule."""
    sets: dict[str, tuple[Bank, FlagKind]] = {
        "sad_clear": (faces.clear, FlagKind.SAD),
        "sad_all": (faces.everyone, FlagKind.SAD),
        "disengaged": (faces.everyone, FlagKind.DISENGAGED),
    }
    found: dict[str, Any] = {}
    naive: dict[str, Any] = {}
    same_rate: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    for at, (name, (bank, kind)) in enumerate(sets.items()):
        lessons = list(play(bank, kind, lectures=lectures, seed=seed + 1000 * at))
        tally, first = run(lessons, kind, faces.confusion, rule, seed=seed)
        found[name], asked[name] = tally.figures(), first.figures()
        naive[name] = naively(lessons, NAIVE_SHARE).figures()
        same_rate[name] = naive_at(lessons, sum(tally.flags) / lectures)
    found["flags_per_teacher_hour"] = max(found[name]["flags_per_teacher_hour"] for name in sets)
    naive["flags_per_teacher_hour"] = max(naive[name]["flags_per_teacher_hour"] for name in sets)
    found |= {"lectures": lectures * len(sets)} | provenance(faces, seed)
    found["naive"] = naive
    found["naive_at_the_same_rate"] = same_rate
    found["asking_first"] = asked
    found["with_baseline"] = {
        name: variant(faces, name, lectures, seed, rule, earlier=True)
        for name in ("sad_clear", "sad_all")
    }
    found["sad_all_lecture"] = {
        name: variant(faces, name, lectures, seed, rule, all_lecture=True)
        for name in ("sad_clear", "sad_all")
    }
    return found


def variant(
    faces: FaceSet, name: str, lectures: int, seed: int, rule: FlagRule, **change: Any
) -> dict[str, Any]:
    """Sad-looking flags under another condition (see ``lectures.play``)."""
    bank = faces.clear if name == "sad_clear" else faces.everyone
    lessons = play(bank, FlagKind.SAD, lectures=lectures, seed=seed + 7000, **change)
    students = change.get("students", STUDENTS)
    tally, _ = run(lessons, FlagKind.SAD, faces.confusion, rule, seed=seed, students=students)
    return tally.figures()


def run(
    lessons: Iterable[Played],
    kind: FlagKind,
    confusion: Confusion,
    rule: FlagRule,
    *,
    seed: int,
    students: int = STUDENTS,
) -> tuple[Tally, Tally]:
    """The rule on every lecture: as it is, and where students are asked first."""
    alone, asked = Tally(students), Tally(students)
    rng = np.random.default_rng([seed, 99])
    for lesson in lessons:
        flags = _evaluated(lesson, confusion, rule)
        alone.add(_raised(flags, kind), lesson.truth, _others(flags, kind))
        first = _asked(rng, lesson, flags, kind, confusion, rule)
        asked.add(_raised(first, kind), lesson.truth, _others(first, kind))
    return alone, asked


def _evaluated(
    lesson: Played, confusion: Confusion, rule: FlagRule, answers: Sequence[Answer] = ()
) -> list[Episode]:
    return evaluate(
        lesson.buckets,
        confusion,
        rule,
        now=START + HOUR,
        dismissals=as_dismissals(answers),
        baselines=lesson.baselines,
    )


def _asked(
    rng: np.random.Generator,
    lesson: Played,
    flags: Flags,
    kind: FlagKind,
    confusion: Confusion,
    rule: FlagRule,
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
    again = _evaluated(lesson, confusion, rule, answers) if answers else list(flags)
    return shown(again, answers, now=START + HOUR)


def _raised(flags: Flags, kind: FlagKind) -> list[Raised]:
    return [(int(str(f.participant)), f.raised_at - START) for f in flags if f.kind is kind]


def _others(flags: Flags, kind: FlagKind) -> int:
    return sum(flag.kind is not kind for flag in flags)


def naively(lessons: Sequence[Played], share: float) -> Tally:
    """Flags wherever the last minute's share of labels rises above ``share``."""
    tally = Tally(STUDENTS)
    for lesson in lessons:
        tally.add(_crossings(lesson.naive, share), lesson.truth)
    return tally


def _crossings(shares: Floats, share: float) -> list[Raised]:
    above = shares > share
    rises = above & ~np.pad(above, ((0, 0), (1, 0)))[:, :-1]
    return [
        (student, (column + 1) * BUCKET_SECONDS) for student, column in np.argwhere(rises).tolist()
    ]


def naive_at(lessons: Sequence[Played], rate: float) -> dict[str, Any]:
    """The naive rule at the threshold that comes nearest to ``rate`` flags a lecture."""

    def distance(share: float) -> float:
        flags = sum(len(_crossings(lesson.naive, share)) for lesson in lessons)
        return abs(flags / len(lessons) - rate)

    best = min(np.linspace(0.4, 0.99, 60).tolist(), key=distance)
    return {"threshold": round(best, 3)} | naively(lessons, best).figures()
