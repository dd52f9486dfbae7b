from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from analytics.buckets import Buckets
from analytics.engagement.figures import (
    ParticipantEvent,
    StudentState,
    attentive_index,
    class_timeline,
    concentration_index,
    engagement,
    presence,
    student_states,
)
from analytics.errors import AnalyticsError
from contract.events import EventKind

START = 1_700_000_000
NEUTRAL = np.eye(7)[6]
Make = Callable[..., Buckets]


def six(make: Make, **more: object) -> Buckets:
    return make([[NEUTRAL] * 6], **more)


def state_of(
    buckets: Buckets, *events: tuple[float, EventKind], now: float = START + 60
) -> StudentState:
    told = [ParticipantEvent(0, START + at, kind) for at, kind in events]
    return student_states(buckets, told, now=now)[0]


def test_a_face_reports_and_a_whole_bucket_without_one_is_away(make_buckets: Make) -> None:
    assert state_of(six(make_buckets)) is StudentState.REPORTING
    left = six(make_buckets, face=[[True] * 5 + [False]])
    assert state_of(left) is StudentState.AWAY
    assert state_of(left, now=START + 55) is StudentState.REPORTING, "its bucket still runs"
    assert state_of(six(make_buckets, face=False), now=START + 55) is StudentState.AWAY


def test_a_face_that_cannot_be_read_is_not_away(make_buckets: Make) -> None:
    dim = six(make_buckets)
    nothing = np.zeros_like(dim.face_observations)
    unread = replace(dim, face_observations=nothing, probability_count=nothing)
    assert state_of(unread) is StudentState.REPORTING


def test_silence_becomes_no_data_and_is_never_away(make_buckets: Make) -> None:
    gone = six(make_buckets, seen=[[True, True, False, False, False, False]])
    assert state_of(gone, now=START + 50) is StudentState.REPORTING
    assert state_of(gone, now=START + 51) is StudentState.NO_DATA
    assert state_of(six(make_buckets, seen=False)) is StudentState.NO_DATA


def test_events_tell_a_pause_and_a_lost_camera_from_silence(make_buckets: Make) -> None:
    quiet = six(make_buckets, seen=[[True, True, False, False, False, False]])
    assert state_of(quiet, (15, EventKind.PAUSED)) is StudentState.PAUSED
    assert state_of(quiet, (20, EventKind.CAMERA_LOST)) is StudentState.CAMERA_LOST
    assert state_of(quiet, (20, EventKind.STOPPED)) is StudentState.NO_DATA
    assert state_of(quiet, (20, EventKind.PAUSED), (30, EventKind.RESUMED)) is StudentState.NO_DATA
    later = (99, EventKind.PAUSED)
    assert state_of(quiet, later, now=START + 40) is StudentState.REPORTING
    assert state_of(quiet, (20, EventKind.BASELINE_START), now=START + 40) is StudentState.REPORTING


def test_observations_after_an_event_prove_it_over(make_buckets: Make) -> None:
    assert state_of(six(make_buckets), (12, EventKind.PAUSED)) is StudentState.REPORTING


def test_events_in_any_order_and_of_others_change_nothing(make_buckets: Make) -> None:
    quiet = six(make_buckets, seen=[[True, True, False, False, False, False]])
    backwards = ((30, EventKind.PAUSED), (25, EventKind.RESUMED), (20, EventKind.PAUSED))
    assert state_of(quiet, *backwards) is StudentState.PAUSED
    other = [ParticipantEvent("someone", START + 20, EventKind.PAUSED)]
    assert student_states(quiet, other, now=START + 60) == (StudentState.NO_DATA,)
    with pytest.raises(AnalyticsError, match="must be finite"):
        state_of(quiet, (float("nan"), EventKind.PAUSED))


def test_missing_is_never_zero(make_buckets: Make) -> None:
    grid = make_buckets(
        [[NEUTRAL] * 6] * 3,
        attentive=np.array([[0.8] * 6, [0.4] * 6, [0.0] * 6]),
        face=[[True] * 6, [True] * 3 + [False] * 3, [False] * 6],
        seen=[[True] * 6, [True] * 6, [False] * 6],
    )
    now = engagement(grid, [], now=START + 59)
    assert now.attentive == pytest.approx(0.6), "the third student has no face, not no attention"
    assert now.presence == pytest.approx(0.75), "nor are they absent: there are no data"
    assert [student.presence for student in now.students] == pytest.approx(
        [1.0, 0.5, np.nan], nan_ok=True
    )
    assert now.states == {
        StudentState.REPORTING: 1,
        StudentState.AWAY: 1,
        StudentState.PAUSED: 0,
        StudentState.CAMERA_LOST: 0,
        StudentState.NO_DATA: 1,
    }
    assert np.isnan(attentive_index(grid)[2]).all()
    assert presence(grid)[1].tolist() == [1, 1, 1, 0, 0, 0]


def test_an_empty_class_has_no_figures(make_buckets: Make) -> None:
    nobody = engagement(six(make_buckets).only([]), [], now=START + 60)
    assert np.isnan([nobody.attentive, nobody.presence]).all()
    assert nobody.students == ()


def test_the_class_timeline_gives_one_vote_each(make_buckets: Make) -> None:
    grid = make_buckets(
        [[NEUTRAL] * 4] * 2,
        attentive=np.array([[1.0, 0.0, 0.2, 0.2], [1.0, 1.0, 1.0, 1.0]]),
        seen=[[True] * 4, [True, False, False, False]],
    )
    attentive, present = class_timeline(grid, [0, 2])
    assert attentive == pytest.approx([0.75, 0.2])
    assert present == pytest.approx([1.0, 1.0])
    assert class_timeline(grid.window(0, 1), [])[0].shape == (0,)


def test_the_concentration_index_weighs_the_dominant_look() -> None:
    posteriors = np.array([[0, 0, 0, 0, 0.4, 0, 0.6], [0.1, 0, 0, 0.7, 0.2, 0, 0], [np.nan] * 7])
    assert concentration_index(posteriors) == pytest.approx([0.9, 0.6, np.nan], nan_ok=True)
