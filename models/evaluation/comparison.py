"""The comparison: a row for every model and peer under one protocol, kept so that it survives.

A row is measured from its run's best weights where that run is here, and kept as a small JSON file
in ``models/results/``; where the run is not here, the kept row speaks. Nothing else may speak: a
model that was never trained, or a peer that is not here, has a row that says so and no figure.
"""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.cards import PACKAGED
from models.errors import ModelsError
from models.evaluation.evaluate import evaluate_predictor, loaded, provenance_of
from models.evaluation.measurement import Measurement
from models.evaluation.peers import PEERS, Peer, PeerAbsentError, measure_peer
from models.inference.predictor import Predictor
from models.training import architectures
from models.training.data.datasets import DataSet, Split
from models.training.learning import IMAGENET, TrainConfig, since_best
from models.training.runs import BEST_FILE, read_about, read_log

RESULTS: Final = Path(__file__).parents[1] / "results"
PATIENCE: Final = 10
"""Epochs without a better PublicTest accuracy after which a row counts as converged."""


class Status(StrEnum):
    """How far a row is to be believed."""

    SHIPPED = "shipped"
    CONVERGED = "converged"
    UNCONVERGED = "unconverged"
    PEER = "peer"
    ABSENT = "absent"


class Row(BaseModel):
    """One line of the comparison."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    status: Status
    summary: str
    published: str
    """The figure of the write-up; empty where none is given."""
    start: str = ""
    """What its training began from; empty for a peer."""
    epochs: Annotated[int, Field(ge=0)] = 0
    best_epoch: Annotated[int, Field(ge=0)] = 0
    public_accuracy: float | None = None
    """On PublicTest at the best epoch, which is how that epoch was chosen."""
    curve: tuple[float, ...] = ()
    """PublicTest accuracy of every epoch."""
    reason: str = ""
    """Why there is no figure."""
    measured: Measurement | None = None


def absent(name: str, summary: str, published: str, reason: str) -> Row:
    """The row of a model or peer that has no figure."""
    return Row(name=name, status=Status.ABSENT, summary=summary, published=published, reason=reason)


def kept_rows(folder: Path = RESULTS) -> dict[str, Row]:
    """The rows kept in ``folder``, by name. Raises ModelsError where a file is no row."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            row = Row.model_validate_json(file.read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise ModelsError(f"{file} must hold a row of the comparison: {error}") from error
        found[row.name] = row
    return found


def keep(row: Row, folder: Path = RESULTS) -> None:
    """Write ``row`` where the next comparison finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = row.model_dump_json(indent=1) + "\n"
    (folder / f"{row.name}.json").write_text(text, encoding="utf-8")


def in_order(rows: dict[str, Row]) -> list[Row]:
    """The nine architectures and then the peers, each with a row, if only to say that it has none.

    A row is absent where it was never measured.
    """
    known = [(row.name, row.summary, row.published) for row in architectures.ARCHITECTURES.values()]
    known += [(peer.name, peer.summary, peer.published) for peer in PEERS.values()]
    return [
        rows.get(name) or absent(name, summary, published, "never measured")
        for name, summary, published in known
    ]


def packaged_row(data: DataSet) -> Row:
    """Measure the shipped model, from its shipped file."""
    predictor, seconds = loaded()
    card = predictor.card
    training = card.training
    return Row(
        name=PACKAGED,
        status=Status.SHIPPED,
        summary=f"{architectures.architecture(PACKAGED).summary} ({card.model_id})",
        published=architectures.architecture(PACKAGED).published,
        start=_start(str(training.get("start_from", ""))),
        epochs=int(training.get("epochs_run", 0)),
        best_epoch=int(training.get("best_epoch", 0)),
        public_accuracy=training.get("public_accuracy_in_training"),
        measured=_private(predictor, seconds, data),
    )


def run_row(name: str, run: Path, data: DataSet) -> Row:
    """Export the best weights of ``run`` aside and measure them as a shipped file would be.

    Raises ModelsError where the run has no epoch behind it, or Keras is not installed.
    """
    from models.training.export import export_run

    curve = _curve(run)
    if not curve or not (run / BEST_FILE).is_file():
        raise ModelsError(f"{run} must hold a run with an epoch behind it, but does not")
    config = read_about(run)
    if config.get("model") != name:
        raise ModelsError(f"{run} must be a run of {name}, but is one of {config.get('model')}")
    with tempfile.TemporaryDirectory(prefix="classpulse-row-") as folder:
        export_run(run, data, Path(folder), interim=True, also=())
        measured = _private(*loaded(Path(folder) / f"{name}.tflite"), data)
    row = architectures.architecture(name)
    best = max(range(len(curve)), key=lambda epoch: (curve[epoch], -epoch))
    return Row(
        name=name,
        status=Status.CONVERGED if since_best(curve) >= PATIENCE else Status.UNCONVERGED,
        summary=row.summary,
        published=row.published,
        start=_start(config.get("start_from", TrainConfig().start_from)),
        epochs=len(curve),
        best_epoch=best + 1,
        public_accuracy=curve[best],
        curve=tuple(round(value, 4) for value in curve),
        measured=measured,
    )


def is_news(run: Path, kept: Row | None) -> bool:
    """Whether ``run`` has come further than what was kept of it."""
    epochs = len(read_log(run))
    return epochs > 0 and (kept is None or kept.measured is None or kept.epochs != epochs)


def peer_row(peer: Peer, python: Path, data: DataSet) -> Row:
    """Measure ``peer``, or say why it is absent."""
    try:
        measured = measure_peer(peer, python, data, Split.PRIVATE_TEST)
    except PeerAbsentError as error:
        return absent(peer.name, peer.summary, peer.published, str(error))
    return Row(
        name=peer.name,
        status=Status.PEER,
        summary=peer.summary,
        published=peer.published,
        measured=measured,
    )


def _private(predictor: Predictor, load_s: float, data: DataSet) -> Measurement:
    provenance = provenance_of(data, Split.PRIVATE_TEST)
    return evaluate_predictor(predictor, data, Split.PRIVATE_TEST, provenance, load_s=load_s)


def _curve(run: Path) -> list[float]:
    return [float(entry["public_accuracy"]) for entry in read_log(run)]


def _start(said: str) -> str:
    if said == IMAGENET:
        return "ImageNet weights"
    return "earlier weights of its own" if said else "scratch"
