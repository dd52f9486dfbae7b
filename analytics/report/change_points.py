"""Change points: when a class changed, what the teacher had marked, and what to try next time.

Changes are found over the whole lecture by penalised segmentation (Killick et al. 2012, *Optimal
Detection of Changepoints With a Linear Computational Cost*, by the ruptures library). Computed from
the shown class timeline alone, so that it can tell nothing that the timeline hides. What is
suggested is a key; the words for it, and their care, belong to whoever knows the reader.

What ``[own]`` marks: ``docs/science.md``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.buckets import Bools, Floats, Ints
from contract.looks import LOOKS, Look

SIDE_S: Final = 300
"""Seconds compared on each side of a change `[own]`."""
NOTABLE: Final = 0.05
"""A smaller change is called none `[own]`."""
SHORTEST_S: Final = 240
"""What lasts less is no change of the lecture `[own]`."""
PENALTY: Final = 2.0
"""Times the penalty of the Bayesian information criterion, because minutes resemble their
neighbours `[own]`: on lectures without any change it keeps nine in ten free of one."""
LEAST_NOISE: Final = 0.02
"""No figure is taken to scatter less from step to step than this."""
MOST: Final = 4
"""More change points than this nobody revisits."""
NEAR_S: Final = 180
"""A marker explains a change that follows it within this time."""
_CONFIDENCE: Final = 0.95
"""One-sided: 90 % of what may be lies between both ends."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Marker:
    """Something the teacher noted, e.g. *group work starts*; ``at`` in epoch seconds."""

    at: int
    label: str


@dataclass(frozen=True)
class MarkerChange:
    """Before and after one marker. Shares are 0..1, NaN where nothing was shown."""

    marker: Marker
    attentive_before: float
    attentive_after: float
    look: Look | None
    """the look whose share changed most"""
    share_before: float
    share_after: float
    attentive_span: Span = (float("nan"), float("nan"))
    """90 % interval of ``attentive_after``, from how it varied step by step; NaN on one step"""
    share_span: Span = (float("nan"), float("nan"))
    """of ``share_after``: the mean ends of its steps' intervals; NaN where they have none"""


class Advice(StrEnum):
    """What to try in the next lesson."""

    AGAIN = "again"
    """attention rose, or happy-looking did: worth doing again"""
    SHORTER = "shorter"
    """attention fell after a marker: a shorter stretch, or a question in its middle"""
    BREAK = "break"
    """attention fell and nothing was marked: a break or a change of activity before this time"""
    ASK = "ask"
    """a look that may speak of trouble rose: ask how this part was for them"""
    RECALL = "recall"
    """another look changed: recall what was on"""


@dataclass(frozen=True)
class ChangePoint:
    """A lasting change of the class."""

    at: int
    """epoch seconds: the first step after the change"""
    marker: Marker | None
    """what the teacher had marked shortly before"""
    look: Look | None
    """None: the attentive index"""
    before: float
    after: float
    span: Span
    """90 % interval of ``after``; NaN where it is unknown"""
    lasted_s: int
    """how long it stayed so"""
    advice: Advice


@dataclass(frozen=True, eq=False)
class Course:
    """The shown class timeline: S steps of ``step_s``. NaN: withheld."""

    starts: Ints
    step_s: int
    attentive: Floats
    """(S,)"""
    shares: Floats
    """(S, 7)"""
    low: Floats
    """(S, 7) ends of the shares' 90 % intervals"""
    high: Floats


def marker_changes(
    course: Course, markers: Sequence[Marker], *, side_s: int = SIDE_S
) -> tuple[MarkerChange, ...]:
    """One change for each marker that has shown steps on both sides, in the order of time.

    A step in which a marker lies belongs to neither side, nor does one behind the marker before or
    after it.
    """
    starts, step_s = course.starts, course.step_s
    ordered = sorted(markers, key=lambda marker: marker.at)
    bounds = [-np.inf, *(marker.at for marker in ordered), np.inf]
    found = []
    for index, marker in enumerate(ordered):
        first = max(marker.at - max(side_s, step_s) - step_s + 1, bounds[index])
        last = min(marker.at + max(side_s, step_s) + step_s - 1, bounds[index + 2])
        before = (starts >= first) & (starts + step_s <= marker.at)
        after = (starts >= marker.at) & (starts + step_s <= last)
        change = _change(course, marker, before, after)
        if change is not None:
            found.append(change)
    return tuple(found)


