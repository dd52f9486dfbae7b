"""The kinds by name, and one chunk of one: a school, a seed, and what came of it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Final

from tests.fuzz.files import pictures, rosters
from tests.fuzz.kinds import Kind, Told, api, callbacks, observations
from tests.fuzz.schema import schema
from tests.fuzz.school import opened

CHUNK: Final = 2000
ONLINE: Final[Mapping[str, Kind]] = {
    "api": api,
    "callbacks": callbacks,
    "observations": observations,
    "schema": schema,
}
OFFLINE: Final[Mapping[str, Callable[[Random, int], Told]]] = {
    "pictures": pictures,
    "rosters": rosters,
}
"""These read files, and need no school."""
KINDS: Final = sorted({*ONLINE, *OFFLINE})
SHARES: Final[dict[str, float]] = {
    "api": 0.10,
    "callbacks": 0.12,
    "observations": 0.42,
    "pictures": 0.22,
    "rosters": 0.13,
    "schema": 0.01,
}
"""Of all cases: those that ask a school take about as long in each kind."""


def run_chunk(kind: str, seed: int, number: int, cases: int, folder: Path) -> Told:
    """The cases of one chunk: the same ones for the same words."""
    random = Random(f"{seed} {kind} {number}")
    if kind in OFFLINE:
        return OFFLINE[kind](random, cases)
    with opened(folder / f"{kind}-{number}", random) as school:
        return ONLINE[kind](school, random, cases)
