from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from capture_agent.clock import ClockCorrection
from capture_agent.perception.head_pose import HeadPose
from capture_agent.perception.pipeline import FaceReading, PictureReading
from capture_agent.sampling.sampler import Sampler
from contract.ids import uuid7_time

BEGIN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HAPPY = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
SAD = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)
FACE = FaceReading((0, 0, 9, 9), 0.8, HAPPY, HeadPose(2.0, 4.0, 6.0), 0.3)
SEEN = PictureReading(faces=1, student=FACE)
NOBODY = PictureReading(faces=0, student=None)


def sampler(rate: float = 2.0, offset: timedelta = timedelta(0)) -> Sampler:
    return Sampler("quick@1", rate, ClockCorrection(offset))


def at(seconds: float) -> tuple[datetime, float]:
    return BEGIN + timedelta(seconds=seconds), 500.0 + seconds


def test_two_of_thirty_pictures_a_second_are_wanted() -> None:
    subject = sampler()
    wanted = [frame for frame in range(90) if subject.wants(500 + frame / 30)]
    assert wanted == [0, 15, 30, 45, 60, 75]


def test_a_late_picture_does_not_shift_those_after_it() -> None:
    subject = sampler()
    assert [subject.wants(t) for t in (0.0, 0.9, 1.0, 1.4, 1.5)] == [True, True, True, False, True]


def test_a_second_becomes_one_observation_when_the_next_begins() -> None:
    subject = sampler()
    sad = replace(FACE, probabilities=SAD, score=0.6, pose=HeadPose(4.0, 0.0, 0.0))
    assert subject.add(SEEN, *at(0.0)) is None
    assert subject.add(PictureReading(3, sad), *at(0.5)) is None
    made = subject.add(SEEN, *at(1.0))
    assert made is not None
    assert (made.frames, made.face_share, made.faces) == (2, 1.0, 3)
    assert made.probabilities == (0, 0, 0, 0.5, 0.5, 0, 0)
    assert made.detection_score == pytest.approx(0.7)
    assert made.attention is not None
    assert (made.attention.yaw, made.attention.pitch, made.attention.roll) == (3.0, 2.0, 3.0)
    assert made.attentive == pytest.approx(0.98, abs=0.03)
    assert made.model == "quick@1"


def test_a_face_that_cannot_be_read_is_seen_and_not_judged() -> None:
    subject = sampler()
    dim = replace(FACE, probabilities=SAD, presence=0.9)
    subject.add(SEEN, *at(0.0))
    subject.add(PictureReading(1, dim), *at(0.5))
    half = subject.add(PictureReading(1, dim), *at(1.0))
    none = subject.finish()
    assert half is not None
    assert none is not None
    assert (half.face_share, half.probabilities) == (1.0, HAPPY)
    assert (none.face_share, none.faces, none.probabilities) == (1.0, 1, None)
    assert none.attention is not None


def test_the_time_is_that_of_the_seconds_beginning_and_lies_in_the_id() -> None:
    subject = sampler()
    subject.add(SEEN, *at(0.0))
    subject.add(SEEN, *at(1.25))
    made = subject.finish()
    assert made is not None
    assert abs(made.captured_at - (BEGIN + timedelta(seconds=1))) < timedelta(milliseconds=1)
    assert abs(uuid7_time(made.id) - made.captured_at) < timedelta(milliseconds=2)


def test_no_second_begins_before_its_first_picture() -> None:
    subject = sampler()
    subject.add(SEEN, *at(0.0))
    made = subject.finish()
    assert made is not None
    assert made.captured_at == BEGIN


def test_a_known_wrong_clock_is_corrected_and_said() -> None:
    subject = sampler(offset=timedelta(minutes=-3))
    subject.add(SEEN, *at(0.0))
    made = subject.finish()
    assert made is not None
    assert made.clock_offset_ms == -180_000
    assert made.captured_at < BEGIN - timedelta(seconds=179)


def test_a_second_without_a_face_has_no_probabilities() -> None:
    subject = sampler()
    subject.add(NOBODY, *at(0.0))
    made = subject.finish()
    assert made is not None
    assert (made.face_share, made.faces) == (0.0, 0)
    assert made.probabilities is made.attentive is made.attention is made.detection_score is None


def test_half_a_second_of_face_counts_half() -> None:
    subject = sampler()
    subject.add(SEEN, *at(0.0))
    subject.add(NOBODY, *at(0.5))
    made = subject.finish()
    assert made is not None
    assert (made.face_share, made.probabilities) == (0.5, HAPPY)
    assert made.attentive == pytest.approx(0.98, abs=0.03)


def test_a_face_without_a_pose_is_not_judged() -> None:
    subject = sampler()
    subject.add(PictureReading(1, replace(FACE, pose=None)), *at(0.0))
    made = subject.finish()
    assert made is not None
    assert made.probabilities == HAPPY
    assert made.attentive is made.attention is None


def test_seconds_nobody_saw_give_nothing() -> None:
    subject = sampler()
    subject.add(SEEN, *at(0.0))
    made = [subject.add(SEEN, *at(60.0)), subject.finish(), subject.finish()]
    assert [it is None for it in made] == [False, False, True]


def test_after_a_pause_a_second_begins_anew() -> None:
    subject = sampler()
    subject.wants(500.0)
    subject.add(SEEN, *at(0.0))
    assert subject.pause() is not None
    assert subject.wants(500.1)
    assert subject.add(SEEN, *at(0.1)) is None
    assert subject.add(SEEN, *at(1.05)) is None
    assert subject.add(SEEN, *at(1.15)) is not None


def test_another_rate_begins_with_the_next_second() -> None:
    subject = sampler()
    wanted = []
    for frame in range(120):
        if frame == 35:
            subject.set_rate(5.0)
        if frame == 65:
            subject.set_rate(1.0)
        if subject.wants(500 + frame / 30):
            wanted.append(frame)
    assert wanted == [0, 15, 30, 45, 60, 66, 72, 78, 84, 90]
