"""How each student usually looks: what a check-in compares a face with, live and in the report."""

from collections.abc import Hashable, Mapping
from typing import Final
from uuid import UUID

from analytics.baselines import Baseline, baseline_of
from contract.policy import Policy
from db.engine.store import Store
from db.measurements import baselines
from db.values import Lecture, Participant

ENOUGH_S: Final = 300
"""Whose face earlier lectures know for as long is not asked for ten seconds at joining."""


def known_baselines(store: Store, lecture_id: UUID, model: str) -> Mapping[Hashable, Baseline]:
    """The baseline of each student of a lecture who chose flags and of whom anything is known.

    ``model`` is the ``name@version`` whose answers count.
    """
    known = baselines.baseline_sums(store, lecture_id, model)
    made = {who: baseline_of(looks.sums, looks.observations) for who, looks in known.items()}
    return {who: own for who, own in made.items() if own is not None}


def wants_baseline(store: Store, lecture: Lecture, participant: Participant, model: str) -> bool:
    """Whether ten seconds at joining would help: flags were chosen and little is known."""
    if lecture.policy is not Policy.INDIVIDUAL or not participant.choices.flags:
        return False
    return baselines.known_seconds(store, participant.id, model) < ENOUGH_S
