"""Small groups: which students a class figure may cover, so that nothing hidden is subtracted."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Final

from analytics.buckets import Bools, Buckets, Floats, Ints
from contract.policy import Policy

K: Final = 5
AGGREGATE_STEP_S: Final = 300


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Who stands behind the class figure of each step; nobody: the figure is withheld."""

    starts: Ints
    """(S,) epoch seconds"""
    step_s: int
    members: Bools
    """(P, S)"""


def live_cohort(
    buckets: Buckets, policy: Policy, visible: Collection[Hashable], *, now: int
) -> tuple[Buckets, int]:
    """What live class figures may be computed from at ``now``: the rows and columns to use, and
    the end (epoch seconds) of their window. Under ``aggregate`` the last fixed window, otherwise
    the trailing minute. No rows: withhold the figure."""
    raise NotImplementedError


def rounded(shares: Floats, policy: Policy) -> Floats:
    """Shares as they may be shown: to 5 points under ``aggregate``, else unchanged."""
    raise NotImplementedError
