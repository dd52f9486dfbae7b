"""Small groups: which students a class figure may cover, so that nothing hidden is subtracted.

A student is *hidden* where no row of theirs may be shown: everybody under ``aggregate``, those who
did not choose it under ``individual``. Hidden students enter class figures only as a group made of
blocks of at least k people (``analytics.privacy.blocks`` has the rule and its proof), in fixed
windows of which they were there 60 %, and such figures are shown in steps of 5 points. What is
derived afterwards (totals, changes at markers) is derived from the shown figures alone.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.buckets import Bools, Buckets, Floats, Ints
from analytics.mood.class_mood import LIVE_WINDOW_S, step_grid
from analytics.privacy.blocks import Counting, K, large_enough
from analytics.privacy.noise import Shift, nothing, shift
from analytics.privacy.suppression import kinds, laid_out, suppress
from contract.looks import BUCKET_SECONDS
from contract.policy import Policy
from contract.published_groups import PublishedGroup

AGGREGATE_STEP_S: Final = 300
INDIVIDUAL_STEP_S: Final = 60
CONTRIBUTES_FROM: Final = 0.6
"""Share of a window's buckets with a judged face from which a hidden student contributes."""
ROUNDING: Final = 0.05


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Who stands behind the class figure of each step; nobody: the figure is withheld."""

    starts: Ints
    """(S,) epoch seconds"""
    step_s: int
    members: Bools
    """(P, S)"""
    withheld: Bools
    """(S,) steps in which hidden students contributed and are not in the figure"""
    shift: Shift
    """by how much each step's figures are moved (``analytics.privacy.noise``)"""
    coarse: bool = False
    """whether figures may be shown in steps of 5 points only: they cover somebody hidden"""
    fresh: tuple[PublishedGroup, ...] = ()
    """groups not shown before: to be kept before anybody sees a figure of theirs"""


@dataclass(frozen=True, eq=False)
class LiveView:
    """What live class figures are computed from: hand the three to ``mood`` and ``engagement``."""

    buckets: Buckets
    now: int
    """epoch seconds; under small-group rules the end of the last fixed window"""
    window_s: int
    groups: Cohorts | None = None
    """what the steps of the lecture cover, under small-group rules"""
    coarse: bool = False
    """as in ``Cohorts``"""
    fresh: tuple[PublishedGroup, ...] = ()
    """as in ``Cohorts``"""


def step_for(policy: Policy) -> int:
    """Seconds of a step of the class timeline under ``policy``."""
    return AGGREGATE_STEP_S if policy is Policy.AGGREGATE else INDIVIDUAL_STEP_S


def cohorts(
    buckets: Buckets,
    policy: Policy,
    visible: Collection[Hashable],
    *,
    now: int,
    k: int = K,
    published: Sequence[PublishedGroup] = (),
    people: Mapping[Hashable, int] | None = None,
    secret: int | None = None,
) -> Cohorts:
    """The cohort of each step of the lecture so far, at the policy's own step.

    ``visible`` are the participants whose rows may be shown (ignored unless ``individual``);
    ``published`` are the groups of hidden students that earlier figures have shown already, oldest
    first; ``people`` says what each student counts as (``Counting``; default: one person each),
    ``secret`` is the lecture's own, by which unverified ones are hidden in noise.
    Only windows complete at ``now`` (epoch seconds) hold hidden students.
    """
    starts, firsts = step_grid(buckets.starts, step_for(policy))
    if policy is Policy.SELF_REPORT or not len(starts):
        nobody = np.zeros((len(buckets.participants), len(starts)), np.bool_)
        return Cohorts(starts, step_for(policy), nobody, _any(nobody), nothing(len(starts)))
    seen = (buckets.probability_count > 0).astype(np.int64)
    counts = np.add.reduceat(seen, firsts, axis=1)
    whole = step_for(policy) // BUCKET_SECONDS
    open_rows = _visible_rows(buckets, policy, visible)
    complete = starts + step_for(policy) <= now
    eligible = (counts >= CONTRIBUTES_FROM * whole) & ~open_rows[:, None] & complete
    made_of = np.add.reduceat(buckets.observations, firsts, axis=1)
    history = laid_out(published, buckets.participants, starts)
    standing = kinds(buckets.participants, history, people)
    standing[: len(open_rows)][open_rows] = Counting.NOBODY
    groups = suppress(eligible, made_of, k=k, history=history, people=standing)
    members = groups | ((made_of > 0) & open_rows[:, None])
    known = {_key(group) for group in published}
    fresh = [
        PublishedGroup(int(start), _made_of(buckets.participants, group, counts))
        for start, group, counts in zip(starts, groups.T, made_of.T, strict=True)
        if group.any()
    ]
    return Cohorts(
        starts,
        step_for(policy),
        members,
        _any(eligible & ~groups),
        shift(buckets.participants, standing[: len(open_rows)], groups, members, secret),
        policy is Policy.AGGREGATE or bool(groups.any()),
        tuple(group for group in fresh if _key(group) not in known),
    )


