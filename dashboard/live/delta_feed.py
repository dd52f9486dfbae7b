"""The delta feed: each open page is told only what it does not know, and those alike share it.

What a page shows are *parts*, JSON trees by name. A page names by its cursor what it was told
last; the answer is the difference to what holds now, made once for all pages that stand there.
"""

import gzip
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from dashboard.live.tree_difference import difference

KEPT: Final = 64
"""How many states are remembered: a page that slept through more is told everything anew."""

_PACKED_FROM: Final = 200
"""Bytes below which the gzip frame eats what it saves."""

Parts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delta:
    """One body, as it is and compressed (None where that would be no gain)."""

    body: bytes
    packed: bytes | None

    @classmethod
    def of(cls, told: Any) -> "Delta":
        """The answer that says ``told``."""
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        # Level 9 once for all who share it; no file name and no time in the frame.
        packed = gzip.compress(body, 9, mtime=0) if len(body) >= _PACKED_FROM else body
        return cls(body, packed if len(packed) < len(body) else None)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What held at one moment, ``at`` in epoch seconds; ``cursor`` follows from it alone."""

    cursor: str
    parts: Parts
    prints: Mapping[str, bytes]
    at: float


@dataclass(slots=True)
class DeltaFeed:
    """One lecture in one language: what holds, and what held a moment ago. For many threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _key: Hashable = None
    _now: State | None = None
    _states: OrderedDict[str, State] = field(default_factory=OrderedDict)
    _answers: dict[str | None, Delta] = field(default_factory=dict)

    def advance(self, key: Hashable, at: float, render: Callable[[], Parts]) -> State:
        """What holds now: rendered by whoever comes first with a new ``key``.

        One that comes late with an older key renders once more; nobody is told anything wrong.
        """
        with self._lock:
            if self._now is None or key != self._key:
                state = _state(render(), at, self._now)
                if self._now is None or state.cursor != self._now.cursor:
                    self._answers.clear()
                    self._states[state.cursor] = state
                    self._states.move_to_end(state.cursor)
                    while len(self._states) > KEPT:
                        self._states.popitem(last=False)
                    self._now = state
                self._key = key
            return self._now

    def answer(self, state: State, since: str | None) -> Delta | None:
        """What ``state`` adds to the cursor ``since``; None where that is nothing.

        Everything, where ``since`` is no cursor of a remembered state.
        """
        if since == state.cursor:
            return None
        with self._lock:
            known = self._states.get(since) if since is not None else None
            kept = None if known is None else since
            shared = state is self._now
            found = self._answers.get(kept) if shared else None
            if found is None:
                found = Delta.of(_told(known, state))
                if shared:
                    self._answers[kept] = found
            return found


def _state(parts: Parts, at: float, before: State | None) -> State:
    """The state of ``parts``; a part that has not changed stays the one of ``before``."""
    shown: dict[str, Any] = {}
    prints: dict[str, bytes] = {}
    for name, part in parts.items():
        if before is not None and name in before.parts and before.parts[name] == part:
            shown[name], prints[name] = before.parts[name], before.prints[name]
        else:
            shown[name], prints[name] = part, _print(json.dumps(part, sort_keys=True).encode())
    cursor = _print(b"".join(prints[name] for name in sorted(prints))).hex()
    return State(cursor, shown, prints, at)


def _told(known: State | None, state: State) -> dict[str, Any]:
    told: dict[str, Any] = {"cursor": state.cursor, "at": state.at}
    if known is None or known.parts.keys() != state.parts.keys():
        return {**told, "whole": dict(state.parts)}
    steps = []
    for name, part in state.parts.items():
        small = [[[name, *path], *change] for path, *change in difference(known.parts[name], part)]
        # Where nearly all of a part is new, the part itself is the shorter way to say so.
        whole = [[[name], part]]
        steps += small if _length(small) < _length(whole) else whole * bool(small)
    return {**told, "steps": steps}


def _length(value: Any) -> int:
    return len(json.dumps(value)) if value else 0


def _print(text: bytes) -> bytes:
    return blake2b(text, digest_size=6).digest()


_FORGOTTEN_S: Final = 600.0
"""A feed that nobody asked for so long is let go: its lecture is over, or its language left."""


class DeltaFeeds:
    """The feeds of all lectures and languages that somebody watches. For many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._feeds: dict[Hashable, tuple[DeltaFeed, float]] = {}

    def feed(self, key: Hashable) -> DeltaFeed:
        """The feed of ``key``, a lecture and a language; a new one where there is none."""
        now = self._clock()
        with self._lock:
            found, _ = self._feeds.get(key, (None, 0.0))
            if found is None:
                found = DeltaFeed()
                self._feeds = {
                    name: kept for name, kept in self._feeds.items() if now - kept[1] < _FORGOTTEN_S
                }
            self._feeds[key] = found, now
            return found

    def forget(self) -> None:
        """Let go of all feeds, as a new process would begin: every page is told all anew."""
        with self._lock:
            self._feeds.clear()
