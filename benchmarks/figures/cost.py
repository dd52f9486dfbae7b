"""``bench cost``: what a live tick and a lecture's whole report cost one core.

Costs are processor time. A tick lays the lecture's buckets out anew and computes all class figures
and check-ins of the moment; the check-in rule remembers the ticks before, as if data of the last
three minutes had come late since, and what it costs with nothing to remember is given beside. Times
are the best of several, each after one that pays for imports; the parts are measured apart, so
their sum may differ a little from the whole.
"""

import time
from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.engagement.figures import engagement
from analytics.flags.budget import Budget
from analytics.flags.check_ins import Memory, evaluate
from analytics.flags.thresholds import FlagRule
from analytics.mood.class_mood import mood, timeline
from analytics.mood.confusion import Confusion
from analytics.report.lecture_report import LectureFacts, build
from analytics.simulation.lectures import simulate_lecture, to_columns
from benchmarks.figures.faces import Bank, FaceSet
from contract.policy import Policy

START: Final = 1_700_000_100
STUDENTS: Final = 50
HOURS: Final = 2
TICK_TARGET_MS: Final = 20.0
REPORT_TARGET_MS: Final = 300.0
SIZES: Final = ((50, 2), (50, 8), (100, 8), (250, 8), (500, 8))
"""(students, hours) at which the growth of the cost is shown."""
LATE_S: Final = 180
"""Data of as many seconds are new to the check-in rule at a tick."""
_REPEATS: Final = 5
_MODEL: Final = "net@1"


@dataclass(frozen=True)
class _Lecture:
    students: int
    seconds: int
    columns: dict[str, NDArray[Any]]

    def buckets(self) -> Buckets:
        end = START + self.seconds
        return Buckets.from_columns(self.columns, range(self.students), START, end, _MODEL)

    def memory(self, confusion: Confusion, rule: FlagRule) -> Memory:
        """What the check-in rule found at the ticks before."""
        found = Memory()
        before = START + self.seconds - LATE_S
        evaluate(self.buckets(), confusion, rule, now=before, memory=found)
        return found


def bench_cost(faces: FaceSet, *, seed: int, large: bool = True) -> dict[str, Any]:
    """Milliseconds of a tick and of a report, with their parts, and over growing lectures."""
    lecture = _lecture(faces.known, STUDENTS, HOURS, seed)
    memory = lecture.memory(faces.confusion, faces.rule)
    found: dict[str, Any] = {
        "students": STUDENTS,
        "hours": HOURS,
        "tick_ms": _cost(lambda known: _tick(lecture, faces, known), memory),
        "first_tick_ms": _cost(lambda known: _tick(lecture, faces, known), Memory()),
        "tick_parts_ms": _parts(lecture, faces, memory),
        "report_ms": _cost(lambda _: _report(lecture, faces.confusion)),
        "tick_target_ms": TICK_TARGET_MS,
        "report_target_ms": REPORT_TARGET_MS,
    }
    found["sizes"] = [_sized(faces, *size, seed) for size in (SIZES if large else SIZES[:1])]
    return found


def _lecture(bank: Bank, students: int, hours: int, seed: int) -> _Lecture:
    """One simulated class, repeated where more are asked for: only its size counts here."""
    rng, few = np.random.default_rng(seed), min(students, STUDENTS)
    one = to_columns(simulate_lecture(rng, few, hours * 3600, bank), START, _MODEL)
    times = -(-students // few)
    columns = {name: np.concatenate([values] * times) for name, values in one.items()}
    rows = len(one["participant"])
    shift = np.repeat(np.arange(times) * few, rows)
    columns["participant"] = (np.tile(one["participant"], times).astype(np.int64) + shift).astype(
        object
    )
    return _Lecture(students, hours * 3600, columns)


def _tick(lecture: _Lecture, faces: FaceSet, memory: Memory) -> None:
    buckets, now = lecture.buckets(), START + lecture.seconds
    mood(buckets, faces.confusion, now=now, learning=True)
    engagement(buckets, [], now=now)
    evaluate(buckets, faces.confusion, faces.rule, now=now, memory=memory, budget=Budget())


def _parts(lecture: _Lecture, faces: FaceSet, memory: Memory) -> dict[str, float]:
    buckets, now, confusion = lecture.buckets(), START + lecture.seconds, faces.confusion

    def flags(known: Memory) -> None:
        evaluate(buckets, confusion, faces.rule, now=now, memory=known, budget=Budget())

    return {
        "buckets": _cost(lambda _: lecture.buckets()),
        "mood": _cost(lambda _: mood(buckets, confusion, now=now, learning=True)),
        "engagement": _cost(lambda _: engagement(buckets, [], now=now)),
        "flags": _cost(flags, memory),
        "flags_with_nothing_remembered": _cost(flags, Memory()),
        "timeline_of_the_report": _cost(lambda _: timeline(buckets, confusion, learning=True)),
    }


def _report(lecture: _Lecture, confusion: Confusion) -> None:
    end = START + lecture.seconds
    facts = LectureFacts("lecture", "title", "course", Policy.INDIVIDUAL, START, end, _MODEL)
    names: dict[Hashable, str] = {row: str(row) for row in range(lecture.students)}
    build(facts, lecture.buckets(), confusion, visible=names)


def _sized(faces: FaceSet, students: int, hours: int, seed: int) -> dict[str, Any]:
    lecture = _lecture(faces.known, students, hours, seed)
    cells = students * hours * 360
    memory = lecture.memory(faces.confusion, faces.rule)
    tick = _cost(lambda known: _tick(lecture, faces, known), memory, repeats=2)
    report = _cost(lambda _: _report(lecture, faces.confusion), repeats=2)
    return {
        "students": students,
        "hours": hours,
        "tick_ms": tick,
        "report_ms": report,
        "tick_us_per_bucket": round(1000 * tick / cells, 3),
        "report_us_per_bucket": round(1000 * report / cells, 3),
    }


def _cost(
    work: Callable[[Memory], object], memory: Memory | None = None, repeats: int = _REPEATS
) -> float:
    """Milliseconds of ``work``, which is given a ``memory`` of its own each time."""
    costs = []
    for _ in range(repeats + 1):
        known = deepcopy(memory) if memory is not None else Memory()
        before = time.process_time()
        work(known)
        costs.append(time.process_time() - before)
    return round(1000 * min(costs[1:]), 2)
