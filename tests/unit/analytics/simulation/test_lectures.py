import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.buckets import Buckets
from analytics.errors import AnalyticsError
from analytics.flags.check_ins import evaluate
from analytics.mood.confusion import Confusion
from analytics.simulation.behaviour import episodes_of, events_of
from analytics.simulation.lectures import (
    Behaviour,
    Scripted,
    SimulatedEvent,
    SimulatedLecture,
    TrueEpisode,
    TrueState,
    simulate_lecture,
    to_columns,
)
from contract.events import EventKind
from contract.flags import FlagKind

Floats = NDArray[np.float64]
START = 1_700_000_003
CALM = Behaviour(
    sad_per_hour=0,
    disengaged_per_hour=0,
    away_per_hour=0,
    paused_per_hour=0,
    camera_lost_per_hour=0,
    dropped_per_hour=0,
    left_per_hour=0,
    delay_bursts_per_hour=0,
)


@pytest.fixture(scope="module")
def lecture(bank: list[Floats]) -> SimulatedLecture:
    return simulate_lecture(np.random.default_rng(1), 30, 2400, bank)


def test_one_seed_is_one_lecture(bank: list[Floats], lecture: SimulatedLecture) -> None:
    again = simulate_lecture(np.random.default_rng(1), 30, 2400, bank)
    assert np.array_equal(again.posteriors, lecture.posteriors, equal_nan=True)
    assert again.events == lecture.events


def test_every_second_could_be_sent_as_an_observation(lecture: SimulatedLecture) -> None:
    face = ~np.isnan(lecture.posteriors[..., 0])
    assert lecture.posteriors[face].sum(axis=1) == pytest.approx(np.ones(face.sum()))
    assert np.array_equal(lecture.face_share > 0, face)
    assert np.array_equal(np.isnan(lecture.face_share), ~lecture.sending)
    for values in (lecture.attentive, lecture.yaw, lecture.pitch, lecture.eyes_open):
        assert np.array_equal(~np.isnan(values), face)
    for shares in (lecture.attentive[face], lecture.eyes_open[face]):
        assert shares.min() >= 0
        assert shares.max() <= 1
    assert (lecture.looks[face] >= 0).all()
    assert (lecture.delay_s > 0).all()
    away = lecture.states == TrueState.AWAY
    assert lecture.sending[away].all()
    assert not face[away].any()


def test_a_student_repeats_five_faces_a_look(lecture: SimulatedLecture) -> None:
    for look in (3, 6):
        shown = lecture.posteriors[4][(lecture.looks[4] == look)]
        shown = shown[~np.isnan(shown[:, 0])]
        assert 1 < len(np.unique(shown, axis=0)) <= 5


def test_a_face_may_be_one_students_alone(bank: list[Floats]) -> None:
    rare = [*bank[:1], bank[1][:7], *bank[2:]]
    alone = Behaviour(faces_shared=False)
    lecture = simulate_lecture(np.random.default_rng(2), 30, 900, rare, behaviour=alone)
    for look in (3, 6):
        owners: dict[bytes, set[int]] = {}
        for student in range(30):
            mine = lecture.posteriors[student][lecture.looks[student] == look]
            mine = np.unique(mine[~np.isnan(mine[:, 0])], axis=0)
            assert len(mine) <= 5
            for face in mine:
                owners.setdefault(face.tobytes(), set()).add(student)
        assert {len(who) for who in owners.values()} == {1}


def test_the_script_is_obeyed_and_raises_its_flag(bank: list[Floats], confusion: Confusion) -> None:
    script = [
        Scripted(None, TrueState.LISTENING, 0, 2400),
        Scripted(7, TrueState.SAD, 600, 2000),
        Scripted(9, TrueState.DISENGAGED, 300, 1200),
    ]
    lecture = simulate_lecture(np.random.default_rng(2), 30, 2400, bank, script, CALM)
    assert lecture.episodes == (
        TrueEpisode(9, FlagKind.DISENGAGED, 300, 1200),
        TrueEpisode(7, FlagKind.SAD, 600, 2000),
    )
    columns = to_columns(lecture, START, "net@1")
    grid = Buckets.from_columns(columns, range(30), START, START + 2400, "net@1")
    raised = evaluate(grid, confusion, now=START + 2400)
    hits = {(e.participant, e.kind): e.raised_at - START for e in raised}
    assert 600 < hits[7, FlagKind.SAD] < 1200
    assert 300 < hits[9, FlagKind.DISENGAGED] < 900


