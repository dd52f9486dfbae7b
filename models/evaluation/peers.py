"""Expression models of others, measured by our protocol: asked in processes of their own.

A peer has its own environment, since what it needs does not go with what we need, and a small
script in it that reads crops and writes answers. A peer that is not there, or whose weights are
not, is absent: ``PeerAbsentError`` says why, and no figure is ever put in its place.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import ModelsError
from models.evaluation import metrics
from models.evaluation.evaluate import provenance_of
from models.evaluation.measurement import Answers, Cost, Measurement, measure
from models.inference.runtime import LITERT, load_network
from models.training.data.datasets import DataSet, Split

SCRIPT: Final = Path(__file__).with_name("peer_answers.py")
_LONGEST_S: Final = 3600.0


class PeerAbsentError(ModelsError):
    """A peer cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A model of others: the script that asks it, and what it is in a sentence."""

    name: str
    script: Path
    summary: str
    published: str


PEERS: Final = {
    peer.name: peer
    for peer in (
        Peer(
            "fer",
            SCRIPT,
            "the fer package's own network (mini-Xception, quantised), as it comes",
            "",
        ),
        Peer(
            "deepface",
            SCRIPT,
            "the deepface package's expression network, as it comes",
            "",
        ),
        Peer(
            "faceplugin",
            SCRIPT,
            "a DenseNet-121 of npm's faceplugin-face-recognition-js, as it comes",
            "",
        ),
    )
}


def measure_peer(peer: Peer, python: Path, data: DataSet, split: Split) -> Measurement:
    """Measure ``peer``, asked by the interpreter ``python``, on one split of ``data``.

    A temperature is fitted on PublicTest, and nothing that would change what it answers. Raises
    PeerAbsentError.
    """
    public, faces = data.public_test, data.part(split)
    crops = np.concatenate([public.pixels, faces.pixels, faces.pixels[:, :, ::-1]])
    answers, told = _ask(peer, python, crops)
    answers = answers[:, [told["labels"].index(look) for look in LOOKS]]
    first, second = len(public), len(public) + len(faces)
    calibration = metrics.fit_temperature(metrics.log_of(answers[:first]), public.labels)
    network = Path(told["network"])
    content = network.read_bytes()
    multiplications = (
        load_network(content, name=network.name).multiplications()
        if network.suffix == LITERT
        else None
    )
    return measure(
        Answers(
            calibration.of(metrics.log_of(answers[first:second])),
            calibration.of(metrics.log_of(answers[second:])),
            calibration,
        ),
        data,
        split,
        Cost(
            file=network.name,
            file_bytes=len(content),
            parameters=told["parameters"],
            ms_per_face=told["ms_per_face"],
            mflops=2e-6 * multiplications if multiplications else None,
        ),
        provenance_of(data, split),
    )


def _ask(
    peer: Peer, python: Path, crops: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """The peer's answers (n, 7), rows summing to one, and what its script told."""
    with tempfile.TemporaryDirectory(prefix="classpulse-peer-") as folder:
        asked, answered = Path(folder) / "crops.npy", Path(folder) / "answers.npy"
        np.save(asked, crops)
        command = [str(python), str(peer.script), str(asked), str(answered), peer.name]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, no shell
                command, capture_output=True, text=True, timeout=_LONGEST_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PeerAbsentError(f"{peer.name} did not answer: {error}") from error
        if done.returncode:
            why = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
            raise PeerAbsentError(why)
        told = json.loads(done.stdout.strip().rpartition("\n")[2])
        found = np.load(answered).astype(np.float64)
    if found.shape != (len(crops), len(LOOKS)):
        raise PeerAbsentError(
            f"{peer.name} must answer {(len(crops), len(LOOKS))}, but answered {found.shape}"
        )
    return found / found.sum(axis=1, keepdims=True), told
