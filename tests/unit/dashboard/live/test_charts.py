"""Charts: order, colours, times in the school's zone."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import plotly.io
import pytest

from contract import LOOKS, Look
from contract.languages import Language
from dashboard.components import theme
from dashboard.components.theme import LOOK_COLOURS, STACK, translucent
from dashboard.i18n import speaking
from dashboard.live import charts
from dashboard.reports import svg
from services.live.values import LivePoint, MarkerPoint

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SHARES = (0.05, 0.05, 0.05, 0.2, 0.1, 0.05, 0.5)


def point(step: int, shares: tuple[float, ...] | None = SHARES) -> LivePoint:
    return LivePoint(int(START.timestamp()) + 10 * step, shares, 0.8, 0.9, 5)


def test_every_look_has_its_own_colour_and_place() -> None:
    assert set(STACK) == set(LOOKS)
    assert len(set(LOOK_COLOURS.values())) == len(LOOKS)
    assert (STACK[0], STACK[-1]) == (Look.NEUTRAL, Look.SAD)


def test_the_stack_is_in_order_and_local_time() -> None:
    figure = charts.mood_figure([point(0), point(1)], [], BERLIN)
    looks = figure["data"][: len(STACK)]
    assert [trace["fillcolor"] for trace in looks] == [LOOK_COLOURS[look] for look in STACK]
    assert looks[0]["x"] == ["2026-11-21 10:00:00", "2026-11-21 10:00:10"]
    assert looks[0]["y"] == [0.5, 0.5]
    assert sum(trace["y"][0] for trace in looks) == pytest.approx(1.0)
    assert figure["layout"]["uirevision"] == "mood"


def test_where_nobody_was_seen_the_stack_falls_to_the_floor() -> None:
    figure = charts.mood_figure([point(0), point(1, None)], [], BERLIN)
    assert [trace["y"][1] for trace in figure["data"][: len(STACK)]] == [0.0] * len(STACK)


def test_a_lecture_of_more_than_eight_hours_lets_go_of_an_hour_at_once() -> None:
    kept = charts.KEPT_POINTS
    assert charts.first_kept(0) == charts.first_kept(kept) == 0
    assert charts.first_kept(kept + 1) == charts.first_kept(kept + 360) == 360
    assert charts.first_kept(kept + 361) == 720


def test_all_figures_share_one_template_that_knows_neither_light_nor_dark() -> None:
    drawn = (
        charts.mood_figure([point(0)], [], BERLIN),
        charts.attention_figure([point(0)], [], BERLIN),
        charts.band_figure([point(0)], [Look.SAD], BERLIN),
    )
    template = plotly.io.templates[theme.PLOTLY].to_plotly_json()
    assert [figure["layout"]["template"] for figure in drawn] == [template] * 3
    colours = {"paper_bgcolor", "plot_bgcolor"}
    assert {template["layout"][name] for name in colours} == {"rgba(0,0,0,0)"}
    assert "color" not in template["layout"]["font"]
    assert not {"gridcolor", "color"} & template["layout"]["xaxis"].keys()


def test_a_figure_is_told_without_its_template() -> None:
    figure = charts.mood_figure([point(0)], [], BERLIN)
    told = charts.untold(figure)
    assert "template" not in told["layout"]
    assert "template" in figure["layout"]
    assert told["data"] == figure["data"]
    assert len(json.dumps(told["layout"])) < 150


def test_the_names_of_a_figure_are_in_the_readers_language() -> None:
    def name() -> str:
        return str(charts.mood_figure([point(0)], [], BERLIN)["data"][0]["name"])

    english = name()
    with speaking(Language.ES):
        assert name() != english
    assert name() == english


def test_a_band_lies_under_its_line_and_a_marker_says_its_words() -> None:
    ends = replace(point(0), low=(0.1,) * 7, high=(0.3,) * 7)
    low, high, share = charts.band_figure([ends, point(1)], [Look.SAD], BERLIN)["data"]
    assert (low["y"], high["y"], share["y"]) == ([0.1, None], [0.3, None], [0.1, 0.1])
    assert (low.get("fill"), high["fill"]) == (None, "tonexty")
    marker = MarkerPoint(START, "Quiz")
    drawn = charts.mood_figure([point(0)], [marker], BERLIN)["data"][-1]
    assert (drawn["x"], drawn["text"]) == (["2026-11-21 10:00:00"], ["Quiz"])


def axis(minutes: int = 10) -> svg.Axis:
    times = [START.astimezone(BERLIN) + timedelta(minutes=i) for i in range(minutes)]
    return svg.Axis(times[0], times[0] + timedelta(minutes=minutes), times, timedelta(minutes=1))


def test_the_printed_stack_is_well_formed_and_fills_the_height() -> None:
    drawn = svg.stacked_looks(axis(), [SHARES] * 4 + [None] * 2 + [SHARES] * 4, [], 190)
    polygons = ET.fromstring(drawn).findall("{*}polygon")  # noqa: S314 - our own text
    assert [polygon.get("fill") for polygon in polygons[:7]] == [
        LOOK_COLOURS[look] for look in STACK
    ]
    assert len(polygons) == 14  # the gap breaks the stack in two
    heights = {
        float(corner.split(",")[1])
        for polygon in polygons
        for corner in str(polygon.get("points")).split()
    }
    assert (min(heights), max(heights)) == (16.0, 168.0)


def test_printed_lines_break_where_nothing_is_known() -> None:
    line = svg.Line([0.5, None, 0.5, 0.6, None, None, 1.0, 0.0, 0.1, 0.2], "#5656cf")
    drawn = ET.fromstring(svg.lines(axis(), [line], [], 110))  # noqa: S314 - our own text
    assert len(drawn.findall("{*}polyline")) == 3


def test_a_ceiling_lifts_small_shares() -> None:
    line = svg.Line([0.25] * 10, "#0072b2")
    drawn = svg.lines(axis(), [line], [], 110, ceiling=0.25)
    assert ",16.0" in drawn
    assert "12.5 %" in drawn


def test_marks_are_numbered_and_text_is_escaped() -> None:
    drawn = svg.lines(axis(), [], [svg.Mark(axis().times[3], 7)], 110)
    assert ">7</text>" in drawn
    assert svg._text(0, 0, "<b>&", "start").count("&lt;b&gt;&amp;") == 1


@pytest.mark.parametrize(("minutes", "expected"), [(5, "10:01"), (47, "10:10"), (180, "11:00")])
def test_ticks_are_round_times(minutes: int, expected: str) -> None:
    drawn = svg.lines(axis(minutes), [], [], 110)
    assert f">{expected}</text>" in drawn
    assert drawn.count("middle") <= 9


def test_translucent() -> None:
    assert translucent("#0072B2", 0.5) == "rgba(0,114,178,0.5)"
