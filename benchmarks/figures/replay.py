"""``--replay FILE``: a bank of posteriors, or what real people showed second by second, from CSV.

The first line names the columns, in any order; others than these are refused.

* ``person``: any text. Rows of one person need not stand together.
* ``time``: seconds from 0 in that person's session; left out, the file is a *bank* of single faces.
* ``state``: what is true then: one of the seven looks, or ``disengaged`` or ``away``.
* ``angry disgust fear happy sad surprise neutral``: the model's posterior, all seven or none.

A row holds until the person's next one, for a minute at most; what is not covered is *no data*.
*Bank*: each row one face of the look ``state``. *Sequence with posteriors*: played as it is;
without ``state`` nothing is known of the truth. *Sequence of states alone*: faces of the card's
bank are shown for them, any look but sad and happy as an ordinary listener's.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.simulation.behaviour import TrueState
from benchmarks.figures.faces import LEAST_FACES, Bank, BenchError, Floats
from contract.looks import LOOKS, Look

HELD_S: Final = 60
LONGEST_S: Final = 24 * 3600
_LOOKS: Final = tuple(look.value for look in LOOKS)
_KNOWN: Final = ("person", "time", "state", *_LOOKS)
_STATES: Final = {
    **dict.fromkeys(_LOOKS, TrueState.LISTENING),
    Look.HAPPY.value: TrueState.HAPPY,
    Look.SAD.value: TrueState.SAD,
    "disengaged": TrueState.DISENGAGED,
    "away": TrueState.AWAY,
}


@dataclass(frozen=True)
class Row:
    """One line: ``time`` None in a bank, ``state`` None where the truth is unknown."""

    person: str
    time: float | None
    state: str | None
    posterior: tuple[float, ...] | None


@dataclass(frozen=True, eq=False)
class Session:
    """One person's time, second by second."""

    person: str
    states: NDArray[np.int8]
    """(T,) TrueState; DROPPED where nothing is known"""
    posteriors: Floats | None
    """(T, 7); NaN where nothing was seen; None where the file holds states alone"""
    truth_known: bool


@dataclass(frozen=True, eq=False)
class Replay:
    """What a file holds: a bank of faces, or sessions (exactly one of the two is there)."""

    bank: Bank | None
    sessions: tuple[Session, ...]


def read_replay(path: Path) -> Replay:
    """Read and check the file. Raises BenchError that names the line and what it must hold."""
    rows, columns = _read(path)
    if "time" not in columns:
        if "state" not in columns or _LOOKS[0] not in columns:
            raise BenchError(
                f"{path} has no column time, so it must be a bank and hold state and the seven "
                "looks."
            )
        return Replay(bank=_bank(path, rows), sessions=())
    people: dict[str, list[Row]] = {}
    for row in rows:
        people.setdefault(row.person, []).append(row)
    return Replay(
        bank=_bank(path, rows) if {"state", _LOOKS[0]} <= columns and _whole(rows) else None,
        sessions=tuple(_session(name, own) for name, own in people.items()),
    )


def _read(path: Path) -> tuple[list[Row], set[str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            columns = [name.strip() for name in reader.fieldnames or ()]
            _check_columns(path, columns)
            reader.fieldnames = columns
            rows = [_row(f"{path}, line {reader.line_num}", line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{path} must be a readable CSV file in UTF-8: {error}") from error
    if not rows:
        raise BenchError(f"{path} must hold at least one row below its header.")
    return rows, set(columns)


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    unknown = [name for name in columns if name not in _KNOWN]
    some = [name for name in _LOOKS if name in columns]
    if unknown or not columns or len(set(columns)) != len(columns):
        raise BenchError(
            f"{path} may have the columns {', '.join(_KNOWN)}, each once, but its header is "
            f"{', '.join(columns) or 'empty'}."
        )
    if some and len(some) < len(_LOOKS):
        raise BenchError(f"{path} must have all seven looks or none, but has {', '.join(some)}.")
    if "person" not in columns or not (some or "state" in columns):
        raise BenchError(f"{path} must have the column person, and state or the seven looks.")


def _row(where: str, line: dict[str, str]) -> Row:
    # DictReader puts what is missing as None, and what is too much under None.
    if None in line or None in line.values():
        raise BenchError(f"{where} must have as many fields as the header.")
    person = line["person"].strip()
    if not person:
        raise BenchError(f"{where} must name a person.")
    state = line["state"].strip() if "state" in line else None
    if state is not None and state not in _STATES:
        raise BenchError(f"{where} must have a state of {', '.join(_STATES)}, but has {state!r}.")
    time = _number(where, "time", line["time"]) if "time" in line else None
    if time is not None and not 0 <= time <= LONGEST_S:
        raise BenchError(f"{where} must have a time of 0 to {LONGEST_S} s, but has {time:g}.")
    return Row(person, time, state, _posterior(where, line))


def _posterior(where: str, line: dict[str, str]) -> tuple[float, ...] | None:
    if _LOOKS[0] not in line:
        return None
    # No face in this second.
    if not any(line[look].strip() for look in _LOOKS):
        return None
    values = tuple(_number(where, look, line[look]) for look in _LOOKS)
    if min(values) < 0 or abs(sum(values) - 1) > 1e-2:
        raise BenchError(
            f"{where} must have seven values from 0 that sum to 1, but they sum to "
            f"{sum(values):.4f} and the least is {min(values):g}."
        )
    return tuple(value / sum(values) for value in values)


def _number(where: str, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BenchError(f"{where} must have a number as {name}, but has {text!r}.")
    return value


def _by_look(rows: Sequence[Row]) -> list[list[tuple[float, ...]]]:
    return [
        [row.posterior for row in rows if row.state == look and row.posterior] for look in _LOOKS
    ]


def _whole(rows: Sequence[Row]) -> bool:
    return min(len(faces) for faces in _by_look(rows)) >= LEAST_FACES


def _bank(path: Path, rows: Sequence[Row]) -> Bank:
    found = _by_look(rows)
    for look, faces in zip(_LOOKS, found, strict=True):
        if len(faces) < LEAST_FACES:
            raise BenchError(
                f"{path} must hold at least {LEAST_FACES} faces of each look, but has "
                f"{len(faces)} {look} ones."
            )
    return tuple(np.array(faces) for faces in found)


def _session(person: str, rows: Sequence[Row]) -> Session:
    ordered = sorted(rows, key=lambda row: row.time or 0.0)
    times = [int(row.time or 0.0) for row in ordered]
    # The last row holds for as long as the one before it did.
    length = times[-1] + min(HELD_S, max(1, times[-1] - times[-2]) if len(times) > 1 else 1)
    states = np.full(length, TrueState.DROPPED, np.int8)
    measured = any(row.posterior for row in ordered)
    posteriors = np.full((length, len(_LOOKS)), np.nan)
    for row, start, end in zip(ordered, times, [*times[1:], length], strict=True):
        held = slice(start, max(start + 1, min(end, start + HELD_S)))
        states[held] = _STATES[row.state] if row.state else TrueState.LISTENING
        if row.posterior:
            posteriors[held] = row.posterior
    return Session(
        person, states, posteriors if measured else None, all(row.state for row in ordered)
    )
