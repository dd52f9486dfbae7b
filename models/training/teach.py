"""Teaching: what trained networks together answer to the Training faces, for another to learn from.

The answers are the mean of every network's probabilities for each face and for its mirror image,
and, where asked for, for a few slight turns, zooms and shifts of it: a network disagrees with
itself over them where it is unsure, so that their mean is the better probability.
Knowledge distillation (Hinton et al. 2015) takes them as targets: they carry which looks a face is
between, which a label does not, and disagree with labels that are plainly wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.looks import LOOKS
from models.errors import WeightsError, in_a_sentence
from models.evaluation import metrics
from models.training import architectures
from models.training.data.augmentation import Augmentation, augment
from models.training.data.datasets import Faces, load_dataset
from models.truths import Truth

SLIGHTLY: Final = Augmentation(
    rotation_degrees=9, zoom=0.09, shift=0.05, brightness=0, contrast=0, cutout_share=0
)


def answers(
    model: str, weights: Sequence[Path], parts: Sequence[Faces], views: int = 0
) -> list[NDArray[np.float32]]:
    """What the networks in ``weights`` together answer to the faces of each part, (n, t, 7).

    The middle axis has the network's truths. Each network also looks ``views`` times at each face
    slightly changed. Raises WeightsError where a file is missing.
    """
    architectures.require_keras()
    import keras

    keras.config.set_dtype_policy("float32")
    network = architectures.build(model)
    truths = len(architectures.architecture(model).truths)
    summed = [np.zeros((len(part), truths, len(LOOKS))) for part in parts]
    for file in weights:
        if not file.is_file():
            raise WeightsError(f"a teacher's weights must be a file, but {file} is not there")
        network.load_weights(file)
        for part, total in zip(parts, summed, strict=True):
            for pixels in _looks(part.pixels, views):
                faces = pixels[..., None].astype(np.float32)
                logits = np.asarray(network.predict(faces, batch_size=256, verbose=0))
                logits = logits.reshape(total.shape)
                total += np.exp(logits - np.logaddexp.reduce(logits, axis=2, keepdims=True))
    return [(total / ((2 + views) * len(weights))).astype(np.float32) for total in summed]


def mean(files: Sequence[Path]) -> NDArray[np.float32]:
    """The mean (n, 7) of answers in ``files``. Raises WeightsError where they do not fit."""
    try:
        each = [np.load(file) for file in files]
    except (OSError, ValueError) as error:
        raise WeightsError(f"each of the answers must be a file of them: {error}") from error
    shapes = sorted({one.shape for one in each})
    if len(shapes) != 1 or shapes[0][1:] != (len(LOOKS),):
        raise WeightsError(
            f"answers to average must be of the same faces, (n, {len(LOOKS)}), not {shapes}"
        )
    return np.asarray(np.mean(each, axis=0, dtype=np.float64), dtype=np.float32)


def _looks(
    pixels: NDArray[np.uint8], views: int
) -> Iterator[NDArray[np.uint8] | NDArray[np.float32]]:
    yield pixels
    yield pixels[:, :, ::-1]
    random = np.random.default_rng(1)
    for _ in range(views):
        yield augment(pixels, SLIGHTLY, random)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the answers: ``python -m models.training.teach --data DIR --weights FILE… --out …``."""
    parser = argparse.ArgumentParser(prog="python -m models.training.teach")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--model", default="pulse")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--weights", type=Path, nargs="+", help="networks to ask")
    asked.add_argument("--mean", type=Path, nargs="+", help="answers in files, to be averaged")
    parser.add_argument("--views", type=int, default=0, help="slightly changed looks at each face")
    parser.add_argument("--truth", choices=tuple(Truth), default=Truth.LABEL, help="asked for")
    parser.add_argument("--out", type=Path, required=True, help="a .npy file")
    chosen = parser.parse_args(arguments)
    if chosen.mean:
        np.save(chosen.out, mean(chosen.mean), allow_pickle=False)
        return
    truth = Truth(chosen.truth)
    truths = architectures.architecture(chosen.model).truths
    if truth not in truths:
        parser.error(f"{chosen.model} answers {', '.join(truths)}, but --truth asks for {truth}")
    data = load_dataset(chosen.data)
    training, public = (
        said[:, truths.index(truth)]
        for said in answers(
            chosen.model, chosen.weights, (data.training, data.public_test), chosen.views
        )
    )
    np.save(chosen.out, training, allow_pickle=False)
    for part, said in ((data.training, training), (data.public_test, public)):
        true = part.true_by(truth)
        known = true >= 0
        right = metrics.accuracy(said[known], true[known])
        print(f"{part.split}: {right:.4f} of {known.sum()} right by the truth of the {truth}")


if __name__ == "__main__":
    in_a_sentence(main)
