"""Attendance agrees with the record of each second, whatever was paused, lost, late or doubled."""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from analytics.buckets import Buckets
from analytics.engagement.figures import ParticipantEvent
from analytics.report.attendance import LEAST_GAP_S, Attended, Gap, Stretch, attendance
from contract.events import EventKind

START = 1_790_000_003
NAMES = {"ana": "Ana", "ben": "Ben"}
TURNS = {
    EventKind.PAUSED: Gap.PAUSED,
    EventKind.CAMERA_LOST: Gap.CAMERA_LOST,
    EventKind.STOPPED: Gap.LEFT,
    EventKind.RESUMED: None,
    EventKind.CAMERA_BACK: None,
}


class Sitting:
    """One student's lecture, second by second, and what is held of it."""

    def __init__(self, rng: random.Random, lasts: int, student: str) -> None:
        self.student, self.lasts = student, lasts
        self.joined = START + max(0.0, rng.uniform(-60, lasts / 2))
        self.events = self._events(rng)
        self.turns = sorted(self.events, key=lambda one: one.at)
        self.truth: dict[int, Gap | None] = {}
        self.sent: list[tuple[int, int, bool, bool]] = []
        away = lost = dim = False
        for second in range(int(self.joined), START + lasts):
            away ^= rng.random() < 0.02
            lost ^= rng.random() < 0.02
            dim ^= rng.random() < 0.02
            why = self._standing(second)
            if why is None and (lost or rng.random() < 0.05):
                why = Gap.NO_DATA
            if why is None:
                self.sent.append((len(self.sent), second, not away, not dim))
                why = Gap.AWAY if away else None
            self.truth[second] = why

    def _events(self, rng: random.Random) -> list[ParticipantEvent]:
        times = sorted(rng.uniform(self.joined, START + self.lasts + 5) for _ in range(6))
        kinds = rng.choices(list(TURNS), k=rng.randint(0, 6))
        found = [
            ParticipantEvent(self.student, at, kind) for at, kind in zip(times, kinds, strict=False)
        ]
        rng.shuffle(found)
        return found

    def _standing(self, second: int) -> Gap | None:
        """Why no picture could be taken in that second; None: one could, be it for a moment."""
        before: Gap | None = None
        within: list[Gap | None] = []
        for one in self.turns:
            if one.at <= second:
                before = TURNS[one.kind]
            elif one.at < second + 1:
                within.append(TURNS[one.kind])
        return before if None not in within else None


