"""What the demo promises to show from its first minute, with the model and the rule that ship."""

from collections.abc import Sequence

import numpy as np
import pytest

from analytics.buckets import Buckets, Floats
from analytics.flags import check_ins
from analytics.flags.evidence import Episode
from analytics.simulation.lectures import SimulatedLecture, to_columns
from classpulse.demo import plot
from classpulse.demo.school import CHECK_INS_PER_HOUR
from contract import LOOKS
from contract.flags import FlagKind
from models.cards import Card, load_card
from services.live.compose import confusion_of

START = 1_700_000_000
STUDENTS = 30


@pytest.fixture(scope="module")
def card() -> Card:
    return load_card()


def bank_of(card: Card) -> Sequence[Floats]:
    return [card.posteriors(look) for look in LOOKS]


def raised(card: Card, lecture: SimulatedLecture, minutes: int) -> list[Episode]:
    """What the rule says of the lecture's first ``minutes``."""
    end = START + minutes * plot.MINUTE
    columns = to_columns(lecture, START, card.model_id)
    over = np.asarray(columns["bucket"] < end)
    buckets = Buckets.from_columns(
        {name: values[over] for name, values in columns.items()},
        list(range(STUDENTS)), START, end, card.model_id,
    )  # fmt: skip
    rule = check_ins.rule_for(card.tuned_check_ins())
    budget = check_ins.Budget(CHECK_INS_PER_HOUR)
    confusion = confusion_of(card)
    return check_ins.evaluate(buckets, confusion, rule, now=end, baselines={}, budget=budget)


def test_one_check_in_is_open_from_the_start_and_another_comes_within_minutes(card: Card) -> None:
    lecture = plot.live_lecture(STUDENTS, bank_of(card))
    at_once = [one for one in raised(card, lecture, plot.BEHIND_MINUTES) if one.cleared_at is None]
    assert [(one.participant, one.kind) for one in at_once] == [(5, FlagKind.SAD)]
    soon = [one for one in raised(card, lecture, plot.BEHIND_MINUTES + 6) if one.cleared_at is None]
    assert [(one.participant, one.kind) for one in soon] == [
        (5, FlagKind.SAD),
        (12, FlagKind.DISENGAGED),
    ]


def test_a_lecture_that_a_teacher_starts_has_its_check_ins_too(card: Card) -> None:
    found = raised(card, plot.next_lecture(STUDENTS, bank_of(card)), 28)
    assert {(2, FlagKind.SAD), (6, FlagKind.DISENGAGED)} <= {
        (one.participant, one.kind) for one in found
    }
