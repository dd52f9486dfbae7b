"""Delivery: a thread that empties the outbox into the server, however long that takes.

Only what the server answered for leaves the outbox. What can pass is tried again with full jitter
under a ceiling (Brooker, "Exponential Backoff And Jitter"), so that a class of agents does not
come back all at once; what cannot pass is said in words and ends the delivery.
"""

import random
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from capture_agent.clock import Clock
from capture_agent.delivery.outbox import Item, Kind, Outbox
from capture_agent.delivery.transport import Sender
from capture_agent.errors import (
    DeliveryError,
    NotAcceptedError,
    OutboxError,
    OutboxFullError,
    RefusedError,
)
from contract.batches import MAX_BATCH
from contract.exchange import Ask, BatchAnswer, LectureState, Verdict

_FIRST_WAIT_S: Final = 0.5
_CEILING_S: Final = 30.0
_FIRST_LOOK_S: Final = 0.25


class State(StrEnum):
    """Where the delivery stands."""

    SENDING = "sending"
    RETRYING = "retrying"
    ENDED = "ended"
    """The lecture is over; what was captured before its end is still sent."""
    REFUSED = "refused"
    """Nothing more is accepted from this participant."""
    BROKEN = "broken"
    """The outbox itself cannot be used."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What delivery has to say, at one moment."""

    state: State = State.SENDING
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    message: str = ""
    status: int | None = None
    admitted: bool = True
    ended_at: datetime | None = None
    ask: Ask | None = None
    """What the server would like this student to be asked, as of its last answer."""

    @property
    def over(self) -> bool:
        """Whether capturing on would be of no use."""
        return self.state in (State.ENDED, State.REFUSED, State.BROKEN)


@dataclass(slots=True)
class _Tally:
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


