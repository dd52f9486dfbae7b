"""Model cards: what is known about a model, for people to read and for ``analytics`` to correct by.

After Mitchell et al. 2019, *Model Cards for Model Reporting*. A card is one JSON file beside the
model's weight files. Every measured number in it carries its split, date, commit and data hash.
"""

from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.looks import LOOKS, SAD, Look
from models.errors import CardError
from models.truths import Truth

PACKAGED: Final = "pulse"
"""The model that is shipped and used unless another is named."""

_SEVEN: Final = len(LOOKS)
_SUM_TOLERANCE: Final = 1e-3

Share = Annotated[float, Field(ge=0, le=1)]
Seven = Annotated[tuple[Share, ...], Field(min_length=_SEVEN, max_length=_SEVEN)]
SevenCounts = Annotated[
    tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=_SEVEN, max_length=_SEVEN)
]
SevenBySeven = Annotated[tuple[Seven, ...], Field(min_length=_SEVEN, max_length=_SEVEN)]
SevenBySevenCounts = Annotated[tuple[SevenCounts, ...], Field(min_length=_SEVEN, max_length=_SEVEN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CardFile(_Part):
    """One weight file that this card speaks for."""

    name: str
    sha256: Sha256
    size_bytes: Annotated[int, Field(gt=0)]
    precision: str


class Provenance(_Part):
    """Where measured numbers come from."""

    split: str
    n: Annotated[int, Field(gt=0)]
    measured_on: date
    commit: str
    data: str
    data_sha256: Sha256


class Evaluation(_Part):
    """The figures of one file on one split; shares are 0..1, times in milliseconds."""

    file: str
    split: str
    n: Annotated[int, Field(gt=0)]
    accuracy: Share
    accuracy_flip: Share
    """Probabilities averaged over the face and its mirror image."""
    accuracy_dedup: Share | None
    """Without the faces that are pixel for pixel in the training split; null where all are."""
    ferplus_accuracy: Share | None
    """Against the FER+ majority, on faces that have one; null where none has."""
    ferplus_ece: Share | None = None
    """How far sureness that the majority says so is from how often it does; null as above."""
    ferplus_log_loss: Annotated[float, Field(ge=0)] | None = None
    """Mean of a vote for one of the seven looks; null where nobody voted."""
    ferplus_brier: Annotated[float, Field(ge=0, le=2)] | None = None
    """Squared distance to a face's shares of votes, the mean of faces (Brier 1950)."""
    macro_f1: Share
    f1: Seven
    ece: Share
    """Expected calibration error, 15 bins of equal width (Guo et al. 2017)."""
    ms_per_face: Annotated[float, Field(gt=0)]
    file_bytes: Annotated[int, Field(gt=0)]
    parameters: Annotated[int, Field(gt=0)]
    provenance: Provenance


class SoftConfusion(_Part):
    """M: the model's mean answer to faces of each true look, and how many faces that rests on."""

    provenance: Provenance
    rows: SevenBySeven
    """Row *j* is E[posterior | true look j]."""
    counts: SevenCounts


class Scaling(_Part):
    """How logits became answers: divided by a temperature, then scaled and shifted look by look."""

    temperature: Annotated[float, Field(gt=0)]
    scale: tuple[float, ...] = ()
    bias: tuple[float, ...] = ()


class ByLabel(_Part):
    """The same for the model's second answer, FER2013's label: to compare with the write-ups."""

    scaling: Scaling
    training_prior: Seven
    soft_confusion: SoftConfusion
    hard_confusion: SevenBySevenCounts


class ByVotes(_Part):
    """How shares of votes become answers, for those who take every vote and no majority."""

    provenance: Provenance
    rows: SevenBySeven
    """M by least squares: a face's answer is its shares of votes times M, on average."""
    weights: tuple[Annotated[float, Field(ge=0)], ...]
    """The faces behind each row: the sum of their shares of votes."""
    majority_temperature: Annotated[float, Field(gt=0)]
    """Logarithms of answers divided by it tell how likely most raters say so: a look that six of
    ten see is nearly always what most of them say."""


class BankClass(_Part):
    """Held-out posteriors of faces of one true look."""

    posteriors: tuple[Seven, ...]
    clear: tuple[bool, ...]
    """True where at least half of the FER+ raters say the true look."""

    @model_validator(mode="after")
    def _aligned(self) -> Self:
        if len(self.posteriors) != len(self.clear) or not self.posteriors:
            raise ValueError(
                "a bank needs one flag for each of one or more posteriors, not "
                f"{len(self.clear)} for {len(self.posteriors)}"
            )
        return self


class PosteriorBank(_Part):
    """Real answers to real held-out faces, by true look, for bootstraps and simulation."""

    provenance: Provenance
    by_true_look: Annotated[tuple[BankClass, ...], Field(min_length=_SEVEN, max_length=_SEVEN)]


class CheckIns(_Part):
    """What the rule for sad-looking check-ins expects of this model's answers, and when it speaks.

    Chosen on simulated lectures shown through PublicTest faces; the scores are those of
    ``analytics.flags.evidence.SadScale``.
    """

    provenance: Provenance
    lectures: Annotated[int, Field(gt=0)]
    ordinary_noise: Annotated[float, Field(gt=0)]
    """of half a minute of an ordinary face around the student's own mean score"""
    sad_noise: Annotated[float, Field(gt=0)]
    """the same of a sad face"""
    raise_at: Annotated[float, Field(gt=0.5, lt=1)]
    """how sure the rule must be"""
    lecture_share: Annotated[float, Field(gt=0, lt=1)]
    """mean evidence that raises over half an hour or more"""


class Card(_Part):
    """Everything known about one version of one model."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[int, Field(ge=1)]
    summary: str
    emotions: tuple[Look, ...]
    files: Annotated[tuple[CardFile, ...], Field(min_length=1)]
    """The first that the machine's runtime reads is the one that is loaded."""
    parameters: Annotated[int, Field(gt=0)]
    training: dict[str, Any]
    """The run's configuration, and how far it came."""
    temperature: Annotated[float, Field(gt=0)]
    """Logits are divided by it inside the exported file (Guo et al. 2017)."""
    scale: tuple[float, ...] = ()
    """And multiplied by these there, one a look (vector scaling, ibid.); empty: all 1."""
    bias: tuple[float, ...] = ()
    """Added to them then, one a look; empty: none."""
    truth: Truth = Truth.LABEL
    """By what looks are true in all that follows; the model's first answer is to that."""
    training_prior: Seven
    """Shares of the seven looks among the faces it learnt from; the crowd's, of votes."""
    by_label: ByLabel | None = None
    """None: the model has one answer alone."""
    by_votes: ByVotes | None = None
    soft_confusion: SoftConfusion
    hard_confusion: SevenBySevenCounts
    """Row true, column predicted, on the faces of ``soft_confusion``."""
    bank: PosteriorBank
    sad_m0: Share
    """Mean posterior of sad on faces that are not sad by ``truth``."""
    sad_m1: Share
    """The same on faces that are."""
    evaluations: tuple[Evaluation, ...]
    check_ins: CheckIns | None = None
    """None: not tuned for this model, so the rule's own defaults hold"""
    intended_use: str
    limits: tuple[str, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.emotions != LOOKS:
            raise ValueError(f"emotions must be {', '.join(LOOKS)}, not {self.emotions}")
        for what, rows in (
            ("training_prior", (self.training_prior,)),
            ("soft_confusion", self.soft_confusion.rows),
        ):
            for row in rows:
                if abs(sum(row) - 1) > _SUM_TOLERANCE:
                    raise ValueError(f"a row of {what} must sum to 1, not {sum(row)}")
        if self.sad_m0 >= self.sad_m1:
            raise ValueError(
                f"sad_m0 must lie below sad_m1, but they are {self.sad_m0} and {self.sad_m1}"
            )
        return self

    @property
    def truths(self) -> tuple[Truth, ...]:
        """What the model answers, in the order of its file."""
        return (self.truth,) if self.by_label is None else (self.truth, Truth.LABEL)

    @property
    def model_id(self) -> str:
        """Name and version as observations carry them: ``pulse@1``."""
        return f"{self.name}@{self.version}"

    def file(self, name: str) -> CardFile:
        """The card's entry for weight file ``name``; CardError where it speaks of no such file."""
        for file in self.files:
            if file.name == name:
                return file
        known = ", ".join(file.name for file in self.files)
        raise CardError(f"the card of {self.model_id} speaks for {known}, not for {name}")

    def first(self, suffix: str) -> CardFile:
        """The first file of that suffix; CardError where the card speaks of none."""
        for file in self.files:
            if file.name.endswith(suffix):
                return file
        raise CardError(f"{self.model_id} comes with no {suffix} file, which is what runs here")

    def tuned_check_ins(self) -> dict[str, float] | None:
        """What was tuned, as ``analytics.flags.check_ins.rule_for`` takes it."""
        tuned = self.check_ins
        return None if tuned is None else tuned.model_dump(exclude={"provenance", "lectures"})

    def prior(self) -> NDArray[np.float64]:
        """``training_prior`` as (7,)."""
        return np.array(self.training_prior)

    def confusion(self) -> NDArray[np.float64]:
        """M (7, 7): row *j* is E[posterior | true look j], each row summing to exactly one."""
        rows = np.array(self.soft_confusion.rows)
        return np.asarray(rows / rows.sum(axis=1, keepdims=True))

    def confusion_counts(self) -> NDArray[np.int64]:
        """(7,) how many faces each row of M rests on."""
        return np.array(self.soft_confusion.counts, dtype=np.int64)

    def posteriors(self, look: Look | int, *, clear_only: bool = False) -> NDArray[np.float64]:
        """(k, 7) banked answers to held-out faces labelled ``look``, rows summing to one."""
        index = look if isinstance(look, int) else LOOKS.index(look)
        chosen = self.bank.by_true_look[index]
        rows = np.array(chosen.posteriors, dtype=np.float64)
        if clear_only:
            rows = rows[np.array(chosen.clear, dtype=np.bool_)]
        return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def sad_means(
    posteriors: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]
) -> tuple[float, float]:
    """m₀ and m₁: the mean posterior of sad over faces labelled otherwise, and labelled sad."""
    sad = labels == SAD
    return float(posteriors[~sad, SAD].mean()), float(posteriors[sad, SAD].mean())


def card_path() -> Path:
    """Where the packaged card lies, for commands of a checkout that rewrite it."""
    return Path(__file__).with_name("weights") / f"{PACKAGED}.json"


def load_card(path: Path | None = None) -> Card:
    """Read the card at ``path``, or the packaged one.

    Raises CardError where there is none or it does not say what a card must.
    """
    if path is None:
        place: Any = resources.files("models").joinpath("weights", f"{PACKAGED}.json")
    else:
        place = path
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(f"a model's card must lie at {place}: {error}") from error
    try:
        return Card.model_validate_json(text)
    except ValidationError as error:
        raise CardError(f"{place} is not a model card: {_said(error.errors())}") from error


def _said(errors: Sequence[Any]) -> str:
    """The first complaint, with its place; the others are usually its echoes."""
    first = errors[0]
    where = ".".join(str(step) for step in first["loc"]) or "card"
    return f"{where}: {first['msg']}"
