import pytest

from analytics.report.comparison import FIGURES, LEAST, Standing, compare

NAN = float("nan")


def test_a_figure_stands_beside_the_range_of_the_earlier_ones() -> None:
    earlier = [{"attentive": 0.6}, {"attentive": 0.7}, {"attentive": 0.64}]
    (within,) = compare({"attentive": 0.66}, earlier)
    assert (within.usual, within.low, within.high, within.lectures) == (0.64, 0.6, 0.7, 3)
    assert within.standing is Standing.WITHIN
    for now, standing in ((0.8, Standing.ABOVE), (0.5, Standing.BELOW), (0.73, Standing.WITHIN)):
        (one,) = compare({"attentive": now}, earlier)
        assert one.standing is standing


def test_one_earlier_lecture_is_no_habit() -> None:
    assert LEAST == 2
    assert compare({"attentive": 0.5}, [{"attentive": 0.6}]) == ()
    assert compare({"attentive": 0.5}, [{"attentive": 0.6}, {"attentive": NAN}]) == ()


@pytest.mark.parametrize("now", [{}, {"attentive": NAN}])
def test_what_is_not_shown_is_not_compared(now: dict[str, float]) -> None:
    assert compare(now, [{"attentive": 0.6}] * 3) == ()


def test_every_share_is_compared_in_the_order_of_the_looks() -> None:
    figures = dict.fromkeys(FIGURES, 0.5)
    assert [one.figure for one in compare(figures, [figures, figures])] == list(FIGURES)
    assert FIGURES[2:4] == ("angry", "disgust")
