from datetime import UTC, datetime, timedelta

from capture_agent.clock import ClockCorrection

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_clock_that_is_nearly_right_is_left_alone() -> None:
    correction = ClockCorrection()
    assert not correction.learn(NOW + 1.9 * SECOND, NOW, NOW)
    assert correction.correct(NOW) == (NOW, 0)


def test_a_wrong_clock_is_corrected_by_the_middle_of_the_request() -> None:
    correction = ClockCorrection()
    assert correction.learn(NOW + 61 * SECOND, NOW, NOW + 2 * SECOND)
    assert correction.correct(NOW) == (NOW + 60 * SECOND, 60_000)


def test_the_correction_goes_when_the_clock_has_been_put_right() -> None:
    correction = ClockCorrection(timedelta(hours=-1))
    assert correction.learn(NOW, NOW, NOW)
    assert correction.offset_ms == 0


def test_jitter_of_the_network_does_not_move_the_correction() -> None:
    correction = ClockCorrection(timedelta(seconds=60))
    assert not correction.learn(NOW + 60.8 * SECOND, NOW, NOW)
    assert correction.offset_ms == 60_000


def test_a_slow_answer_and_a_clock_that_stepped_meanwhile_teach_nothing() -> None:
    correction = ClockCorrection()
    assert not correction.learn(NOW + 60 * SECOND, NOW, NOW + 5 * SECOND)
    assert not correction.learn(NOW + 60 * SECOND, NOW, NOW - SECOND)


def test_the_servers_moment_is_found_on_this_clock() -> None:
    correction = ClockCorrection(timedelta(minutes=-3))
    there, _ = correction.correct(NOW)
    assert correction.local(there) == NOW