def test_sad_and_turned_away_look_like_it_and_others_do_not(bank: list[Floats]) -> None:
    states = [TrueState.SAD] * 10 + [TrueState.DISENGAGED] * 10 + [TrueState.LISTENING] * 10
    script = [Scripted(row, state, 0, 1200) for row, state in enumerate(states)]
    quiet = Behaviour(laughs_per_hour=0, happy_per_hour=0)
    lecture = simulate_lecture(np.random.default_rng(2), 30, 1200, bank, script, quiet)
    assert (lecture.looks[:10] == 4).mean() == pytest.approx(0.85, abs=0.06)
    assert (lecture.looks[20:] == 4).mean() == pytest.approx(0.05, abs=0.04)
    assert np.nanmean(lecture.attentive[10:20]) < 0.25
    assert np.nanmean(lecture.attentive[20:]) > 0.8


def test_events_open_and_close_what_the_truth_does() -> None:
    states = np.zeros((2, 100), np.int8)
    states[0, 10:20] = TrueState.PAUSED
    states[0, 30:] = TrueState.CAMERA_LOST
    states[1, 50:] = TrueState.LEFT
    states[1, 5:9] = TrueState.DROPPED
    assert events_of(states) == (
        SimulatedEvent(0, 10, EventKind.PAUSED),
        SimulatedEvent(0, 20, EventKind.RESUMED),
        SimulatedEvent(0, 30, EventKind.CAMERA_LOST),
        SimulatedEvent(1, 50, EventKind.STOPPED),
    )


def test_an_episode_lasts_ten_minutes_and_survives_a_smile() -> None:
    states = np.zeros((3, 2000), np.int8)
    states[0, 100:700] = TrueState.SAD
    states[0, 300:340] = TrueState.HAPPY
    states[1, 100:699] = TrueState.SAD
    states[2, 100:500] = states[2, 600:1000] = TrueState.SAD
    assert episodes_of(states) == (TrueEpisode(0, FlagKind.SAD, 100, 700),)


def test_the_columns_are_the_stores(lecture: SimulatedLecture) -> None:
    columns = to_columns(lecture, START, "net@1", [f"s{row}" for row in range(30)])
    assert (columns["bucket"] % 10 == 0).all()
    assert columns["bucket"].min() == START // 10 * 10
    assert columns["observations"].sum() == lecture.sending.sum()
    faces = ~np.isnan(lecture.attentive)
    assert columns["face_observations"].sum() == faces.sum()
    assert columns["probability_sums"].sum() == pytest.approx(faces.sum() * 10_000, rel=1e-3)
    rows = list(zip(columns["participant"], columns["bucket"].tolist(), strict=True))
    assert len(set(rows)) == len(rows)
    late = lecture.delay_s > 10
    assert late.any(), "some seconds arrive in bursts"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (Scripted(30, TrueState.SAD, 0, 10), "from 0 to 29, but names 30"),
        (Scripted(3, TrueState.SAD, 0, 999), "within 0 to 60 s, but asks for 0 to 999 s"),
    ],
)
def test_a_script_beyond_the_lecture_is_named(
    bank: list[Floats], script: Scripted, message: str
) -> None:
    with pytest.raises(AnalyticsError, match=message):
        simulate_lecture(np.random.default_rng(1), 30, 60, bank, [script])


def test_a_lecture_and_a_behaviour_need_sense(
    bank: list[Floats], lecture: SimulatedLecture
) -> None:
    with pytest.raises(AnalyticsError, match="received 0 students and 60 s"):
        simulate_lecture(np.random.default_rng(1), 0, 60, bank)
    with pytest.raises(AnalyticsError, match=r"episode_s must be a range .* is \(900, 600\)"):
        Behaviour(episode_s=(900, 600))
    with pytest.raises(AnalyticsError, match="K be at least 1"):
        Behaviour(faces_per_look=0)
    with pytest.raises(AnalyticsError, match="Each of 30 students needs one name, but 2"):
        to_columns(lecture, START, "net@1", ["a", "b"])
