"""Bars, matrices and reliability diagrams as SVG, for the page about the models and for explore."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Series = Mapping[str, Sequence[float]]

_COLOURS: Final = ("#0b6e99", "#c2410c", "#4d7c0f")
_CELL: Final = 52
_BAR: Final = 22


def bars(title: str, names: Sequence[str], series: Series, *, unit: str = "") -> str:
    """Horizontal bars: a group for each of ``names``, in it one bar of each of ``series``."""
    left, width = 150, 380
    group = _BAR * len(series) + 12
    height = 40 + group * len(names) + 24
    most = max((value for values in series.values() for value in values), default=0.0) or 1.0
    parts = [_frame(left + width + 90, height, title)]
    for row, name in enumerate(names):
        top = 40 + row * group
        middle = top + _BAR * len(series) / 2 + 4
        parts.append(
            f'<text x="{left - 8}" y="{middle:.1f}" text-anchor="end">{escape(name)}</text>'
        )
        for number, values in enumerate(series.values()):
            length = values[row] / most * width
            y = top + number * _BAR
            parts.append(
                f'<rect x="{left}" y="{y + 2}" width="{length:.1f}" height="{_BAR - 4}" '
                f'fill="{_COLOURS[number % len(_COLOURS)]}"/>'
                f'<text x="{left + length + 6:.1f}" y="{y + 15}">'
                f"{values[row]:g}{escape(unit)}</text>"
            )
    if len(series) > 1:
        for number, name in enumerate(series):
            x = left + number * 150
            parts.append(
                f'<rect x="{x}" y="{height - 18}" width="10" height="10" '
                f'fill="{_COLOURS[number % len(_COLOURS)]}"/>'
                f'<text x="{x + 16}" y="{height - 9}">{escape(name)}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def matrix(
    title: str, rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]
) -> str:
    """Counts by row and column; the shade is the share of the row."""
    left, top = 100, 70
    parts = [_frame(left + _CELL * len(columns) + 20, top + _CELL * len(rows) + 20, title)]
    for column, name in enumerate(columns):
        x = left + column * _CELL + _CELL / 2
        parts.append(f'<text x="{x}" y="{top - 8}" text-anchor="middle">{escape(name)}</text>')
    for row, name in enumerate(rows):
        y = top + row * _CELL
        total = max(sum(counts[row]), 1)
        parts.append(
            f'<text x="{left - 8}" y="{y + _CELL / 2 + 4}" text-anchor="end">{escape(name)}</text>'
        )
        for column, count in enumerate(counts[row]):
            share = count / total
            x = left + column * _CELL
            ink = "#ffffff" if share > 0.65 else "#1f1f1f"
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" '
                f'fill="{_shade(share)}"/>'
                f'<text x="{x + _CELL / 2 - 1}" y="{y + _CELL / 2 - 1}" text-anchor="middle" '
                f'fill="{ink}">{share:.0%}</text>'
                f'<text x="{x + _CELL / 2 - 1}" y="{y + _CELL / 2 + 13}" text-anchor="middle" '
                f'font-size="9" fill="{ink}">{count}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def reliability(title: str, lines: Mapping[str, Sequence[tuple[float, float, int]]]) -> str:
    """How right answers are by how sure they are: (sure, right, how many) of each bin that has any.

    Dots on the diagonal are as right as they are sure; their area goes with how many there are.
    """
    side, left, top = 300, 56, 36
    parts = [_frame(left + side + 150, top + side + 50, title)]

    def at(sure: float, right: float) -> tuple[float, float]:
        return left + sure * side, top + (1 - right) * side

    for step in range(6):
        value = step / 5
        x, y = at(value, value)
        parts.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + side}" y2="{y:.1f}" stroke="#dedede"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.0%}</text>'
            f'<text x="{x:.1f}" y="{top + side + 16}" text-anchor="middle">{value:.0%}</text>'
        )
    parts.append(
        f'<line x1="{left}" y1="{top + side}" x2="{left + side}" y2="{top}" stroke="#8a8a8a" '
        'stroke-dasharray="4 3"/>'
        f'<text x="{left + side / 2}" y="{top + side + 36}" text-anchor="middle">how sure</text>'
        f'<text x="14" y="{top + side / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {top + side / 2})">how often right</text>'
    )
    most = max((count for bins in lines.values() for _, _, count in bins), default=1)
    for number, (name, bins) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(*at(sure, right), count) for sure, right, count in bins]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 6 * (count / most) ** 0.5:.1f}" '
            f'fill="{colour}" fill-opacity="{0.75 if number else 0}" stroke="{colour}"/>'
            for x, y, count in places
        ]
        legend = top + 12 + 18 * number
        parts.append(
            f'<circle cx="{left + side + 20}" cy="{legend - 4}" r="5" fill="{colour}"/>'
            f'<text x="{left + side + 32}" y="{legend}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _frame(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="11" fill="#1f1f1f">'
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>'
        f'<text x="12" y="20" font-size="13" font-weight="bold">{escape(title)}</text>'
    )


def _shade(share: float) -> str:
    """From white to the blue of the other charts."""
    return "#" + "".join(
        f"{round(255 + (full - 255) * min(share, 1)):02x}" for full in (0x0B, 0x6E, 0x99)
    )
