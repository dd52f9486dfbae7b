from dataclasses import replace

import numpy as np
import pytest

from benchmarks.figures.classes import Setting, draw
from benchmarks.figures.faces import from_card
from benchmarks.figures.mood import SHARES, by_chance
from benchmarks.pages.mood_tables import mood_shares, mood_targets
from benchmarks.pages.tables import one, span, table, targets, two


def figures(bias: float, held: float) -> dict[str, object]:
    """What the mood bench gives, where every figure is the same."""
    by_share = {f"{share:g}": bias / 2 for share in SHARES} | {"0.4": -bias}
    same = dict.fromkeys(by_share, held)
    found: dict[str, object] = {
        "mae_adjusted": 2.0,
        "mae_adjusted_interval": [1.9, 2.1],
        "bias_by_share": by_share,
        "bias_by_share_interval": {key: [-0.1, 0.1] for key in by_share},
        "bias_class_mean_by_share": by_share,
        "bias_naive_by_share": by_share,
        "coverage_90_by_share": same,
    }
    return found | {"k20": found, "missing_40": found, "chance": {key: [-4, 1] for key in by_share}}


def test_what_was_missed_is_said_and_where_and_what_chance_makes() -> None:
    missed = mood_targets(figures(bias=1.6, held=0.9))
    assert (
        "| largest bias at any share, K = 5 | ≤ 1.5 | 1.6 at 40%; with other faces [-4.0, 1.0] |"
        in missed
    )
    assert missed.count("**missed**") == 1
    assert "**missed**" not in mood_targets(figures(bias=1.5, held=0.9))
    assert mood_targets(figures(bias=1.5, held=0.95)).count("**missed**") == 2


def test_biases_stand_by_true_share() -> None:
    lines = mood_shares(figures(bias=1.0, held=0.9), figures(bias=0.4, held=0.9)).splitlines()
    assert len(lines) == 2 + len(SHARES)
    assert lines[-1].startswith("| 40% | -1.0 | [-0.1, 0.1] | [-4.0, 1.0] | -0.4 |")


def test_what_is_no_figure_is_left_empty() -> None:
    assert (one(None), two(None), span([None, 1.0], 1)) == ("", "", "")
    assert (one(1.26), two(0.126), span([1.0, 2.0], 1)) == ("1.3", "0.13", "[1.0, 2.0]")
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert targets([("a", "b", "c", None)]).endswith("| a | b | c |  |")


def test_other_faces_give_another_bias() -> None:
    faces = from_card()
    found = by_chance(faces, faces.known, lectures=4, seed=1)
    assert list(found) == [f"{share:g}" for share in SHARES]
    for low, high in found.values():
        assert low is not None
        assert high is not None
        assert low < high


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_a_face_may_be_one_students_alone(missing: float) -> None:
    """Faces that name themselves: each student's mean is made of faces nobody else shows."""
    bank = tuple(
        np.eye(7)[look] * 0.5 + np.linspace(0.0, 0.4, 160)[:, None] * np.eye(7)[(look + 1) % 7]
        for look in range(7)
    )
    bank = tuple(part / part.sum(axis=1, keepdims=True) for part in bank)
    once = replace(Setting(students=30, faces=1, missing=missing), shared=False)
    own = draw(np.random.default_rng(3), bank, 0.3, 4, once).own
    for lesson in own:
        seen = lesson[~np.isnan(lesson[:, 0])]
        assert len(np.unique(seen, axis=0)) == len(seen)
    shared = draw(np.random.default_rng(3), bank, 0.3, 4, replace(once, shared=True)).own
    assert any(len(np.unique(lesson[:, :6], axis=0)) < 30 for lesson in shared)
