from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analytics.simulation.behaviour import TrueState
from benchmarks.figures.faces import BenchError, from_card
from benchmarks.figures.flags import bench_sessions
from benchmarks.figures.replay import read_replay
from benchmarks.figures.sessions import sessions_as_lectures
from contract.flags import FlagKind

LOOKS = "angry,disgust,fear,happy,sad,surprise,neutral"
SAD = "0.1,0,0.1,0,0.7,0,0.1"
NEUTRAL = "0,0,0,0.1,0.1,0,0.8"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def text(content: str) -> Path:
        path = tmp_path / "replay.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return text


def test_a_file_without_times_is_a_bank(write: Write) -> None:
    rows = [f"p{i},{look},{SAD}" for look in LOOKS.split(",") for i in range(3)]
    found = read_replay(write("\n".join([f"person,state,{LOOKS}", *rows])))
    assert found.sessions == ()
    assert found.bank is not None
    assert [faces.shape for faces in found.bank] == [(3, 7)] * 7
    assert found.bank[4][0] == pytest.approx(np.array([0.1, 0, 0.1, 0, 0.7, 0, 0.1]))


def test_states_hold_until_the_next_but_not_for_ever(write: Write) -> None:
    content = "person,time,state\nana,10,sad\nana,0,neutral\nben,0,away\nana,200,disengaged\n"
    ana, ben = read_replay(write(content)).sessions
    assert (ana.person, ben.person) == ("ana", "ben")
    assert ana.posteriors is None
    states = [TrueState(value) for value in ana.states[[0, 9, 10, 69, 70, 199, 200]].tolist()]
    assert states == [
        TrueState.LISTENING,
        TrueState.LISTENING,
        TrueState.SAD,
        TrueState.SAD,
        TrueState.DROPPED,
        TrueState.DROPPED,
        TrueState.DISENGAGED,
    ]


def test_posteriors_are_played_as_they_are(write: Write) -> None:
    lines = [f"ana,{t},{'sad' if t >= 600 else 'neutral'},{SAD if t >= 600 else NEUTRAL}"
             for t in range(0, 1800, 5)]  # fmt: skip
    lines[3] = "ana,15,neutral,,,,,,,"
    sessions = read_replay(write("\n".join([f"person,time,state,{LOOKS}", *lines]))).sessions
    bank = from_card().everyone
    (lesson,) = sessions_as_lectures(sessions, bank, FlagKind.SAD, repeats=3, seed=1)
    assert lesson.truth == ((0, 600, 1800),)
    means = lesson.buckets.probabilities[0]
    assert means[0] == pytest.approx(np.array([0, 0, 0, 0.1, 0.1, 0, 0.8]), abs=1e-4)
    assert lesson.buckets.probability_count[0, 1] == 5, "half a bucket without a face"
    figures = bench_sessions(from_card(), sessions, lectures=3, seed=1)
    assert figures["sad_all"]["recall"] == 1
    assert figures["sad_all"]["precision"] == 1
    assert 60 <= figures["sad_all"]["median_delay_s"] <= 300


def test_states_alone_are_shown_through_the_cards_faces(write: Write) -> None:
    lines = [f"p{p},{t},{'sad' if p == 0 and t >= 900 else 'neutral'}"
             for p in range(8) for t in range(0, 2400, 30)]  # fmt: skip
    sessions = read_replay(write("\n".join(["person,time,state", *lines]))).sessions
    lessons = list(
        sessions_as_lectures(sessions, from_card().everyone, FlagKind.SAD, repeats=2, seed=1)
    )
    assert [lesson.truth for lesson in lessons] == [((0, 900, 2400),)] * 2
    first, second = (lesson.buckets.probability_sums for lesson in lessons)
    assert not np.array_equal(first, second), "other faces each time"


def test_without_a_truth_only_flags_are_counted(write: Write) -> None:
    lines = [f"ana,{t},{NEUTRAL if t < 600 else SAD}" for t in range(0, 1800, 5)]
    sessions = read_replay(write("\n".join([f"person,time,{LOOKS}", *lines]))).sessions
    figures = bench_sessions(from_card(), sessions, lectures=2, seed=1)
    assert figures["sad_all"]["precision"] is None
    assert figures["sad_all"]["false_flags_per_student_hour"] is None
    assert figures["sad_all"]["flags_per_teacher_hour"] > 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "header is empty"),
        ("person,time,mood\na,1,sad", "may have the columns person, time, state"),
        ("person,person,state\na,a,sad", "each once"),
        ("time,state\n1,sad", "must have the column person"),
        ("person,time,sad,happy\na,1,.5,.5", "all seven looks or none, but has happy, sad"),
        ("person,time\na,1", "and state or the seven looks"),
        ("person,time,state\n", "at least one row"),
        ("person,time,state\na,1", "line 2 must have as many fields"),
        ("person,time,state\na,1,sad,x", "line 2 must have as many fields"),
        ("person,time,state\n ,1,sad", "line 2 must name a person"),
        ("person,time,state\na,1,bored", "must have a state of angry, .* but has 'bored'"),
        ("person,time,state\na,soon,sad", "must have a number as time, but has 'soon'"),
        ("person,time,state\na,nan,sad", "must have a number as time, but has 'nan'"),
        ("person,time,state\na,-1,sad", "a time of 0 to 86400 s, but has -1"),
        (f"person,time,{LOOKS}\na,1,.5,0,0,0,0,0,0", "they sum to 0.5000"),
        (f"person,time,{LOOKS}\na,1,-1,2,0,0,0,0,0", "the least is -1"),
        ("person,state\na,sad", "must be a bank and hold state and the seven looks"),
        (f"person,state,{LOOKS}\na,sad,{SAD}", "at least 3 faces of each look, but has 0 angry"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(content: str, said: str, write: Write) -> None:
    with pytest.raises(BenchError, match=said):
        read_replay(write(content))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="must be a readable CSV file"):
        read_replay(tmp_path / "none.csv")
