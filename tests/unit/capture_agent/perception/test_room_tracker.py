import numpy as np

from capture_agent.perception.room_tracker import FORGET_S, Box, RoomTracker


def box(x: float, y: float, side: float = 40.0) -> Box:
    return x - side / 2, y - side / 2, side, side


def test_whoever_stays_keeps_the_number_whatever_the_order() -> None:
    subject = RoomTracker()
    assert subject.follow([box(100, 100), box(300, 100)], 0.0) == [0, 1]
    assert subject.follow([box(305, 102), box(96, 100)], 0.5) == [1, 0]


def test_a_missed_picture_changes_nothing_and_a_longer_absence_makes_somebody_new() -> None:
    subject = RoomTracker()
    subject.follow([box(100, 100)], 0.0)
    assert subject.follow([], 0.5) == []
    assert subject.follow([box(104, 100)], 1.0) == [0]
    assert subject.follow([box(104, 100)], 1.0 + FORGET_S + 0.1) == [1]


def test_a_face_elsewhere_or_of_another_size_is_another() -> None:
    subject = RoomTracker()
    subject.follow([box(100, 100)], 0.0)
    assert subject.follow([box(160, 100)], 0.5) == [1]
    assert subject.follow([box(160, 100, side=160)], 1.0) == [2]


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    subject = RoomTracker()
    for step in range(21):
        left, right = 100 + 10 * step, 300 - 10 * step
        found = subject.follow([box(left, 100), box(right, 118)], 0.2 * step)
        assert found == [0, 1], step


def test_a_gallery_of_restless_faces_keeps_its_numbers() -> None:
    random = np.random.default_rng(5)
    rows, columns = np.divmod(np.arange(49), 7)
    home = np.stack([137 + 274 * columns, 77 + 154 * rows], axis=1).astype(float)
    at, subject = home.copy(), RoomTracker()
    first = subject.follow([box(*place, side=90) for place in at], 0.0)
    for step in range(1, 120):
        at = home + np.clip(at - home + random.normal(0, 12, at.shape), -70, 70)
        seen = random.random(49) > 0.05
        found = subject.follow([box(*place, side=90) for place in at[seen]], step / 2)
        assert found == [number for number, here in zip(first, seen, strict=True) if here]


def test_after_a_break_everybody_is_new() -> None:
    subject = RoomTracker()
    subject.follow([box(100, 100)], 0.0)
    subject.forget()
    assert subject.follow([box(100, 100)], 0.1) == [1]