def _made_of(names: Sequence[Hashable], group: Bools, counts: Ints) -> dict[Hashable, int]:
    return {names[row]: int(counts[row]) for row in np.flatnonzero(group).tolist()}


def _key(group: PublishedGroup) -> tuple[int, frozenset[tuple[Hashable, int]]]:
    return group.begins, frozenset(group.members.items())


def _any(cells: Bools) -> Bools:
    return np.asarray(cells.any(axis=0), np.bool_)


def masked(buckets: Buckets, groups: Cohorts) -> Buckets:
    """``buckets`` with everything emptied that no class figure may cover."""
    if not len(groups.starts):
        return buckets
    step = np.searchsorted(groups.starts, buckets.starts, side="right") - 1
    return buckets.kept(groups.members[:, step])


def live_view(
    buckets: Buckets,
    policy: Policy,
    visible: Collection[Hashable],
    *,
    now: int,
    k: int = K,
    published: Sequence[PublishedGroup] = (),
    people: Mapping[Hashable, int] | None = None,
    secret: int | None = None,
) -> LiveView:
    """What live class figures may be computed from at ``now``, epoch seconds; else as ``cohorts``.

    Where nobody hidden could be counted it is the trailing minute of the visible students; else
    the last complete step of the class timeline, so that a live figure tells nothing more than the
    timeline does.
    """
    open_rows = _visible_rows(buckets, policy, visible)
    if policy is Policy.INDIVIDUAL and not _could_count(buckets, open_rows, people, k):
        names = [name for name, open_ in zip(buckets.participants, open_rows, strict=True) if open_]
        return LiveView(buckets.only(names), now, LIVE_WINDOW_S)
    groups = cohorts(
        buckets, policy, visible, now=now, k=k, published=published, people=people, secret=secret
    )
    end = now // groups.step_s * groups.step_s
    # A window is named by the last bucket that begins in it.
    view = masked(buckets, groups)
    last = end - BUCKET_SECONDS
    return LiveView(view, last, groups.step_s, groups, groups.coarse, groups.fresh)


def _could_count(
    buckets: Buckets, open_rows: Bools, people: Mapping[Hashable, int] | None, k: int
) -> bool:
    """Whether those who are hidden were enough to be counted, if all of them were there."""
    nothing = laid_out((), buckets.participants, buckets.starts)
    standing = kinds(buckets.participants, nothing, people)[~open_rows]
    unverified = int((standing == Counting.UNVERIFIED).sum())
    verified = int((standing == Counting.PERSON).sum())
    return large_enough(verified, unverified, k) or large_enough(0, unverified, k)


def told(visible: int, hidden: int, k: int = K) -> int | None:
    """How many students there are, ``visible`` and ``hidden``; None: fewer than k, all hidden."""
    alone = not visible and 0 < hidden < k
    return None if alone else visible + hidden


def rounded(shares: Floats, coarse: bool) -> Floats:
    """Shares (…, n) that sum to one as they may be shown: in steps of 5 points if ``coarse``.

    The largest remainders are rounded up, so that they still sum to one.
    """
    if not coarse:
        return shares
    flat = np.atleast_2d(shares).reshape(-1, shares.shape[-1])
    units = flat / ROUNDING
    base = np.floor(units + 1e-9)
    with np.errstate(invalid="ignore"):
        missing = np.rint(units.sum(axis=1) - base.sum(axis=1))
    order = np.argsort(np.argsort(-(units - base), axis=1, kind="stable"), axis=1, kind="stable")
    whole = np.where(np.isnan(flat), np.nan, base + (order < missing[:, None]))
    return np.asarray((whole * ROUNDING).reshape(shares.shape), np.float64)


def rounded_each(values: Floats, coarse: bool) -> Floats:
    """Figures that stand alone (indices, ends of intervals) as they may be shown."""
    if not coarse:
        return values
    return np.asarray(np.rint(values / ROUNDING) * ROUNDING, np.float64)


def _visible_rows(buckets: Buckets, policy: Policy, visible: Collection[Hashable]) -> Bools:
    if policy is not Policy.INDIVIDUAL:
        return np.zeros(len(buckets.participants), np.bool_)
    wanted = set(visible)
    return np.array([name in wanted for name in buckets.participants], np.bool_)
