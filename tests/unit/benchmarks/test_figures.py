import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.mood.confusion import adjust
from benchmarks.figures.classes import Setting, draw
from benchmarks.figures.faces import FaceSet, from_bank, from_card
from benchmarks.figures.flags import GROUPS, bench_flags
from benchmarks.figures.lectures import play
from benchmarks.figures.mood import SHARES, bench_mood
from benchmarks.figures.rivals import QUIET_S, naively
from benchmarks.figures.scores import Tally
from benchmarks.figures.sweeps import worse
from benchmarks.figures.tune import score
from benchmarks.pages.plots import Line, chart
from classpulse.cli import app
from contract.flags import FlagKind


@pytest.fixture(scope="module")
def faces() -> FaceSet:
    return from_card()


def perfect() -> FaceSet:
    """A model that never errs."""
    bank = tuple(np.repeat(np.eye(7)[look][None], 5, axis=0) for look in range(7))
    return from_bank(bank, Path(__file__))


def test_a_tally_counts_flags_episodes_and_delays() -> None:
    tally = Tally()
    truth = [(1, 600, 1500), (2, 0, 700)]
    tally.add([(1, 900), (1, 1400), (1, 1501), (3, 10)], truth, students=10, seconds=1800)
    tally.add([], [], students=10, seconds=1800, others=2)
    figures = tally.figures()
    assert figures["precision"] == 0.5
    assert figures["recall"] == 0.5
    assert figures["median_delay_s"] == 300
    assert figures["false_flags_per_student_hour"] == 0.2
    assert figures["flags_per_teacher_hour"] == 6
    assert figures["flags_per_teacher_hour_interval"] == [4, 8]


def test_no_flags_have_no_precision() -> None:
    tally = Tally()
    tally.add([], [(0, 0, 900)], students=1, seconds=3600)
    figures = tally.figures()
    assert (figures["precision"], figures["recall"]) == (None, 0)
    assert figures["precision_interval"] == [None, None]


def test_the_mood_bench_keeps_its_promised_keys(faces: FaceSet) -> None:
    figures = json.loads(json.dumps(bench_mood(faces, lectures=10, seed=1)))
    promised = "mae_adjusted mae_naive bias_by_share coverage_90_by_share lectures"
    assert set(promised.split()) <= set(figures)
    assert figures["mae_adjusted"] < figures["mae_class_mean"] < figures["mae_naive"]
    assert figures["varied"]["mae_all_looks"] > 0
    assert list(figures["bias_by_share"]) == [f"{share:g}" for share in SHARES]
    assert figures["lectures"] == 70
    assert "card's bank" in figures["faces"]
    assert figures == json.loads(json.dumps(bench_mood(faces, lectures=10, seed=1)))


def test_classes_show_what_they_are_said_to(faces: FaceSet) -> None:
    for likeness in (1.0, 0.2):
        drawn = draw(np.random.default_rng(1), faces.everyone, 0.3, 400, Setting(likeness=likeness))
        assert drawn.truth.sum(axis=1) == pytest.approx(np.ones(400))
        assert drawn.truth[:, 4].mean() == pytest.approx(0.3, abs=0.02)
        assert np.nansum(drawn.own, axis=2) == pytest.approx(np.ones((400, 30)))
    sticky = np.random.default_rng(1)
    once = draw(sticky, perfect().everyone, 0.3, 5, Setting())
    assert set(np.unique(once.own.round(9))) == {0.0, 1.0}, "each sticks with one look"
    assert once.labels == pytest.approx(once.truth), "who never errs is right"


def test_missing_data_is_missing(faces: FaceSet) -> None:
    drawn = draw(np.random.default_rng(1), faces.everyone, 0.1, 300, Setting(missing=0.4))
    absent = np.isnan(drawn.own[..., 0]).mean()
    assert absent == pytest.approx(0.4 / 3, abs=0.02)


def test_a_model_that_never_errs_has_no_error() -> None:
    ideal = perfect()
    drawn = draw(np.random.default_rng(1), ideal.everyone, 0.2, 20, Setting())
    confusion = type(ideal.confusion)(np.eye(7), np.full(7, 9.0), np.full(7, 1 / 7))
    assert adjust(drawn.own.mean(axis=1), confusion) == pytest.approx(drawn.truth, abs=1e-3)


def test_the_flag_bench_keeps_its_promised_keys(faces: FaceSet) -> None:
    figures = json.loads(json.dumps(bench_flags(faces, lectures=2, seed=3)))
    for group in (figures, figures["naive"], figures["asking_first"]):
        for kind in ("sad_clear", "sad_all", "disengaged"):
            promised = "precision recall median_delay_s false_flags_per_student_hour"
            assert set(promised.split()) <= set(group[kind])
    assert figures["lectures"] == 6
    assert figures["flags_per_teacher_hour"] >= figures["sad_all"]["flags_per_teacher_hour"]
    for group in GROUPS:
        assert {"sad_clear", "sad_all"} <= set(figures[group]), "on the very same lectures"


