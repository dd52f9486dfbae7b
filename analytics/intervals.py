"""How sure the mood is: 90 % intervals by parametric bootstrap from the card's posteriors."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.buckets import Floats
from analytics.confusion import Confusion


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Replayed faces and redrawn confusions, made once per model and used at every tick."""

    @classmethod
    def prepare(
        cls, bank: Sequence[Floats], confusion: Confusion, *, seed: int, replicates: int = 200
    ) -> "Bootstrap":
        """Draw the replicates. ``bank[j]`` is (n, 7): posteriors of held-out faces of look j."""
        raise NotImplementedError
