from datetime import UTC, datetime, timedelta

import pytest

from capture_agent.clock import ClockCorrection
from capture_agent.perception.head_pose import HeadPose
from capture_agent.perception.pipeline import FaceReading
from capture_agent.sampling.room_sampler import RoomSampler
from contract.ids import uuid7_time
from contract.observations import RoomObservation

BEGIN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def face(place: int, look: int = 6, yaw: float = 0.0) -> FaceReading:
    shares = tuple(0.7 if i == look else 0.05 for i in range(7))
    return FaceReading((100 * place, 50, 40, 40), 0.9, shares, HeadPose(yaw, 0.0, 0.0), 0.3)


def room(*looks: int) -> list[FaceReading]:
    return [face(place, look) for place, look in enumerate(looks)]


def sampler() -> RoomSampler:
    return RoomSampler("quick@1", 2.0, ClockCorrection())


def add(subject: RoomSampler, faces: list[FaceReading], seconds: float) -> RoomObservation | None:
    return subject.add(faces, BEGIN + timedelta(seconds=seconds), 500.0 + seconds)


def test_a_second_becomes_one_observation_of_each_faces_mean() -> None:
    subject = sampler()
    assert add(subject, room(3, 6, 6, 6, 4), 0.0) is None
    assert add(subject, room(4, 6, 6, 6, 4), 0.5) is None
    made = add(subject, room(6, 6, 6, 6, 6), 1.0)
    assert made is not None
    assert (made.frames, made.model) == (2, "quick@1")
    assert abs(made.captured_at - BEGIN) < MILLISECOND
    assert abs(uuid7_time(made.id) - BEGIN) <= MILLISECOND
    happy = sorted(round(it.probabilities[3], 3) for it in made.faces)
    assert happy == [0.05, 0.05, 0.05, 0.05, 0.375]
    assert [round(it.attentive or 0.0) for it in made.faces] == [1] * 5


def test_the_order_of_faces_says_nothing_of_their_places() -> None:
    made = []
    for looks in ((3, 4, 6, 0, 5), (5, 0, 3, 6, 4)):
        subject = sampler()
        add(subject, room(*looks), 0.0)
        made.append(subject.finish())
    assert made[0] is not None
    assert made[1] is not None
    assert made[0].faces == made[1].faces


@pytest.mark.parametrize(("count", "said"), [(4, False), (5, True)])
def test_of_fewer_than_five_nothing_is_said(count: int, said: bool) -> None:
    subject = sampler()
    add(subject, room(*[6] * count), 0.0)
    assert (subject.finish() is not None) is said


def test_a_face_that_only_flickers_is_none() -> None:
    subject = sampler()
    subject.set_rate(3.0)
    add(subject, room(6, 6, 6, 6, 6, 6), 0.0)
    add(subject, room(6, 6, 6, 6, 6), 0.4)
    add(subject, room(6, 6, 6, 6, 6), 0.7)
    made = subject.finish()
    assert made is not None
    assert len(made.faces) == 5


def test_each_face_is_judged_by_its_own_habit() -> None:
    subject = sampler()
    turned = [-40.0, 0.0, 0.0, 0.0, 40.0]
    for step in range(20):
        add(subject, [face(place, yaw=yaw) for place, yaw in enumerate(turned)], step / 2)
    made = add(subject, [face(place, yaw=0.0) for place in range(5)], 10.0)
    assert made is not None
    assert [round(it.attentive or 0.0) for it in made.faces] == [1] * 5
    later = subject.finish()
    assert later is not None
    assert sorted(round(it.attentive or 0.0) for it in later.faces) == [0, 0, 1, 1, 1]


def test_after_a_pause_a_second_begins_anew() -> None:
    subject = sampler()
    add(subject, room(6, 6, 6, 6, 6), 0.0)
    assert subject.pause() is not None
    assert subject.pause() is None
    assert subject.wants(777.7)
    add(subject, room(6, 6, 6, 6, 6), 277.7)
    made = subject.finish()
    assert made is not None
    assert abs(made.captured_at - BEGIN - timedelta(seconds=277.7)) < MILLISECOND
