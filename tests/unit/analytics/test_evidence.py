from collections.abc import Callable

import numpy as np
import pytest

from analytics.buckets import Buckets
from analytics.confusion import Confusion
from analytics.errors import AnalyticsError
from analytics.evidence import (
    BASELINE_WEIGHT,
    Baseline,
    Clause,
    Evidence,
    FlagKind,
    baselines_of,
    disengaged_evidence,
    reason,
    sad_evidence,
    shrunk,
)

Make = Callable[..., Buckets]


def posterior(sad: float) -> np.ndarray:
    return np.array([0, 0, 0, 0, sad, 0, 1 - sad])


@pytest.fixture
def model() -> Confusion:
    """Sad faces get .6 of sad, others .1."""
    matrix = np.full((7, 7), 0.1) + 0.3 * np.eye(7)
    matrix[4] = [0, 0, 0, 0, 0.6, 0, 0.4]
    return Confusion(matrix, np.full(7, 9.0), np.full(7, 1 / 7))


def test_evidence_runs_from_a_usual_face_to_a_sad_one(make_buckets: Make, model: Confusion) -> None:
    grid = make_buckets(
        [[posterior(s) for s in (0.05, 0.1, 0.35, 0.6, 0.9, 0.9)]], face=[[True] * 5 + [False]]
    )
    assert sad_evidence(grid, model)[0] == pytest.approx([0, 0, 0.5, 1, 1, np.nan], nan_ok=True)


def test_a_students_own_face_moves_the_lower_end(make_buckets: Make, model: Confusion) -> None:
    grid = make_buckets([[posterior(0.35)]] * 2, participants=["ana", "ben"])
    usual = {"ana": Baseline(sad=0.3, observations=10_000_000)}
    assert sad_evidence(grid, model, usual)[:, 0] == pytest.approx([0.05 / 0.3, 0.5], abs=1e-4)


def test_a_short_baseline_is_shrunk_to_the_card() -> None:
    assert shrunk(Baseline(0.3, BASELINE_WEIGHT), 0.1, 0.6) == pytest.approx(0.2)
    assert shrunk(Baseline(0.3, 0), 0.1, 0.6) == pytest.approx(0.1)
    assert shrunk(Baseline(0.9, 10**9), 0.1, 0.6) == pytest.approx(0.5), "kept clear of a sad face"


def test_looking_away_is_evidence_and_being_away_is_not(make_buckets: Make) -> None:
    grid = make_buckets(
        [[posterior(0)] * 3], attentive=[[1.0, 0.2, 0.0]], face=[[True, True, False]]
    )
    assert disengaged_evidence(grid)[0] == pytest.approx([0, 0.8, np.nan], nan_ok=True)


def test_baselines_come_from_an_earlier_lecture(make_buckets: Make) -> None:
    grid = make_buckets(
        [[posterior(0.2), posterior(0.4)], [posterior(0.9)] * 2],
        face=[[True, True], [False, False]],
    )
    (usual,) = baselines_of(grid).items()
    assert usual == (0, Baseline(sad=0.3, observations=20))


def test_a_model_that_cannot_tell_sad_is_refused(make_buckets: Make) -> None:
    blind = Confusion(np.full((7, 7), 1 / 7), np.ones(7), np.full(7, 1 / 7))
    with pytest.raises(AnalyticsError, match=r"gives 0\.143 and 0\.143"):
        sad_evidence(make_buckets([[posterior(0.5)]]), blind)
    with pytest.raises(AnalyticsError, match=r"received 1\.5 and 3"):
        Baseline(1.5, 3)


@pytest.mark.parametrize(
    ("kind", "clause", "text"),
    [
        (FlagKind.SAD, Clause.RECENT, "Looked sad 78 % of the last 6 min, seen 92 % of the time."),
        (
            FlagKind.DISENGAGED,
            Clause.ALL_LECTURE,
            "Looked disengaged 78 % of the lecture so far (6 min), seen 92 % of the time.",
        ),
    ],
)
def test_the_reason_is_one_plain_sentence_about_looks(
    kind: FlagKind, clause: Clause, text: str
) -> None:
    evidence = Evidence(0.784, 360, 0.921, 0.97, 20.0, 0.9, clause)
    assert reason(kind, evidence) == text
