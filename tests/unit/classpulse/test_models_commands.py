"""``classpulse models`` says what its JSON promises, and draws only where it is told to."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from classpulse.cli import app, main
from classpulse.commands import models as commands
from models.evaluation import comparison
from models.evaluation.peers import PEERS
from models.training.architectures import ARCHITECTURES
from models.training.data.forms import SIDE

PROMISED = {
    "accuracy", "accuracy_flip", "accuracy_dedup", "ferplus_accuracy", "macro_f1", "ece",
    "ms_per_face", "file_bytes", "parameters", "n", "split",
}  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Kaggle's table with a face of noise for each look in every split."""
    random = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for usage in ("Training", "PublicTest", "PrivateTest"):
        for look in range(7):
            levels = random.integers(0, 256, SIDE**2)
            lines.append(f"{look},{' '.join(map(str, levels))},{usage}")
    file = tmp_path / "fer2013.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def said(*words: str) -> Any:
    done = CliRunner().invoke(app, ["models", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else done.stdout


def test_list_names_all_nine_and_the_peers() -> None:
    rows = said("list", "--json")

    assert [row["name"] for row in rows] == [
        "pulse", "cnn4", "custom_cnn", "tuned_cnn", "deep_cnn", "mini_xception", "dexpression",
        "resnet50", "mobilenet", "fer", "deepface", "faceplugin",
    ]  # fmt: skip
    assert [row["name"] for row in rows if not row["trainable"]] == [
        "fer",
        "deepface",
        "faceplugin",
    ]
    assert rows[2]["published"] == "68 % test"
    assert "about 78 % (no protocol given)" in said("list")


def test_explore_counts_and_draws_where_it_is_told(table: Path, tmp_path: Path) -> None:
    found = said("explore", "--data", str(table), "--out", str(tmp_path / "drawn"), "--json")

    assert found["counts"]["PublicTest"] == [1] * 7
    assert found["agreement"] is None
    names = {Path(place).name for place in found["drawn"]}
    assert names == {file.name for file in (tmp_path / "drawn").iterdir()}
    assert {"counts.svg", "disagreement.svg", "mean-faces.png", "samples-sad.png"} <= names

    quiet = said("explore", "--data", str(table))
    assert "0 faces of PrivateTest repeat a face of Training" in quiet
    assert "Drawn" not in quiet


def test_evaluate_prints_the_promised_keys(table: Path) -> None:
    found = said("evaluate", "pulse", "--data", str(table), "--split", "PrivateTest", "--json")

    assert found.keys() >= PROMISED
    assert (found["n"], found["split"]) == (7, "PrivateTest")
    assert found["ferplus_accuracy"] is None
    assert np.array(found["confusion"]).sum() == 7


def test_evaluate_reads_well_too(table: Path) -> None:
    told = said("evaluate", "pulse", "--data", str(table))

    assert "on 7 faces of PublicTest" in told
    assert "disgust" in told
    assert "ferplus_accuracy" not in told


def test_compare_shows_kept_rows_without_data(tmp_path: Path) -> None:
    found = said("compare", "--docs", str(tmp_path / "models.md"), "--json")

    assert len(found["models"]) == len(ARCHITECTURES) + len(PEERS)
    assert any("PrivateTest chooses" in line for line in found["protocol"])
    page = (tmp_path / "models.md").read_text(encoding="utf-8")
    for row in found["models"]:
        assert f"| `{row['name']}` |" in page
    kept = [row["name"] for row in found["models"] if row["measured"]]
    drawn = {file.name for file in (tmp_path / "models").iterdir()}
    assert {f"{name}-confusion.svg" for name in kept} <= drawn
    for plot in drawn:
        assert f"(models/{plot})" in page


def test_compare_measures_what_is_new_and_keeps_it(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from classpulse import comparing

    asked: list[str] = []

    def python(name: str, tell: comparing.Tell) -> Path:
        asked.append(name)
        return tmp_path / "nowhere"

    monkeypatch.setattr(comparing, "_python", python)
    kept_in, told = tmp_path / "results", list[str]()

    def rows(*, again: bool = False) -> dict[str, comparison.Row]:
        found = comparing.compared(
            table, tmp_path / "runs", again=again, tell=told.append, kept_in=kept_in
        )
        return {row.name: row for row in found}

    first = rows()
    assert first["pulse"].measured is not None
    assert first["pulse"].measured.n == 7
    assert "fer did not answer" in first["fer"].reason
    assert first["cnn4"].reason == "never measured"
    assert told == ["measuring pulse", *(f"asking {name}" for name in PEERS)]

    told.clear()
    assert rows()["pulse"] == first["pulse"]
    assert "measuring pulse" not in told  # nothing new
    rows(again=True)
    assert "measuring pulse" in told
    assert asked == [*PEERS] * 3


def test_card_says_how_each_look_is_mistaken() -> None:
    told = said("card")

    assert "Intended use" in told
    assert "most often as" in told
    assert said("card", "--json")["name"] == "pulse"
    assert said("card", "pulse") == told


def test_card_says_of_every_other_model_what_is_known_and_what_is_missing() -> None:
    for row in said("list", "--json"):
        if row["name"] == "pulse":
            continue
        told = said("card", row["name"])
        assert told.startswith(f"{row['name']}: {row['summary']}")
        assert ("as labelled" in told) == (row["accuracy"] is not None)
        missing = "models export" if row["trainable"] else "a model of others"
        assert missing in told
        assert said("card", row["name"], "--json")["name"] == row["name"]


def test_wrong_words_are_refused_in_a_sentence(table: Path, tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        done = CliRunner().invoke(app, ["models", *words])
        assert done.exception is not None
        return str(done.exception)

    data = ("--data", str(table))
    both = ("--model", "cnn4", "--config", "r.json", "--run", str(tmp_path / "run"))
    assert "Training, PublicTest, PrivateTest" in refused(
        "evaluate", "pulse", *data, "--split", "Test"
    )
    assert "--model for its kept recipe" in refused("train", *data, *both)
    assert "there are recipes for cnn4" in refused(
        "train", *data, "--model", "vgg", "--run", str(tmp_path / "run")
    )
    assert "'resnet50' needs its file's path" in refused("evaluate", "resnet50", *data)
    assert "a model must be one of pulse, cnn4" in refused("card", "vgg")
    assert "Give a model's name, or --model" in refused("card", "pulse", "--model", "card.json")
    (tmp_path / "file").touch()
    below = str(tmp_path / "file" / "folder")
    assert "folder that can be written to" in refused("explore", *data, "--out", below)
    assert "file must be a folder" in refused("compare", "--docs", f"{tmp_path}/file/models.md")


def test_where_nothing_can_draw_it_is_one_sentence(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is installed is without the benches, and with them without charts."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without(), *sys.meta_path])
    words = ["classpulse", "models", "compare", "--docs", str(tmp_path / "models.md")]
    monkeypatch.setattr(sys, "argv", words)

    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 1
    assert "no part of the installed program" in capsys.readouterr().err


class _Without:
    """Finds no benches, as where they are not installed."""

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] == "benchmarks":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.mark.parametrize(
    "words",
    [("train", "--model", "cnn4", "--run", "nowhere"), ("export", "--run", "no", "--out", "no")],
)
def test_without_keras_it_is_said_before_anything_is_read(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)

    done = CliRunner().invoke(app, ["models", *words, "--data", "nowhere"])

    assert "comes with the extra 'train'" in str(done.exception)


def test_the_line_of_a_row_without_figures_has_dashes() -> None:
    line = commands._line(comparison.absent("deepface", "s", "", "not here"))

    assert line["accuracy"] == line["ece"] == "–"
    assert line["status"] == "absent"
