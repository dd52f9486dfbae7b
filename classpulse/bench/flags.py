"""``bench flags``: how often a flag is right, how much it misses, and how long it takes."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from analytics.ask import Answer, as_dismissals, shown
from analytics.confusion import Confusion
from analytics.evidence import Episode, FlagKind
from analytics.flags import DEFAULT_RULE, FlagRule, evaluate
from classpulse.bench.faces import Bank, FaceSet, Floats
from classpulse.bench.lectures import START, Played, play
from classpulse.bench.mood import provenance
from classpulse.bench.replay import Session
from classpulse.bench.scores import Raised, Tally
from classpulse.bench.sessions import sessions_as_lectures
from contract.emotions import BUCKET_SECONDS

NAIVE_SHARE: Final = 0.6
ANSWERED: Final = 0.5
TRUTHFUL: Final = 0.9
ANSWER_S: Final = (10, 60)
"""Half the students answer the private question, nine in ten truthfully, within a minute."""

Flags = Sequence[Episode]


Sets = dict[str, tuple[list[Played], FlagKind]]


def bench_flags(
    faces: FaceSet, *, lectures: int, seed: int, rule: FlagRule = DEFAULT_RULE
) -> dict[str, Any]:
    """The promised keys, and beside them asking first, baselines and the naive rule."""
    banks = {"sad_clear": faces.clear, "sad_all": faces.everyone, "disengaged": faces.everyone}
    sets: Sets = {}
    for at, (name, bank) in enumerate(banks.items()):
        kind = FlagKind.DISENGAGED if name == "disengaged" else FlagKind.SAD
        sets[name] = list(play(bank, kind, lectures=lectures, seed=seed + 1000 * at)), kind
    found = _judged(sets, faces, seed, rule)
    for name, change in (("with_baseline", "earlier"), ("sad_all_lecture", "all_lecture")):
        found[name] = {
            key: variant(faces, key, lectures, seed, rule, **{change: True})
            for key in ("sad_clear", "sad_all")
        }
    return found


def bench_sessions(
    faces: FaceSet,
    sessions: Sequence[Session],
    *,
    lectures: int,
    seed: int,
    rule: FlagRule = DEFAULT_RULE,
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
    found = _judged(sets, faces, seed, rule)
    if not all(session.truth_known for session in sessions):
        for group in (found, found["naive"], found["asking_first"]):
            for name in sets:
                group[name] |= dict.fromkeys((k for k in group[name] if not _counts(k)), None)
    return found


def _counts(key: str) -> bool:
    """Whether a figure says something where no truth is known."""
    return key.startswith("flags_per_teacher_hour")


def _judged(sets: Sets, faces: FaceSet, seed: int, rule: FlagRule) -> dict[str, Any]:
    found: dict[str, Any] = {}
    naive: dict[str, Any] = {}
    same_rate: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    for name, (lessons, kind) in sets.items():
        tally, first = run(lessons, kind, faces.confusion, rule, seed=seed)
        found[name], asked[name] = tally.figures(), first.figures()
        naive[name] = naively(lessons, NAIVE_SHARE).figures()
        same_rate[name] = naive_at(lessons, sum(tally.flags))
    found["flags_per_teacher_hour"] = max(found[name]["flags_per_teacher_hour"] for name in sets)
    naive["flags_per_teacher_hour"] = max(naive[name]["flags_per_teacher_hour"] for name in sets)
    found["lectures"] = sum(len(lessons) for lessons, _ in sets.values())
    found |= provenance(faces, seed)
    found["naive"] = naive
    found["naive_at_the_same_rate"] = same_rate
    found["asking_first"] = asked
    return found


def variant(
    faces: FaceSet, name: str, lectures: int, seed: int, rule: FlagRule, /, **change: Any
) -> dict[str, Any]:
    """Sad-looking flags under another condition (see ``lectures.play``)."""
    bank = faces.clear if name == "sad_clear" else faces.everyone
    lessons = play(bank, FlagKind.SAD, lectures=lectures, seed=seed + 7000, **change)
    tally, _ = run(lessons, FlagKind.SAD, faces.confusion, rule, seed=seed)
    return tally.figures()


def run(
    lessons: Iterable[Played],
    kind: FlagKind,
    confusion: Confusion,
    rule: FlagRule,
    *,
    seed: int,
) -> tuple[Tally, Tally]:
    """The rule on every lecture: as it is, and where students are asked first."""
    alone, asked = Tally(), Tally()
    rng = np.random.default_rng([seed, 99])
    for lesson in lessons:
        flags = _evaluated(lesson, confusion, rule)
        _count(alone, lesson, _raised(flags, kind), _others(flags, kind))
        first = _asked(rng, lesson, flags, kind, confusion, rule)
        _count(asked, lesson, _raised(first, kind), _others(first, kind))
    return alone, asked


def _evaluated(
    lesson: Played, confusion: Confusion, rule: FlagRule, answers: Sequence[Answer] = ()
) -> list[Episode]:
    return evaluate(
        lesson.buckets,
        confusion,
        rule,
        now=_end(lesson),
        dismissals=as_dismissals(answers),
        baselines=lesson.baselines,
    )


def _end(lesson: Played) -> int:
    return int(lesson.buckets.starts[-1]) + BUCKET_SECONDS


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
    return shown(again, answers, now=_end(lesson))


def _raised(flags: Flags, kind: FlagKind) -> list[Raised]:
    return [(int(str(f.participant)), f.raised_at - START) for f in flags if f.kind is kind]


def _others(flags: Flags, kind: FlagKind) -> int:
    return sum(flag.kind is not kind for flag in flags)


def naively(lessons: Sequence[Played], share: float) -> Tally:
    """Flags wherever the last minute's share of labels rises above ``share``."""
    tally = Tally()
    for lesson in lessons:
        _count(tally, lesson, _crossings(lesson.naive, share))
    return tally


def _count(tally: Tally, lesson: Played, raised: Sequence[Raised], others: int = 0) -> None:
    students, buckets = lesson.buckets.observations.shape
    seconds = buckets * BUCKET_SECONDS
    tally.add(raised, lesson.truth, students=students, seconds=seconds, others=others)


def _crossings(shares: Floats, share: float) -> list[Raised]:
    above = shares > share
    rises = above & ~np.pad(above, ((0, 0), (1, 0)))[:, :-1]
    return [
        (student, (column + 1) * BUCKET_SECONDS) for student, column in np.argwhere(rises).tolist()
    ]


def naive_at(lessons: Sequence[Played], flags: int) -> dict[str, Any]:
    """The naive rule at the threshold that comes nearest to ``flags`` in all."""

    def distance(share: float) -> int:
        return abs(sum(len(_crossings(lesson.naive, share)) for lesson in lessons) - flags)

    best = min(np.linspace(0.4, 0.99, 60).tolist(), key=distance)
    return {"threshold": round(best, 3)} | naively(lessons, best).figures()
