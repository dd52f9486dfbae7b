"""Charts: order, colours, times in the school's zone."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import plotly.io
import pytest

from contract import LOOKS, Look
from contract.languages import Language
from dashboard.components import theme
from dashboard.components.theme import LOOK_COLOURS, STACK, translucent
from dashboard.i18n import speaking
from dashboard.live import charts, marker_words
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
    assert len(json.dumps(told["layout"])) < 250


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
    for drawn in charts.mood_figure([point(0)], [marker], BERLIN)["data"][-2:]:
        assert (drawn["x"], drawn["text"]) == (["2026-11-21 10:00:00"], ["Quiz"])


CHANGES = [
    # zone, start in UTC, minutes: an hour back, an hour on, half an hour back and on
    ("Europe/Berlin", datetime(2026, 10, 25, 0, 20, tzinfo=UTC), 120),
    ("Europe/Berlin", datetime(2026, 3, 29, 0, 20, tzinfo=UTC), 120),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 14, 20, tzinfo=UTC), 90),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 14, 50, tzinfo=UTC), 90),
]


def from_then(start: datetime, minutes: int) -> list[LivePoint]:
    first = int(start.timestamp())
    return [LivePoint(first + 10 * i, SHARES, 0.8, 0.9, 5) for i in range(1, 6 * minutes + 1)]


@pytest.mark.parametrize(("name", "start", "minutes"), CHANGES)
def test_where_clocks_are_changed_the_axis_is_straight_and_its_names_jump(
    name: str, start: datetime, minutes: int
) -> None:
    zone = ZoneInfo(name)
    points = from_then(start, minutes)
    figure = charts.mood_figure(points, [MarkerPoint(start, "Quiz")], zone)
    moments = [datetime.fromisoformat(x) for x in figure["data"][0]["x"]]
    assert {b - a for a, b in pairwise(moments)} == {timedelta(seconds=10)}
    axis = figure["layout"]["xaxis"]
    named = [datetime.fromisoformat(x) for x in axis["tickvals"]]
    assert len({b - a for a, b in pairwise(named)}) == 1
    # Each is named by what the clock on the wall says then.
    begin = moments[0]
    for at, words in zip(named, axis["ticktext"], strict=True):
        then = datetime.fromtimestamp(points[0].at, UTC) + (at - begin)
        assert words.startswith(then.astimezone(zone).strftime("%H:%M"))
    assert "UTC" in axis["hoverformat"]


@pytest.mark.parametrize(("name", "start", "minutes"), CHANGES)
def test_the_printed_axis_is_as_straight(name: str, start: datetime, minutes: int) -> None:
    zone = ZoneInfo(name)
    times = [(start + timedelta(minutes=i)).astimezone(zone) for i in range(minutes)]
    end = (start + timedelta(minutes=minutes)).astimezone(zone)
    line = svg.Line([0.5] * minutes, "#5656cf")
    drawn = svg.lines(svg.Axis(times[0], end, times, timedelta(minutes=1)), [line], [], 110)
    (polyline,) = ET.fromstring(drawn).findall("{*}polyline")  # noqa: S314 - our own text
    xs = [float(corner.split(",")[0]) for corner in str(polyline.get("points")).split()]
    steps = [b - a for a, b in pairwise(xs)]
    assert max(steps) - min(steps) < 0.3
    assert xs[-1] > 680


def test_across_midnight_both_days_are_named() -> None:
    start = datetime(2026, 11, 30, 22, 20, tzinfo=UTC)
    axis = charts.mood_figure(from_then(start, 90), [], BERLIN)["layout"]["xaxis"]
    assert [words for words in axis["ticktext"] if "<br>" in words] == [
        "23:30<br>30 Nov",
        "00:00<br>1 Dec",
    ]
    times = [(start + timedelta(minutes=i)).astimezone(BERLIN) for i in range(90)]
    drawn = svg.lines(svg.Axis(times[0], times[-1], times, timedelta(minutes=1)), [], [], 110)
    assert drawn.count(">30 Nov, ") == drawn.count(">1 Dec, ") == 1


def test_a_lecture_that_has_just_begun_is_named_by_its_own_minutes() -> None:
    begin = int(START.timestamp())
    for points in ([], [point(1)], [point(1), point(2)]):
        axis = charts.mood_figure(points, [], BERLIN, begin)["layout"]["xaxis"]
        assert axis["range"] == ["2026-11-21 10:00:00", "2026-11-21 10:05:00"]
    later = charts.mood_figure(from_then(START, 6), [], BERLIN, begin)["layout"]["xaxis"]
    assert later == {}


def test_words_of_markers_have_room_and_say_where_they_are_shortened() -> None:
    def placed(*minutes: int) -> list[marker_words.Words]:
        markers = [
            MarkerPoint(START + timedelta(minutes=m), f"Marker with many words, no. {m}")
            for m in minutes
        ]
        begin = START.timestamp()
        return marker_words.placed(markers, begin, begin + 3600)

    (alone,) = placed(5)
    assert alone.text == "Marker with many words, no.…"
    (last,) = placed(58)
    assert last.left
    close = placed(*range(0, 60, 2))
    assert all(len(one.text) <= 6 for one in close[:-2])
    assert {one.height for one in close} == set(marker_words.ROWS)
    assert marker_words.shortened("Quiz", 3) == ""
    assert marker_words.shortened("नमस्ते दुनिया", 5) in ("नम…", "नमस्…", "नमस…")
    assert marker_words.shortened("abcd👩\u200d🚀efgh", 6) == "abcd…"


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