def held(sittings: Sequence[Sitting], lasts: int, rng: random.Random) -> Buckets:
    """What the store holds: all came late, some twice, in any order."""
    cells: Counter[tuple[str, int]] = Counter()
    faces: Counter[tuple[str, int]] = Counter()
    judged: Counter[tuple[str, int]] = Counter()
    for one in sittings:
        arrived = one.sent + rng.sample(one.sent, len(one.sent) // 3)
        rng.shuffle(arrived)
        for _, second, face, readable in {item[0]: item for item in arrived}.values():
            cell = one.student, second // 10 * 10
            cells[cell] += 1
            faces[cell] += face
            judged[cell] += face and readable
    counts = np.array(list(cells.values()), np.int64)
    seen = np.array([faces[cell] for cell in cells], np.int64)
    none = np.zeros(len(cells), np.int64)
    columns = {
        "participant": np.array([name for name, _ in cells], object),
        "bucket": np.array([bucket for _, bucket in cells], np.int64),
        "model": np.array(["pulse@7"] * len(cells), object),
        "observations": counts,
        "face_observations": np.array([judged[cell] for cell in cells], np.int64),
        "face_share_sum": seen * 10_000,
        "attentive_count": none,
        "attentive_sum": none,
        "probability_sums": np.zeros((len(cells), 7), np.int64),
    }
    return Buckets.from_columns(columns, list(NAMES), START, START + lasts, "pulse@7")


def attended(lasts: int, rng: random.Random, least: float) -> list[tuple[Sitting, Attended]]:
    sittings = [Sitting(rng, lasts, student) for student in NAMES]
    found = attendance(
        held(sittings, lasts, rng),
        [event for one in sittings for event in one.events],
        {one.student: one.joined for one in sittings},
        visible=NAMES,
        others=0,
        start=START,
        end=START + lasts,
        least=least,
    )
    return list(zip(sittings, found.rows, strict=True))


def test_a_thousand_lectures_agree_to_the_second() -> None:
    rng = random.Random(22)
    for _ in range(1000):
        lasts, least = rng.randint(1, 420), rng.choice((0.0, 0.3, 0.8))
        for sitting, row in attended(lasts, rng, least):
            truth = Counter(sitting.truth.values())
            assert row.in_view_s == truth[None]
            assert {why: row.gap_s[why] for why in Gap} == {why: truth[why] for why in Gap}
            assert row.late_s + row.in_view_s + sum(row.gap_s.values()) == lasts
            there = len(sitting.truth) - truth[Gap.LEFT] - truth[Gap.NO_DATA]
            known = bool(sitting.sent or sitting.events)
            assert row.present is (not known or there >= least * lasts)
            assert all(one.end <= other.begin for one, other in pairwise(row.gaps))
            assert all(one.end - one.begin >= LEAST_GAP_S for one in row.gaps)


def test_gaps_are_named_and_a_camera_that_is_off_is_not_absence() -> None:
    start, end = START - 3, START - 3 + 600
    columns = {
        "participant": np.array(["ana"] * 20, object),
        "bucket": np.arange(start, start + 200, 10),
        "model": np.array(["pulse@7"] * 20, object),
        "observations": np.full(20, 10),
        "face_observations": np.array([10] * 10 + [0] * 10),
        "face_share_sum": np.full(20, 0),
        "attentive_count": np.full(20, 0),
        "attentive_sum": np.full(20, 0),
        "probability_sums": np.zeros((20, 7), np.int64),
    }
    grid = Buckets.from_columns(columns, ["ana", "ben", "eve"], start, end, "pulse@7")
    paused = ParticipantEvent("ana", start + 200, EventKind.PAUSED)
    found = attendance(
        grid, [paused], {"ana": start, "ben": start + 90.5}, visible=NAMES, others=None,
        start=start, end=end, least=0.9,
    )  # fmt: skip
    ana, ben = found.rows
    assert ana.gaps == (
        Stretch(start + 100, start + 200, Gap.AWAY),
        Stretch(start + 200, end, Gap.PAUSED),
    )
    assert (ana.taking_part_s, ana.present) == (600, True)
    # Ben only taps: there is nothing to measure, and so nothing to miss.
    assert (ben.camera, ben.present, ben.late_s) == (False, True, 90)
    assert found.others is None
    assert [row.name for row in found.rows] == ["Ana", "Ben"]


def test_who_joins_once_more_was_there_before() -> None:
    rng = random.Random(4)
    sitting = Sitting(rng, 300, "ana")
    grid = held([sitting], 300, rng)
    (row,) = attendance(
        grid, sitting.events, {"ana": START + 250.0}, visible={"ana": "Ana"}, others=0,
        start=START, end=START + 300,
    ).rows  # fmt: skip
    assert row.in_view_s == Counter(sitting.truth.values())[None]


@pytest.mark.parametrize("end", [START, START + 1])
def test_a_lecture_of_no_length_has_nobody_absent(end: int) -> None:
    grid = Buckets.from_columns(
        {
            name: np.zeros((0, 7) if name == "probability_sums" else 0, np.int64)
            for name in (
                "bucket", "observations", "face_observations", "face_share_sum",
                "attentive_count", "attentive_sum", "probability_sums",
            )
        }
        | {name: np.zeros(0, object) for name in ("participant", "model")},
        ["ana"], START, end, "pulse@7",
    )  # fmt: skip
    (row,) = attendance(
        grid, [], {"ana": START + 9.0}, visible={"ana": "Ana"}, others=0,
        start=START, end=end, least=1.0,
    ).rows  # fmt: skip
    assert row.present
    assert row.late_s == end - START
