"""Every model has a row; kept rows survive, and nothing that was not measured has a figure."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ModelsError
from models.evaluation import comparison
from models.evaluation.comparison import (
    Row,
    Status,
    absent,
    in_order,
    is_news,
    keep,
    kept_rows,
    peer_row,
)
from models.evaluation.peers import PEERS, Peer
from models.inference.predictor import Predictor
from models.training.architectures import ARCHITECTURES
from models.training.data.datasets import DataSet, Faces, Split


@pytest.fixture
def data() -> DataSet:
    labels = np.array([3, 4])
    pixels = np.zeros((2, 48, 48), np.uint8)
    votes = np.zeros((2, 7), np.float32)
    splits = [Faces(split, pixels, labels, votes, votes.sum(axis=1)) for split in Split]
    return DataSet(splits[0], splits[1], splits[2], "0" * 64)


def run(folder: Path, accuracies: list[float], **config: Any) -> Path:
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({"public_accuracy": value}) for value in accuracies]
    (folder / "log.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_all_nine_and_the_peers_have_a_row_even_before_anything_is_measured() -> None:
    rows = in_order({})

    assert [row.name for row in rows] == [*ARCHITECTURES, *PEERS]
    assert len(ARCHITECTURES) == 9
    assert all(row.status is Status.ABSENT and row.measured is None for row in rows)
    assert all(row.reason == "never measured" for row in rows)


def test_a_kept_row_comes_back_as_it_was(tmp_path: Path) -> None:
    row = Row(
        name="cnn4", status=Status.UNCONVERGED, summary="s", published="", start="scratch",
        epochs=3, best_epoch=2, public_accuracy=0.5, curve=(0.4, 0.5, 0.45),
    )  # fmt: skip
    keep(row, tmp_path / "results")

    assert kept_rows(tmp_path / "results") == {"cnn4": row}
    assert in_order({"cnn4": row})[1] == row


def test_a_file_that_is_no_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "cnn4.json").write_text('{"name": "cnn4"}', encoding="utf-8")
    with pytest.raises(ModelsError, match=r"cnn4\.json must hold a row"):
        kept_rows(tmp_path)


def test_the_rows_that_are_kept_here_are_rows() -> None:
    found = kept_rows()

    assert found.keys() <= {*ARCHITECTURES, *PEERS}
    for row in found.values():
        assert (row.measured is None) == (row.status is Status.ABSENT)
        assert row.measured is None or row.measured.split == "PrivateTest"


def test_only_a_run_that_came_further_is_news(tmp_path: Path) -> None:
    here = run(tmp_path / "cnn4", [0.4, 0.5])
    told = absent("cnn4", "s", "", "never measured")

    assert is_news(here, None)
    assert is_news(here, told)
    assert not is_news(tmp_path / "nowhere", None)


def test_a_run_without_an_epoch_or_of_another_model_has_no_row(
    data: DataSet, tmp_path: Path
) -> None:
    with pytest.raises(ModelsError, match="an epoch behind it"):
        comparison.run_row("cnn4", run(tmp_path / "empty", []), data)
    other = run(tmp_path / "other", [0.4], model="pulse")
    (other / "best.weights.h5").touch()
    with pytest.raises(ModelsError, match="must be a run of cnn4, but is one of pulse"):
        comparison.run_row("cnn4", other, data)


def test_a_peer_that_cannot_be_asked_has_a_row_that_says_why(data: DataSet, tmp_path: Path) -> None:
    script = tmp_path / "ask.py"
    script.write_text("raise SystemExit('not installed')", encoding="utf-8")

    row = peer_row(Peer("fer", script, "s", ""), Path(sys.executable), data)

    assert (row.status, row.reason, row.measured) == (Status.ABSENT, "not installed", None)


def test_the_packaged_model_is_measured_from_its_file(data: DataSet) -> None:
    row = comparison.packaged_row(data)

    assert row.status is Status.SHIPPED
    assert row.measured is not None
    assert row.measured.n == 2
    # These two made-up faces are all in Training, and nobody voted on them.
    assert row.measured.accuracy_dedup is row.measured.ferplus_accuracy is None
    assert row.measured.intervals.ferplus_accuracy is None
    multiplied = Predictor.load().multiplications()
    assert multiplied is not None
    assert row.measured.mflops == pytest.approx(2e-6 * multiplied)
    assert 100 < row.measured.mflops < 500
