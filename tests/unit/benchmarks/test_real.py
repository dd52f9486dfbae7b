"""``bench real`` on pictures and sessions that are made up: nothing of real students is kept."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.real.engagement import auc, curve, left_out
from classpulse.cli import app

PROMISED = (
    "engagement_auc_pooled engagement_auc_within elearners_auc sad_engaged sad_disengaged "
    "fear_engaged angry_engaged sad_engaged_without_rest interval_holds "
    "checkins_per_teacher_hour precision pafe_checkins_per_teacher_hour"
)


def pictures(path: Path, people: list[int], levels: list[int]) -> None:
    """Noise for faces; whoever is at level 1 or below has narrow lids."""
    rng = np.random.default_rng(1)
    count = len(people)
    level = np.array(levels)
    np.savez(
        path,
        crop=rng.integers(0, 256, (count, 48, 48)).astype(np.uint8),
        points=rng.uniform(100, 200, (count, 468, 3)).astype(np.float16),
        yaw=rng.normal(0, 3, count), pitch=rng.normal(-4, 3, count), roll=np.zeros(count),
        eye=np.where(level <= 1, 0.12, 0.3) + rng.normal(0, 0.01, count),
        score=np.ones(count), found=np.arange(count) > 0, level=level,
        person=np.array(people), frame=rng.permutation(count),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path / "listening.npz", [1, 2, 3] * 20, ([3] * 9 + [1, 2, 1]) * 5)
    pictures(tmp_path / "elearners.npz", [-1] * 64, [0, 1, 2, 3] * 16)
    for name in ("engagenet", "pafe"):
        rows = [f"s{who},{10 * at},neutral" for who in (0, 1) for at in range(60)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["person,time,state", *rows]), "utf-8")
    return tmp_path


def test_the_figures_have_the_promised_keys_and_the_page_says_what_they_are_not(
    folder: Path,
) -> None:
    page = folder / "docs" / "real-students.md"
    page.parent.mkdir()
    done = CliRunner().invoke(
        app, ["bench", "real", "--data", str(folder), "--json", "--page", str(page)]
    )
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert set(PROMISED.split()) <= set(figures)
    budgets = [point["budget"] for point in figures["checkins_frontier"]]
    assert budgets == [1, 2, 3, 4, 6, 9, 12, None]
    assert figures["checkins_per_teacher_hour"] == 0
    assert figures["precision"] is None
    assert figures["engagement_auc_pooled"] > 0.95
    assert figures["engagement_auc_within"] > 0.95
    said = page.read_text(encoding="utf-8")
    assert "No figure here is about feelings" in said
    for plot in ("mood.svg", "engagement.svg"):
        assert f"real-students/{plot}" in said
        assert (page.parent / "real-students" / plot).read_text("utf-8").startswith("<svg")


def test_what_is_missing_or_no_such_file_is_said(folder: Path) -> None:
    def refused() -> str:
        done = CliRunner().invoke(app, ["bench", "real", "--data", str(folder)])
        assert done.exit_code == 1
        return str(done.exception)

    (folder / "elearners.npz").write_bytes(b"no archive")
    assert "elearners.npz must be a NumPy file that holds crop" in refused()
    (folder / "pafe.csv").unlink()
    assert "must hold listening.npz, elearners.npz, engagenet.csv, pafe.csv" in refused()
    assert refused().endswith("but lacks pafe.csv.")


def test_an_auc_is_the_chance_to_score_above() -> None:
    scores, low = np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, True, False, True])
    assert auc(scores, low) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert np.isnan(auc(scores, np.zeros(4, np.bool_)))
    assert curve(scores, low)[-1] == [1.0, 1.0]


def test_a_logistic_is_asked_about_rows_that_it_has_not_seen() -> None:
    rng = np.random.default_rng(2)
    rows, low = rng.normal(size=(4000, 3)), rng.random(4000) < 0.4
    assert auc(left_out(rows, low), low) == pytest.approx(0.5, abs=0.04)
    rows[:, 1] += low
    assert auc(left_out(rows, low), low) == pytest.approx(0.76, abs=0.03)
