"""Faces for the benches: the model's real answers to held-out faces, by what they truly look like.

Thresholds are tuned on PublicTest and figures reported on PrivateTest. Answers are kept in the
user's cache under the model's and the data's hash, because seven thousand faces take seconds.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.flags.thresholds import FlagRule, rule_for
from analytics.mood.confusion import Confusion, spread_of
from contract import ClassPulseError
from contract.looks import LOOKS, SAD

if TYPE_CHECKING:
    from models.cards import Card
    from models.training.data.datasets import DataSet, Split
    from models.truths import Truth

Floats = NDArray[np.float64]
Bank = tuple[Floats, ...]
"""Seven times (n, 7): posteriors by true look."""

LEAST_FACES: Final = 3
"""Fewer faces of a look than this are no sample of it."""


@dataclass(frozen=True)
class SadMeans:
    """The card's mean posterior of sad on faces that are not sad, and on those that are."""

    others: float
    sad: float


class BenchError(ClassPulseError):
    """What a bench was given cannot be measured with."""


@dataclass(frozen=True, eq=False)
class FaceSet:
    """The faces a bench replays, and what the model's answers to other faces teach of its errors.

    ``everyone`` are all faces by true look, as the card has it: what most FER+ raters see, or for a
    model that knows labels alone the label. ``clear`` are those on which at least half of them say
    so. ``known`` is the bank that intervals may know, never the one replayed
    where there are two.
    """

    everyone: Bank
    clear: Bank
    confusion: Confusion
    known: Bank
    source: str
    """where the faces come from, in words"""
    model: str
    """``name@version``"""
    model_hash: str
    data_hash: str
    accuracy: float
    """share of the replayed faces whose strongest look is the true one"""
    rule: FlagRule
    """as the card has it tuned"""
    sad_means: SadMeans


def from_card() -> FaceSet:
    """The packaged card's own bank: small, and the one M was measured on, so results flatter."""
    from models.cards import load_card

    card = load_card()
    everyone = _card_bank(card)
    clear = tuple(
        chosen if len(chosen := card.posteriors(look, clear_only=True)) >= LEAST_FACES else faces
        for look, faces in zip(LOOKS, everyone, strict=True)
    )
    faces = sum(len(part) for part in everyone)
    return FaceSet(
        everyone=everyone,
        clear=clear,
        confusion=_confusion(everyone, card),
        known=everyone,
        source=f"the model card's bank of {faces} faces, on which its errors were measured too",
        model=card.model_id,
        model_hash=card.files[0].sha256,
        data_hash=card.bank.provenance.data_sha256,
        accuracy=accuracy(everyone),
        rule=rule_for(card.tuned_check_ins()),
        sad_means=SadMeans(card.sad_m0, card.sad_m1),
    )


def from_folder(folder: Path, *, tuning: bool = False, half: int = 1) -> FaceSet:
    """The faces of the data set in ``folder``: PrivateTest, with M and bank from the card.

    ``tuning``: a half of PublicTest, every second face from the first (0) or the second (1) on,
    with M and bank from the other, so that no threshold is chosen on reported faces. Raises
    DataSetError where the folder holds no data set.
    """
    from models.cards import load_card
    from models.training.data.datasets import Split

    card = load_card()
    answers = _answers(folder, card)
    if tuning:
        known = _bank(answers, Split.PUBLIC_TEST, half=1 - half)
        everyone = _bank(answers, Split.PUBLIC_TEST, half=half)
        clear = _bank(answers, Split.PUBLIC_TEST, half=half, clear=True)
        confusion = _confusion(known, card)
    else:
        # Exactly what is shipped: the card's M and its small bank.
        known, confusion = _card_bank(card), shipped_confusion(card)
        everyone = _bank(answers, Split.PRIVATE_TEST)
        clear = _bank(answers, Split.PRIVATE_TEST, clear=True)
    split = Split.PUBLIC_TEST if tuning else Split.PRIVATE_TEST
    return FaceSet(
        everyone=everyone,
        clear=clear,
        confusion=confusion,
        known=known,
        source=f"{sum(len(part) for part in everyone)} {split.value} faces of the data set, "
        "the model's errors from its PublicTest faces",
        model=card.model_id,
        model_hash=card.files[0].sha256,
        data_hash=str(answers["data"]),
        accuracy=accuracy(everyone),
        rule=rule_for(card.tuned_check_ins()),
        sad_means=SadMeans(card.sad_m0, card.sad_m1),
    )


def by_labels(folder: Path) -> FaceSet:
    """PrivateTest once more by FER2013's labels, with the model's answers to them and its errors.

    For comparison alone: the rule stays the one tuned for what is shipped.
    """
    from models.cards import load_card
    from models.training.data.datasets import Split
    from models.truths import Truth

    card = load_card()
    answers = _answers(folder, card)
    known, everyone = (
        _bank(answers, split, truth=Truth.LABEL)
        for split in (Split.PUBLIC_TEST, Split.PRIVATE_TEST)
    )
    prior = np.array([len(part) for part in known], np.float64)
    matrix = np.array([faces.mean(axis=0) for faces in known])
    unsad = np.concatenate([part[:, SAD] for look, part in enumerate(known) if look != SAD])
    return replace(
        from_folder(folder),
        everyone=everyone,
        clear=_bank(answers, Split.PRIVATE_TEST, truth=Truth.LABEL, clear=True),
        confusion=Confusion(matrix, prior, prior / prior.sum(), spread_of(known)),
        known=known,
        accuracy=accuracy(everyone),
        sad_means=SadMeans(float(unsad.mean()), float(matrix[SAD, SAD])),
    )


