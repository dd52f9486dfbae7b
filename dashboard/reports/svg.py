"""The report's charts as SVG: a stacked area, lines, a time axis and markers.

Text is set in the report's own font, numbers are rounded to a tenth of a point, and nothing
depends on the machine, so the same values give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from contract import LOOKS
from dashboard import i18n
from dashboard.components import time_axis
from dashboard.components.theme import LOOK_COLOURS, STACK, translucent

WIDTH: Final = 700.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 38.0, 8.0, 16.0, 22.0
_INK, _QUIET, _GRID, _MARK = "#191a23", "#565c6b", "#e3e4ea", "#4a4ab4"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart; ``values`` 0..1, None where nothing is known."""

    values: Sequence[float | None]
    colour: str
    width: float = 1.8
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker on the time axis, by its number in the report's list."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Axis:
    """The time axis: from ``start`` to ``end``, in the school's zone; points lie at ``times``.

    It is straight in time: between two wall times their zone's clocks may have been changed.
    """

    start: datetime
    end: datetime
    times: Sequence[datetime]
    step: timedelta

    def x(self, moment: datetime, later: float = 0.0) -> float:
        """Where ``moment`` lies, or so many seconds ``later``, in points."""
        begin = self.start.timestamp()
        span = max(self.end.timestamp() - begin, 1.0)
        share = (moment.timestamp() + later - begin) / span
        return _LEFT + min(max(share, 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The vertical axis: shares from 0 to ``ceiling``."""

    height: float
    ceiling: float = 1.0

    def y(self, share: float) -> float:
        part = min(max(share / self.ceiling, 0.0), 1.0)
        return _TOP + (1.0 - part) * (self.height - _TOP - _BOTTOM)


def stacked_looks(
    axis: Axis, shares: Sequence[Sequence[float] | None], marks: Sequence[Mark], height: float
) -> str:
    """The looks over time, in the order and colours of the live page. ``shares``: FER2013 order."""
    scale = _Scale(height)
    body = []
    for run in _runs(shares):
        xs = [x for i in run for x in _edges(axis, i)]
        floor = [0.0 for _ in xs]
        for look in STACK:
            index = LOOKS.index(look)
            ceiling = [
                base + _known(shares[i])[index]
                for i, base in zip([i for i in run for _ in range(2)], floor, strict=True)
            ]
            upper = [f"{x:.1f},{scale.y(v):.1f}" for x, v in zip(xs, ceiling, strict=True)]
            lower = [f"{x:.1f},{scale.y(v):.1f}" for x, v in zip(xs, floor, strict=True)]
            body.append(
                f'<polygon fill="{LOOK_COLOURS[look]}" stroke="#ffffff" stroke-width=".5" '
                f'stroke-opacity=".7" points="{" ".join(upper + lower[::-1])}"/>'
            )
            floor = ceiling
    return _svg(height, [*_grid(axis, scale), *body, *_marks(axis, marks, height)])


def lines(
    axis: Axis,
    drawn: Sequence[Line],
    marks: Sequence[Mark],
    height: float,
    band: tuple[Sequence[float | None], Sequence[float | None], str] | None = None,
    ceiling: float = 1.0,
) -> str:
    """Lines over time, each broken where nothing is known.

    ``band``: low, high and its colour. ``ceiling``: the share at the top of the chart.
    """
    scale = _Scale(height, ceiling)
    body = []
    if band is not None:
        body.extend(_band(axis, *band, scale))
    for line in drawn:
        dash = ' stroke-dasharray="2 3"' if line.dashed else ""
        for run in _runs(line.values):
            points = " ".join(
                f"{_middle(axis, i):.1f},{scale.y(_number(line.values[i])):.1f}" for i in run
            )
            body.append(
                f'<polyline fill="none" stroke="{line.colour}" stroke-width="{line.width:g}" '
                f'stroke-linejoin="round" stroke-linecap="round"{dash} points="{points}"/>'
            )
    return _svg(height, [*_grid(axis, scale), *body, *_marks(axis, marks, height)])


def _band(
    axis: Axis,
    low: Sequence[float | None],
    high: Sequence[float | None],
    colour: str,
    scale: _Scale,
) -> list[str]:
    both = [None if a is None or b is None else (a, b) for a, b in zip(low, high, strict=True)]
    shapes = []
    for run in _runs(both):
        upper = [f"{_middle(axis, i):.1f},{scale.y(_number(high[i])):.1f}" for i in run]
        lower = [f"{_middle(axis, i):.1f},{scale.y(_number(low[i])):.1f}" for i in run]
        shapes.append(
            f'<polygon fill="{translucent(colour, 1)}" fill-opacity=".18" '
            f'points="{" ".join(upper + lower[::-1])}"/>'
        )
    return shapes


def _runs(values: Sequence[object | None]) -> list[list[int]]:
    """Stretches of indices at which something is known."""
    runs: list[list[int]] = []
    for index, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _edges(axis: Axis, index: int) -> tuple[float, float]:
    start = axis.times[index]
    return axis.x(start), axis.x(start, axis.step.total_seconds())


def _middle(axis: Axis, index: int) -> float:
    return axis.x(axis.times[index], axis.step.total_seconds() / 2)


def _grid(axis: Axis, scale: _Scale) -> list[str]:
    steps = (0.0, 0.25, 0.5, 0.75, 1.0) if scale.height > 130 else (0.0, 0.5, 1.0)
    out = []
    for share in (step * scale.ceiling for step in steps):
        y = scale.y(share)
        out.append(
            f'<line x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{_GRID}" stroke-width=".8"/>'
        )
        out.append(
            _text(
                _LEFT - 6,
                y + 3.2,
                i18n.percent(share, 0 if share * 100 == int(share * 100) else 1),
                "end",
            )
        )
    out.extend(_text(x, scale.height - 6, name, anchor) for x, name, anchor in _ticks(axis))
    return out


def _ticks(axis: Axis) -> list[tuple[float, str, str]]:
    """Where on the axis which moment is named, and how its name lies there; across midnight each
    day is named at its first one."""
    begin = axis.start.timestamp()
    found = []
    for tick in time_axis.ticks(int(begin), int(axis.end.timestamp()), axis.start.tzinfo or UTC):
        x, name = axis.x(axis.start, tick.at - begin), tick.clock
        if tick.day:
            first = x < _LEFT + 28
            found.append((x, f"{tick.day}, {name}", "start" if first else "middle"))
        # A label at the very edge would be cut.
        elif _LEFT + 4 <= x <= WIDTH - _RIGHT - 10:
            found.append((x, name, "middle"))
    return found


def _marks(axis: Axis, marks: Sequence[Mark], height: float) -> list[str]:
    out = []
    for mark in marks:
        x = axis.x(mark.at)
        out.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 2:g}" y2="{height - _BOTTOM:g}" '
            f'stroke="{_MARK}" stroke-width="1"/>'
        )
        out.append(f'<circle cx="{x:.1f}" cy="{_TOP - 8:g}" r="6.5" fill="{_MARK}"/>')
        out.append(_text(x, _TOP - 5.2, str(mark.number), "middle", "#ffffff", 600))
    return out


def _text(
    x: float, y: float, text: str, anchor: str, colour: str = _QUIET, weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-family="Inter" '
        f'font-size="9" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )


def _svg(height: float, body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}" '
        f'viewBox="0 0 {WIDTH:g} {height:g}">{"".join(body)}</svg>'
    )


def _known(value: Sequence[float] | None) -> Sequence[float]:
    return value or [0.0] * len(LOOKS)


def _number(value: float | None) -> float:
    return value or 0.0
