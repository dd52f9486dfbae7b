"""How often check-ins were right in life: from twenty answers on, with an interval."""

import pytest

from analytics.flags.answered import LEAST_ANSWERS, Outcome, in_life


def test_nothing_is_said_below_twenty_answers() -> None:
    unjudged = [Outcome(None)] * 100
    assert in_life(unjudged + [Outcome(True)] * (LEAST_ANSWERS - 1)) is None
    assert in_life(unjudged + [Outcome(True)] * LEAST_ANSWERS) is not None


def test_who_is_right_and_who_wished_it() -> None:
    said = [Outcome(True)] * 12 + [Outcome(False)] * 6 + [Outcome(None)] * 9
    found = in_life([*said, Outcome(False, wished=True), Outcome(None, wished=True)])
    assert found is not None
    assert (found.answered, found.right, found.wished) == (20, 14, 2)
    assert found.share == pytest.approx(0.7)


def test_the_interval_is_as_wide_as_so_few_answers_are() -> None:
    found = in_life([Outcome(True)] * 15 + [Outcome(False)] * 5)
    assert found is not None
    assert found.likely == pytest.approx((0.570, 0.883), abs=0.005)
    more = in_life([Outcome(True)] * 150 + [Outcome(False)] * 50)
    assert more is not None
    assert more.likely[1] - more.likely[0] < 0.11
    perfect = in_life([Outcome(True)] * LEAST_ANSWERS)
    assert perfect is not None
    assert perfect.likely[0] < 0.95
    assert perfect.likely[1] <= 1.0