def test_lectures_are_as_the_protocol_says(faces: FaceSet) -> None:
    lessons = list(play(faces.everyone, FlagKind.SAD, lectures=60, seed=1, students=8))
    counts = [len(lesson.truth) for lesson in lessons]
    assert set(counts) == {0, 2, 4}
    assert 10 <= counts.count(0) <= 30
    lengths = [end - start for lesson in lessons for _, start, end in lesson.truth]
    assert min(lengths) >= 600
    assert max(lengths) <= 1500
    again = next(play(faces.everyone, FlagKind.SAD, lectures=1, seed=1, students=8))
    assert np.array_equal(again.buckets.probability_sums, lessons[0].buckets.probability_sums)


def test_the_naive_rule_flags_each_rise_but_not_twice_in_ten_minutes() -> None:
    lessons = list(play(perfect().everyone, FlagKind.SAD, lectures=6, seed=2, students=8))
    tally = naively(lessons, 0.6)
    # What rose before the onset keeps it quiet, but rarely for a whole episode.
    found = len([d for delays in tally.delays for d in delays])
    assert found >= 0.8 * sum(tally.episodes)
    assert sum(tally.flags) >= sum(tally.episodes)
    most = 8 * 3600 / QUIET_S
    assert max(tally.flags) <= most


def test_lectures_look_as_the_protocol_says() -> None:
    """85 % within an episode and 6 % outside, in visits, each face kept for a while."""
    ideal = perfect()
    within, outside = [], []
    for lesson in play(ideal.everyone, FlagKind.SAD, lectures=30, seed=5, students=10):
        sad = lesson.buckets.probabilities[..., 4]
        inside = np.zeros(sad.shape, bool)
        for student, start, end in lesson.truth:
            inside[student, start // 10 + 1 : end // 10] = True
        within.append(sad[inside])
        outside.append(sad[~inside])
    assert np.nanmean(np.concatenate(within)) == pytest.approx(0.85, abs=0.04)
    assert np.nanmean(np.concatenate(outside)) == pytest.approx(0.06, abs=0.015)


def test_tuning_prefers_what_meets_the_floors() -> None:
    def figures(precision: float, delay: float = 200.0) -> dict[str, dict[str, float]]:
        row = {
            "precision": precision,
            "recall": 0.95,
            "median_delay_s": delay,
            "flags_per_teacher_hour": 2.0,
        }
        return {"sad_clear": row, "sad_all": row}

    assert score(figures(0.7)) == pytest.approx((0.7 + 0.95) / 2)
    assert score(figures(0.8)) > score(figures(0.7)) > score(figures(0.64)) + 0.05
    assert score(figures(0.7, delay=420.0)) < score(figures(0.7)) - 5


def test_a_worse_model_is_worse(faces: FaceSet) -> None:
    assert worse(faces, 0.3, seed=1).accuracy < faces.accuracy - 0.1


def test_a_chart_is_svg_with_its_lines() -> None:
    lines = [Line("a < b", ((0.0, 1.0), (1.0, 2.0))), Line("c", ())]
    svg = chart("T", "x", "y", lines, band=(0.0, 1.0))
    assert svg.startswith("<svg")
    assert "a &lt; b" in svg
    assert svg.count("<polyline") == 2
    assert svg.count("<circle") == 2


def test_words_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    run = CliRunner().invoke
    both = run(app, ["bench", "mood", "--faces", str(tmp_path), "--replay", str(tmp_path)])
    assert "not both" in str(both.exception)
    alone = run(app, ["bench", "flags", "--tuning"])
    assert "--tuning needs --faces" in str(alone.exception)
    states = tmp_path / "states.csv"
    states.write_text("person,time,state\na,0,sad\n", encoding="utf-8")
    mood = run(app, ["bench", "mood", "--replay", str(states)])
    assert "holds states alone" in str(mood.exception)


def test_a_sequence_that_shows_every_look_serves_as_a_bank(tmp_path: Path) -> None:
    looks = "angry,disgust,fear,happy,sad,surprise,neutral"
    file = tmp_path / "seen.csv"
    rows = [
        f"a,{3 * at + turn},{look}," + ",".join("1" if other == at else "0" for other in range(7))
        for at, look in enumerate(looks.split(","))
        for turn in range(3)
    ]
    file.write_text("\n".join([f"person,time,state,{looks}", *rows]), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["bench", "mood", "--replay", str(file), "--lectures", "2", "--json"]
    )
    assert done.exit_code == 0
    assert json.loads(done.stdout)["faces"].startswith("21 faces of seen.csv")


def test_the_mood_bench_prints_json() -> None:
    done = CliRunner().invoke(app, ["bench", "mood", "--lectures", "3", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["model"].startswith("pulse@")
