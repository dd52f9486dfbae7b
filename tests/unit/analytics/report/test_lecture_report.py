import math
from collections.abc import Callable, Hashable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.flags.check_ins import evaluate
from analytics.flags.evidence import Clause, Episode, Evidence
from analytics.flags.log import LoggedFlag
from analytics.mood.confusion import Confusion
from analytics.privacy.small_groups import rounded
from analytics.report.change_points import Marker
from analytics.report.lecture_report import LectureFacts, LectureReport, build
from analytics.report.notes import Note
from analytics.simulation.lectures import Scripted, TrueState, simulate_lecture, to_columns
from contract.flags import FlagKind
from contract.looks import LOOKS
from contract.policy import Policy

START = 1_700_000_100
SECONDS = 2400
STUDENTS = 12
Floats = NDArray[np.float64]


def facts(policy: Policy = Policy.INDIVIDUAL) -> LectureFacts:
    return LectureFacts("l1", "Waves", "Physics", policy, START, START + SECONDS, "net@1")


@pytest.fixture(scope="module")
def lecture(bank: list[Floats]) -> Buckets:
    script = [Scripted(2, TrueState.SAD, 300, 1800)]
    simulated = simulate_lecture(np.random.default_rng(3), STUDENTS, SECONDS, bank, script)
    columns = to_columns(simulated, START, "net@1")
    return Buckets.from_columns(columns, range(STUDENTS), START, START + SECONDS, "net@1")


@pytest.fixture(scope="module")
def report_of(lecture: Buckets, confusion: Confusion) -> Callable[..., LectureReport]:
    episodes = evaluate(lecture, confusion, now=START + SECONDS)

    def make(policy: Policy = Policy.INDIVIDUAL, hidden: int = 0, **more: object) -> LectureReport:
        visible = {row: f"Student {row}" for row in range(STUDENTS - hidden)}
        given = {"recomputed": episodes, **more}
        return build(facts(policy), lecture, confusion, visible=visible, **given)  # type: ignore[arg-type]

    return make


def test_a_report_holds_everything_it_shows(report_of: Callable[..., LectureReport]) -> None:
    report = report_of(markers=[Marker(START + 1200, "group work")])
    assert report.summary.duration_s == SECONDS
    assert report.summary.expected == report.summary.reported == STUDENTS
    assert 0.5 < report.summary.attentive <= 1
    assert report.timeline.starts.tolist() == list(range(START, START + SECONDS, 60))
    assert [total.look for total in report.totals] == list(LOOKS)
    assert sum(total.share for total in report.totals) == pytest.approx(1.0)
    assert all(total.low <= total.share <= total.high for total in report.totals)
    assert [line.name for line in report.students] == [f"Student {n}" for n in range(STUDENTS)]
    assert [change.marker.label for change in report.changes] == ["group work"]
    assert Note.ADJUSTED in report.method
    assert Note.NOT_A_FEELING in report.limits


def test_whose_past_is_known_moves_no_figure_that_covers_hidden_students(
    report_of: Callable[..., LectureReport],
) -> None:
    """They would differ by who is known, and from what was shown live of the same window."""
    sadder = Baseline((0.03, 0.01, 0.02, 0.04, 0.3, 0.02, 0.58), 3600)
    known: dict[Hashable, Baseline] = dict.fromkeys(range(STUDENTS), sadder)
    shares = {
        hidden: [report_of(hidden=hidden, baselines=some).timeline.shares for some in (None, known)]
        for hidden in (0, 6)
    }
    assert np.array_equal(*shares[6], equal_nan=True)
    assert not np.array_equal(*shares[0], equal_nan=True)


def test_the_sad_student_is_in_the_report_and_so_is_their_line(
    report_of: Callable[..., LectureReport],
) -> None:
    report = report_of()
    flags = [flag for flag in report.flags if flag.participant == 2 and flag.kind is FlagKind.SAD]
    assert flags
    assert flags[0].name == "Student 2"
    assert not flags[0].shown_live
    assert flags[0].recomputed
    line = report.students[2]
    assert line.flags >= 1
    assert line.shares[4] > max(other.shares[4] for other in report.students if other != line)