def measured_on(folder: Path) -> Bank:
    """The PublicTest faces that the card's M was measured on, through the same model."""
    from models.cards import load_card
    from models.training.data.datasets import Split

    return _bank(_answers(folder, load_card()), Split.PUBLIC_TEST)


def from_bank(bank: Bank, path: Path) -> FaceSet:
    """The faces of a replayed file, with what the card says of the model that answered them."""
    from models.cards import load_card

    return replace(
        from_card(),
        confusion=shipped_confusion(load_card()),
        everyone=bank,
        clear=bank,
        source=f"{sum(len(part) for part in bank)} faces of {path.name}, the model's errors from "
        "its card",
        data_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        accuracy=accuracy(bank),
    )


def accuracy(bank: Bank) -> float:
    """Share of faces whose strongest look is the true one."""
    right = sum(int((faces.argmax(axis=1) == look).sum()) for look, faces in enumerate(bank))
    return right / sum(len(faces) for faces in bank)


def shipped_confusion(card: "Card") -> Confusion:
    """M as the card has it."""
    counts = card.confusion_counts().astype(np.float64)
    return Confusion(card.confusion(), counts, _one(card), spread_of(_card_bank(card)))


def _card_bank(card: "Card") -> Bank:
    return tuple(card.posteriors(look) for look in LOOKS)


def _confusion(bank: Bank, card: "Card") -> Confusion:
    matrix = np.array([faces.mean(axis=0) for faces in bank])
    counts = np.array([len(faces) for faces in bank], np.float64)
    return Confusion(matrix, counts, _one(card), spread_of(bank))


def _one(card: "Card") -> Floats:
    """The card's prior is rounded; here it sums to one exactly."""
    prior = card.prior()
    return np.asarray(prior / prior.sum())


def _bank(
    answers: dict[str, NDArray[Any]],
    split: "Split",
    *,
    half: int | None = None,
    clear: bool = False,
    truth: "Truth | None" = None,
) -> Bank:
    """Posteriors by true look; of every second face of a look alone where ``half`` is 0 or 1.

    ``truth``: another of the model's than the one that it is used for.
    """
    kind = f"{split.value}_{truth or answers['truth']}"
    posteriors = answers[f"{kind}_posteriors"].astype(np.float64)
    true, agreed = answers[f"{kind}_true"], answers[f"{kind}_clear"]
    posteriors = posteriors / posteriors.sum(axis=1, keepdims=True)
    found = []
    for look, name in enumerate(LOOKS):
        chosen = np.flatnonzero(true == look)
        chosen = chosen if half is None else chosen[half::2]
        chosen = chosen[agreed[chosen]] if clear else chosen
        if len(chosen) < LEAST_FACES:
            raise BenchError(
                f"A bench needs {LEAST_FACES} faces of each look, but {split.value} has "
                f"{len(chosen)}{' clear' if clear else ''} {name} faces."
            )
        found.append(posteriors[chosen])
    return tuple(found)


def _answers(folder: Path, card: "Card") -> dict[str, NDArray[Any]]:
    model, faces = card.files[0].sha256[:16], _fingerprint(folder)[:16]
    place = _cache() / f"{model}-{faces}-truths.npz"
    if place.is_file():
        with np.load(place) as kept:
            return dict(kept)
    from models.training.data.datasets import load_dataset

    found = _predicted(load_dataset(folder))
    place.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a cut run leaves no half a file under the name.
    half = place.with_suffix(".part.npz")
    np.savez(half, allow_pickle=False, **found)
    half.replace(place)
    return found


def _predicted(data: "DataSet") -> dict[str, NDArray[Any]]:
    from models.inference.predictor import Predictor
    from models.training.data.datasets import Split
    from models.truths import Truth

    predictor = Predictor.load()
    card = predictor.card
    found: dict[str, NDArray[Any]] = {
        "data": np.array(data.sha256),
        "truth": np.array(str(card.truth)),
    }
    for split in (Split.PUBLIC_TEST, Split.PRIVATE_TEST):
        faces = data.part(split)
        answers = predictor.predict_all(faces.pixels)
        for truth in {*card.truths, Truth.LABEL}:
            # A model of one answer is judged by labels with that.
            number = card.truths.index(truth) if truth in card.truths else 0
            kind = f"{split.value}_{truth}"
            found[f"{kind}_posteriors"] = answers[:, number]
            found[f"{kind}_true"] = faces.true_by(truth)
            found[f"{kind}_clear"] = faces.agreed() if truth is Truth.CROWD else faces.clear()
    return found


def _fingerprint(folder: Path) -> str:
    """A hash of the folder's files: cheaper than decoding every face to see they are the same."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("classpulse", appauthor=False) / "bench"
