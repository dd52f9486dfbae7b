import pytest

from capture_agent.sampling.rate_control import RateControl


def settled(cost: float, usual: float = 2.0, most: float = 5.0) -> float:
    pace = RateControl(usual, most)
    for _ in range(50):
        pace.took(cost)
    return pace.rate


@pytest.mark.parametrize(
    ("cost", "rate"),
    [
        (0.005, 5.0),
        (0.010, 5.0),
        (0.0125, 4.0),
        (0.020, 2.0),
        (0.099, 2.0),
        (0.110, 1.0),
        (5.0, 1.0),
    ],
)
def test_cheap_pictures_are_looked_at_more_often_and_dear_ones_less(
    cost: float, rate: float
) -> None:
    assert settled(cost) == rate


def test_nothing_is_changed_before_a_cost_is_known() -> None:
    pace = RateControl(2.0, 5.0)
    pace.took(0.0)
    assert pace.rate == 2.0


def test_who_asks_for_few_or_for_no_more_gets_no_more() -> None:
    assert settled(0.001, usual=0.5, most=0.5) == 0.5
    assert settled(9.0, usual=0.5, most=0.5) == 0.5
    assert settled(0.001, usual=2.0, most=1.0) == 2.0


def test_a_load_shows_within_seconds_and_passes() -> None:
    pace = RateControl(2.0, 5.0)
    rates = []
    for cost in [0.009] * 5 + [0.3] * 6 + [0.009] * 25:
        pace.took(cost)
        rates.append(pace.rate)
    assert rates[4] == 5.0
    assert rates[10] == 1.0
    assert rates[-1] == 5.0
