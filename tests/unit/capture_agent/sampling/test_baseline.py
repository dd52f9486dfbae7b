from capture_agent.sampling.baseline import Baseline
from contract.events import EventKind

START, END = EventKind.BASELINE_START, EventKind.BASELINE_END


def test_ten_seconds_from_the_first_face_on_and_only_once() -> None:
    baseline = Baseline(wanted=True)
    seen = [(0.0, False), (3.0, True), (8.0, False), (12.9, True), (13.0, True), (30.0, True)]
    marks = [baseline.at(moment, face) for moment, face in seen]
    assert marks == [None, START, None, None, END, None]
    assert baseline.interrupt() is None


def test_an_interruption_ends_it_early_for_good() -> None:
    baseline = Baseline(wanted=True)
    assert baseline.interrupt() is None
    assert baseline.at(0.0, True) is START
    assert baseline.interrupt() is END
    assert baseline.at(1.0, True) is None


def test_nobody_who_did_not_ask_for_it_has_one() -> None:
    baseline = Baseline(wanted=False)
    assert [baseline.at(moment, True) for moment in (0.0, 5.0, 15.0)] == [None] * 3
