"""Small line charts as SVG, for the page about the analytics: no plotting library is needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

Point = tuple[float, float]
Place = Callable[[Point], Point]

_WIDTH: Final = 560
_HEIGHT: Final = 320
_LEFT: Final = 56
_RIGHT: Final = 150
_TOP: Final = 34
_BOTTOM: Final = 46
_COLOURS: Final = ("#0b6e99", "#c2410c", "#4d7c0f", "#7e22ce", "#525252")
_DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 4")
"""Lines differ by dash as well as by colour."""


@dataclass(frozen=True)
class Line:
    """One line of a chart; points whose value is unknown are left out before."""

    name: str
    points: tuple[Point, ...]


def chart(
    title: str,
    x: str,
    y: str,
    lines: Sequence[Line],
    *,
    band: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
) -> str:
    """The SVG of ``lines`` over ``x``; ``band`` shades the range of y that is aimed at."""
    points = [point for line in lines for point in line.points]
    xs, ys = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
    x0, x1 = min(xs), max(xs)
    y0, y1 = y_range or (min([*ys, *(band or ())]), max([*ys, *(band or ())]))
    x1, y1 = (x1 if x1 > x0 else x0 + 1), (y1 if y1 > y0 else y0 + 1)

    def at(point: Point) -> Point:
        return (
            _LEFT + (point[0] - x0) / (x1 - x0) * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - (point[1] - y0) / (y1 - y0) * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="11">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" font-size="13" font-weight="bold">{escape(title)}</text>',
    ]
    if band is not None:
        (left, high), (right, low) = at((x0, band[1])), at((x1, band[0]))
        parts.append(
            f'<rect x="{left:.1f}" y="{high:.1f}" width="{right - left:.1f}" '
            f'height="{low - high:.1f}" fill="#e7f0e3"/>'
        )
    parts += _axes(at, (x0, x1), (y0, y1), x, y)
    for number, line in enumerate(lines):
        parts += _line(number, line, at)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes(place: Place, xs: Point, ys: Point, x: str, y: str) -> list[str]:
    parts = []
    for step in range(5):
        value = ys[0] + (ys[1] - ys[0]) * step / 4
        left, top = place((xs[0], value))
        right, _ = place((xs[1], value))
        parts.append(
            f'<line x1="{left:.1f}" y1="{top:.1f}" x2="{right:.1f}" y2="{top:.1f}" '
            f'stroke="#d4d4d4"/><text x="{left - 6:.1f}" y="{top + 4:.1f}" '
            f'text-anchor="end">{value:.3g}</text>'
        )
        across = xs[0] + (xs[1] - xs[0]) * step / 4
        here, bottom = place((across, ys[0]))
        parts.append(
            f'<text x="{here:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{across:.3g}</text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(x)}</text>')
    parts.append(
        f'<text x="14" y="{_HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {_HEIGHT / 2})">{escape(y)}</text>'
    )
    return parts


def _line(number: int, line: Line, at: Place) -> list[str]:
    colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    placed = [at(point) for point in line.points]
    path = " ".join(f"{left:.1f},{top:.1f}" for left, top in placed)
    legend = _TOP + 16 * number
    right = _WIDTH - _RIGHT + 12
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>',
        *(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in placed),
        f'<line x1="{right}" y1="{legend}" x2="{right + 20}" y2="{legend}" stroke="{colour}" '
        f'stroke-width="2" stroke-dasharray="{dash}"/>',
        f'<text x="{right + 26}" y="{legend + 4}">{escape(line.name)}</text>',
    ]
