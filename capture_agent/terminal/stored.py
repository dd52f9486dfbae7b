"""What the server stores of this student, as far as the agent shows it, and in which words."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contract.looks import LOOKS


class StoredObservation(BaseModel):
    """One stored second."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    captured_at: datetime
    face_share: float
    probabilities: tuple[float, ...] | None
    attentive: float | None


class StoredEvent(BaseModel):
    """One stored event."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: datetime
    kind: str


class StoredPage(BaseModel):
    """One page of ``GET /me/observations``. A newer server may say more; that is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    events: tuple[StoredEvent, ...]
    pulses: tuple[object, ...]
    flags: tuple[object, ...]
    observations: tuple[StoredObservation, ...]
    next: UUID | None = None


def in_words(pages: Sequence[StoredPage]) -> list[str]:
    """A few lines on all ``pages`` of one student: how much, from when to when, and the last."""
    first = pages[0]
    seconds = sorted(
        (it for page in pages for it in page.observations), key=lambda it: it.captured_at
    )
    if not seconds:
        return [f"The server stores no observation of {first.name}."]
    begin, end = (_clock(it.captured_at) for it in (seconds[0], seconds[-1]))
    faces = [it.probabilities for it in seconds if it.probabilities is not None]
    lines = [
        f"The server stores of {first.name}: {_count(len(seconds), 'observation')}, "
        f"{begin} to {end}, {len(faces)} with a face; {_count(len(first.events), 'event')}, "
        f"{_count(len(first.pulses), 'report')} of your own, "
        f"{_count(len(first.flags), 'check-in')} suggested."
    ]
    if faces:
        means = [sum(column) / len(faces) for column in zip(*faces, strict=True)]
        lines.append(f"On the whole: {_looks(means)}.")
        last = next(it for it in reversed(seconds) if it.probabilities is not None)
        attentive = "" if last.attentive is None else f"; attentive {last.attentive:.0%}"
        lines.append(
            f"The last, {_clock(last.captured_at)}: {_looks(last.probabilities or ())}{attentive}."
        )
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _looks(shares: Sequence[float]) -> str:
    return ", ".join(f"{look} {share:.0%}" for look, share in zip(LOOKS, shares, strict=True))


def _clock(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M:%S")
