"""How often a course's check-ins were right so far, counted anew only where that may change."""

from dataclasses import dataclass, field
from typing import Final

from analytics.flags.answered import InLife
from contract.policy import Policy
from db.engine.store import Store
from services.figures import flag_log
from services.live.compose import Material

_ANEW_S: Final = 300
"""Another lecture of the course may have brought answers meanwhile."""


@dataclass
class Answers:
    """What is kept of it between the ticks of one lecture."""

    _found: InLife | None = field(default=None, init=False)
    _of: tuple[object, ...] = field(default=(), init=False)

    def so_far(self, store: Store, material: Material) -> InLife | None:
        """None before there are enough answers, and under a policy that has no check-ins."""
        if material.lecture.policy is not Policy.INDIVIDUAL:
            return None
        since = int(material.now.timestamp()) // _ANEW_S
        given = tuple((one.id, one.outcome_at, one.answered_at) for one in material.flags)
        if self._of != (since, given):
            self._found = flag_log.in_life(store, material.course.id)
            self._of = since, given
        return self._found