def test_totals_are_the_mean_of_what_the_timeline_shows(
    report_of: Callable[..., LectureReport],
) -> None:
    """Nothing to subtract: whoever has the timeline has the totals, and no more exactly."""
    for policy in (Policy.INDIVIDUAL, Policy.AGGREGATE):
        report = report_of(policy, hidden=5)
        shown = report.timeline.shares[report.timeline.reporting > 0]
        mean = rounded(shown.mean(axis=0), coarse=True)
        assert [total.share for total in report.totals] == pytest.approx(list(mean))
        assert all(total.low <= total.share <= total.high for total in report.totals)


def test_under_aggregate_nobody_is_named_and_figures_are_coarse(
    report_of: Callable[..., LectureReport],
) -> None:
    log = [LoggedFlag(2, FlagKind.SAD, START + 900, None, "Looked sad.")]
    report = report_of(Policy.AGGREGATE, log=log)
    assert (report.students, report.flags, report.summary.flags) == ((), (), 0)
    assert report.timeline.step_s == 300
    shown = report.timeline.shares[report.timeline.reporting > 0]
    assert len(shown) > 3
    assert shown / 0.05 == pytest.approx(np.rint(shown / 0.05))
    assert report.timeline.reporting[report.timeline.reporting > 0].min() >= 5
    assert "Student" not in repr(report)


def test_under_self_report_nothing_is_inferred(report_of: Callable[..., LectureReport]) -> None:
    report = report_of(Policy.SELF_REPORT)
    assert np.isnan(report.timeline.shares).all()
    assert np.isnan(report.timeline.attentive).all()
    assert all(math.isnan(total.share) for total in report.totals)
    assert report.students == report.flags == report.limits == ()


def test_hidden_students_have_no_line_and_no_flag(report_of: Callable[..., LectureReport]) -> None:
    report = report_of(hidden=10)
    assert [line.participant for line in report.students] == [0, 1]
    assert {flag.participant for flag in report.flags} <= {0, 1}


def test_a_class_of_hidden_few_has_no_class_figures(lecture: Buckets, confusion: Confusion) -> None:
    report = build(facts(), lecture.only(range(4)), confusion, visible={})
    assert np.isnan(report.timeline.shares).all()
    assert report.summary.withheld_steps > 30


def episode(at: int, until: int | None, kind: FlagKind = FlagKind.SAD) -> Episode:
    evidence = Evidence(0.8, 300, 0.9, 0.95, 20.0, 0.9, Clause.RECENT)
    return Episode(1, kind, START + at, None if until is None else START + until, evidence)


def test_live_and_recomputed_flags_stand_side_by_side(
    report_of: Callable[..., LectureReport],
) -> None:
    then, now = Evidence(0.7, 200, 0.8, 0.9, 18.0, 0.8, Clause.RECENT), episode(0, 1).evidence
    log = [
        LoggedFlag(1, FlagKind.SAD, START + 700, START + 900, then, outcome="checked_in"),
        LoggedFlag(1, FlagKind.SAD, START + 2000, None, None, "late"),
        LoggedFlag("gone", FlagKind.SAD, START + 100, None, then),
    ]
    again = [episode(600, 1000), episode(1200, 1300), episode(2000, None, FlagKind.DISENGAGED)]
    flags = report_of(log=log, recomputed=again).flags
    assert [(f.raised_at - START, f.shown_live, f.recomputed, f.outcome) for f in flags] == [
        (700, True, True, "checked_in"),
        (1200, False, True, None),
        (2000, True, False, None),
        (2000, False, True, None),
    ]
    assert [flag.evidence for flag in flags] == [then, now, None, now]
    assert [flag.reason for flag in flags] == ["", "", "late", ""]
    assert math.isnan(flags[2].share)
    assert flags[0].share == 0.8


def test_observations_of_another_model_are_counted(lecture: Buckets, confusion: Confusion) -> None:
    strange = replace(lecture, unknown_model=np.ones_like(lecture.unknown_model))
    report = build(facts(), strange, confusion, visible={})
    assert report.summary.unknown == lecture.unknown_model.size


def test_a_lecture_without_a_single_observation_still_has_a_report(confusion: Confusion) -> None:
    zeros = np.zeros((0, 0), np.int64)
    nothing = Buckets(
        (),
        np.zeros(0, np.int64),
        zeros,
        zeros,
        zeros,
        zeros,
        zeros,
        zeros,
        np.zeros((0, 0, 7), np.int64),
        zeros,
    )
    report = build(facts(), nothing, confusion, visible={}, markers=[Marker(START, "start")])
    assert report.summary.reported == 0
    assert report.timeline.starts.size == 0
