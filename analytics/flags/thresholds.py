"""The thresholds of check-ins, and those that a model's card brings for its own answers.

Defined in ``docs/science.md``, "Check-ins".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from analytics.errors import AnalyticsError
from analytics.flags.hmm import StickyModel


@dataclass(frozen=True)
class FlagRule:
    """The thresholds `[own]`; a card brings those tuned for its model (``classpulse bench tune``).

    Raises AnalyticsError where one makes no sense.
    """

    memory: float = 0.96
    """λ per bucket: a mean memory of four minutes"""
    prior: float = 0.5
    """a = b at the start (Jeffreys)"""
    theta: float = 0.5
    raise_at: float = 0.9
    """*disengaged*: P(share > θ) to be reached"""
    clear_below: float = 0.5
    hold_s: int = 60
    """how long either must have been sure"""
    sticky: StickyModel = field(default_factory=StickyModel)
    sad_raise_at: float = 0.9
    """*sad*: P(within an episode) to be reached"""
    min_effective: float = 12.0
    """discounted observed buckets before anything is raised"""
    coverage_window_s: int = 300
    min_coverage: float = 0.6
    quiet_s: int = 600
    """no new flag of the same kind after a dismissal"""
    lecture_share: float = 0.65
    sad_lecture_share: float = 0.75
    lecture_observed_s: int = 1800
    """the all-lecture clause: mean u of at least that share over at least as much observed time"""

    def __post_init__(self) -> None:
        shares = "memory theta raise_at clear_below sad_raise_at min_coverage lecture_share"
        shares += " sad_lecture_share"
        for name in shares.split():
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise AnalyticsError(f"A rule's {name} must lie between 0 and 1, but is {value}.")
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not isinstance(value, StickyModel) and value <= 0:
                raise AnalyticsError(f"A rule's {entry.name} must be positive, but is {value}.")
        if self.clear_below > min(self.raise_at, self.sad_raise_at):
            raise AnalyticsError(
                "A rule must clear below where it raises, but clears below "
                f"{self.clear_below} and raises at {min(self.raise_at, self.sad_raise_at)}."
            )


DEFAULT_RULE: Final = FlagRule()


def rule_for(tuned: Mapping[str, float] | None) -> FlagRule:
    """The rule with what ``classpulse bench tune`` chose for one model and its card keeps.

    ``tuned`` has ``ordinary_noise sad_noise raise_at lecture_share``; None: the defaults.
    """
    if tuned is None:
        return DEFAULT_RULE
    return FlagRule(
        sticky=StickyModel(ordinary_noise=tuned["ordinary_noise"], sad_noise=tuned["sad_noise"]),
        sad_raise_at=tuned["raise_at"],
        sad_lecture_share=tuned["lecture_share"],
    )