class Delivery:
    """Empties one outbox under one token.

    ``on_final`` is called once, from the delivery's own thread, when capturing on is of no use:
    the lecture ended, the server refused, or the outbox broke.
    """

    def __init__(
        self,
        outbox: Outbox,
        send: Sender,
        token: str,
        clock: Clock,
        *,
        every_seconds: float = 2.0,
        on_final: Callable[[], None] = lambda: None,
        kinds: tuple[Kind, ...] = (Kind.OBSERVATION, Kind.EVENT),
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._outbox = outbox
        self._send = send
        self._token = token
        self._clock = clock
        self._every = every_seconds
        self._on_final = on_final
        self._kinds = kinds
        self._jitter = jitter
        self._limit = MAX_BATCH
        self._failures = 0
        self._tally = _Tally()
        self._lock = threading.Lock()
        self._progress = Progress()
        self._told_to_wait = False
        self._emptied = False
        self._errands: deque[Callable[[], None]] = deque()
        self._draining = threading.Event()
        self._nudged = threading.Event()
        self._quit = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    @property
    def progress(self) -> Progress:
        """How it goes."""
        with self._lock:
            return self._progress

    def start(self) -> None:
        """Begin to send in a thread of its own."""
        self._thread.start()

    def run_errand(self, errand: Callable[[], None]) -> None:
        """Have ``errand`` done soon, by the delivery's own thread and never beside a sending.

        One that raises DeliveryError is tried again like everything else; one that waits already
        is not queued twice.
        """
        with self._lock:
            if errand not in self._errands:
                self._errands.append(errand)
        self._nudged.set()

    def finish(self, seconds: float) -> bool:
        """Send what waits, for at most ``seconds``, then stop; True where nothing is left."""
        self._draining.set()
        self._nudged.set()
        if self._thread.ident is not None:
            self._done.wait(seconds)
            self._quit.set()
            self._thread.join(1.0)
        return not self._thread.is_alive() and self._emptied

    def round(self) -> float:
        """Send what waits now, until nothing does or a request fails.

        Answers the seconds to wait before the next round. What goes wrong becomes part of the
        progress, and is not raised.
        """
        try:
            while self._errands:
                self._errands[0]()
                with self._lock:
                    self._errands.popleft()
            if Kind.EVENT in self._kinds:
                self._outbox.settle_lost(self._clock.now())
            for kind in self._kinds:
                while items := self._outbox.oldest(kind, self._limit):
                    if self._quit.is_set():
                        return 0.0
                    self._deliver(kind, items)
        except DeliveryError as error:
            return self._back_off(error)
        except RefusedError as error:
            self._report(State.REFUSED, str(error), error.status)
            return 0.0
        except OutboxFullError as error:
            # What was sent is still in it, and is known as duplicate the next time.
            return self._back_off(DeliveryError(str(error)))
        except OutboxError as error:
            self._report(State.BROKEN, str(error))
            return 0.0
        # The first observation is looked out for: the teacher waits to see it arrive.
        return self._every if self._tally.verdicts else min(self._every, _FIRST_LOOK_S)

    def _run(self) -> None:
        try:
            while not self._quit.is_set():
                self._nudged.clear()
                last = self._draining.is_set()
                pause = self.round()
                if self.progress.state in (State.REFUSED, State.BROKEN):
                    return
                if last and self._failures == 0:
                    self._emptied = True
                    return
                self._rest(pause)
        finally:
            self._done.set()

    def _rest(self, seconds: float) -> None:
        """Wait for the next round. A nudge cuts it short, a server's own word not."""
        if self._draining.is_set() and not self._failures:
            return
        asked = self._draining.is_set() or self._told_to_wait
        self._clock.wait_for(self._quit if asked else self._nudged, seconds)

    def _deliver(self, kind: Kind, items: list[Item]) -> None:
        try:
            self._take(self._send(kind, items, self._token), items)
        except NotAcceptedError as error:
            self._smaller(kind, items, error)

    def _smaller(self, kind: Kind, items: list[Item], error: NotAcceptedError) -> None:
        """Too large: half of it. Malformed: each by itself, so that one spoils no other."""
        if len(items) == 1:
            # Even alone it is not taken, and sending it again would change nothing.
            self._tally.reasons[f"{error.status}: {error}"] += 1
            self._tally.verdicts[Verdict.REJECTED] += 1
            self._outbox.delete([items[0].id])
            self._report(State.SENDING)
        elif error.status == 413:
            self._limit = max(1, len(items) // 2)
        else:
            for item in items:
                self._deliver(kind, [item])

    def _take(self, answer: BatchAnswer, items: list[Item]) -> None:
        for item, verdict in zip(items, answer.verdicts, strict=True):
            if verdict.id not in (None, item.id):
                raise DeliveryError(f"The server answered for {verdict.id}, not for {item.id}.")
        for verdict in answer.verdicts:
            self._tally.verdicts[verdict.verdict] += 1
            if verdict.verdict is Verdict.REJECTED:
                self._tally.reasons[verdict.reason or "invalid"] += 1
        self._outbox.delete(item.id for item in items)
        self._failures, self._told_to_wait = 0, False
        ended = answer.lecture is LectureState.ENDED
        self._report(State.ENDED if ended else State.SENDING, answer=answer)

    def _back_off(self, error: DeliveryError) -> float:
        ceiling = min(_CEILING_S, _FIRST_WAIT_S * 2.0**self._failures)
        self._failures = min(self._failures + 1, 32)
        self._told_to_wait = error.retry_after is not None
        self._report(State.RETRYING, str(error))
        return max(self._jitter(0.0, ceiling), error.retry_after or 0.0)

    def _report(
        self,
        state: State,
        message: str = "",
        status: int | None = None,
        answer: BatchAnswer | None = None,
    ) -> None:
        verdicts = self._tally.verdicts
        with self._lock:
            before = self._progress
            if before.state is State.ENDED and not Progress(state).over:
                state = State.ENDED
            self._progress = Progress(
                state=state,
                accepted=verdicts[Verdict.ACCEPTED],
                duplicate=verdicts[Verdict.DUPLICATE],
                rejected=verdicts[Verdict.REJECTED],
                reasons=tuple(self._tally.reasons.most_common()),
                message=message,
                status=status,
                admitted=answer.admitted if answer else before.admitted,
                ended_at=answer.ended_at if answer else before.ended_at,
                ask=answer.ask if answer else before.ask,
            )
            final = self._progress.over and not before.over
        if final:
            self._on_final()