def change_points(
    course: Course, markers: Sequence[Marker], *, most: int = MOST
) -> tuple[ChangePoint, ...]:
    """The ``most`` largest lasting changes, in the order of time; see ``ChangePoint``.

    Each tells of the figure that changed most there, against how it scatters from step to step.
    """
    known = np.flatnonzero(~np.isnan(course.attentive) & ~np.isnan(course.shares).any(axis=1))
    shortest = max(2, -(-SHORTEST_S // course.step_s))
    if len(known) < 2 * shortest:
        return ()
    figures = np.column_stack([course.attentive, course.shares])[known]
    noise = _noise(figures)
    cuts = _cuts(figures / noise, shortest)
    found = []
    for left, cut, right in zip([0, *cuts], cuts, [*cuts[1:], len(known)], strict=False):
        near = max(1, SIDE_S // course.step_s)
        before, after = known[max(left, cut - near) : cut], known[cut : min(right, cut + near)]
        found += list(_change_point(course, noise, before, after, known[cut:right], markers))
    largest = sorted(found, key=lambda pair: -pair[0])[:most]
    return tuple(sorted((found for _, found in largest), key=lambda found: found.at))


def _cuts(scaled: Floats, shortest: int) -> list[int]:
    """Where the means of ``scaled`` (N, D), whose steps scatter by one, change; without the end."""
    # ruptures brings SciPy, which only a report should pay for.
    import ruptures

    count, width = scaled.shape
    penalty = PENALTY * (width + 1) * np.log(count)
    finder = ruptures.KernelCPD(kernel="linear", min_size=shortest).fit(scaled)
    return [int(end) for end in finder.predict(pen=float(penalty))[:-1]]


def _noise(figures: Floats) -> Floats:
    """(D,) how far each figure scatters from step to step, robustly: changes are few."""
    steps = np.abs(np.diff(figures, axis=0))
    # The median of |x − y| of two normal values is .954 of their common spread.
    return np.asarray(np.maximum(np.median(steps, axis=0) / 0.954, LEAST_NOISE))


def _change_point(
    course: Course,
    noise: Floats,
    before: Ints,
    after: Ints,
    whole: Ints,
    markers: Sequence[Marker],
) -> Iterator[tuple[float, ChangePoint]]:
    """How large the change between two stretches is, and the change; nothing where none is."""
    figures = np.column_stack([course.attentive, course.shares])
    old, new = figures[before].mean(axis=0), figures[after].mean(axis=0)
    change = new - old
    # Neutral is what the other looks leave over.
    change[1 + LOOKS.index(Look.NEUTRAL)] = 0.0
    size = np.where(np.abs(change) >= NOTABLE, np.abs(change) / noise, 0.0)
    most = int(np.argmax(size))
    if size[most] <= 0:
        return
    at = int(course.starts[after[0]])
    marker = _explains(markers, at, course.step_s)
    look = None if most == 0 else LOOKS[most - 1]
    span = _span(course.attentive[after]) if look is None else _ends(course, after, most - 1)
    yield (
        float(size[most]),
        ChangePoint(
            at=at,
            marker=marker,
            look=look,
            before=float(old[most]),
            after=float(new[most]),
            span=span,
            lasted_s=len(whole) * course.step_s,
            advice=_advice(look, rose=bool(change[most] > 0), marked=marker is not None),
        ),
    )


def _explains(markers: Sequence[Marker], at: int, step_s: int) -> Marker | None:
    """The last marker before a change, which is only known to within a step or two."""
    near = [m for m in markers if at - NEAR_S - step_s <= m.at <= at + step_s]
    return max(near, key=lambda marker: marker.at, default=None)


_TROUBLE: Final = (Look.SAD, Look.ANGRY, Look.FEAR, Look.DISGUST)


def _advice(look: Look | None, *, rose: bool, marked: bool) -> Advice:
    if look is None:
        if rose:
            return Advice.AGAIN
        return Advice.SHORTER if marked else Advice.BREAK
    if look in _TROUBLE and rose:
        return Advice.ASK
    if look is Look.HAPPY and rose:
        return Advice.AGAIN
    return Advice.RECALL


def _change(course: Course, marker: Marker, before: Bools, after: Bools) -> MarkerChange | None:
    turned = [_mean(course.attentive[side]) for side in (before, after)]
    looks = [_mean(course.shares[side]) for side in (before, after)]
    if np.isnan(turned).any() and np.isnan(looks).any():
        return None
    difference = looks[1] - looks[0]
    most = None if np.isnan(difference).any() else int(np.argmax(np.abs(difference)))
    behind = np.flatnonzero(after)
    unknown = float("nan"), float("nan")
    return MarkerChange(
        marker=marker,
        attentive_before=float(turned[0]),
        attentive_after=float(turned[1]),
        look=None if most is None else LOOKS[most],
        share_before=float("nan") if most is None else float(looks[0][most]),
        share_after=float("nan") if most is None else float(looks[1][most]),
        attentive_span=_span(course.attentive[after]),
        share_span=unknown if most is None else _ends(course, behind, most),
    )


def _span(values: Floats) -> Span:
    """Student's t interval of the mean over steps; NaN where it takes more than one to know."""
    # SciPy's special functions take half a second to import, which only a report should pay.
    from scipy.special import stdtrit

    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float("nan"), float("nan")
    reach = float(stdtrit(len(known) - 1, _CONFIDENCE) * known.std(ddof=1) / np.sqrt(len(known)))
    mean = float(known.mean())
    return max(0.0, mean - reach), min(1.0, mean + reach)


def _ends(course: Course, steps: Ints, look: int) -> Span:
    """Mean ends of the steps' intervals: a student keeps their face, so errors do not cancel."""
    return float(_mean(course.low[steps, look])), float(_mean(course.high[steps, look]))


def _mean(values: Floats) -> Floats:
    """The mean of the steps that were shown, over the first axis; NaN where none was."""
    known = ~np.isnan(values).any(axis=tuple(range(1, values.ndim)))
    if not known.any():
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values[known].mean(axis=0), np.float64)
