"""The composition root of the agent: from settings to an exit code, everything wired together."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Final
from urllib.parse import urlsplit

from capture_agent import consent
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.consent import DeclinedError
from capture_agent.console import Console, Terminal
from capture_agent.controls import Controls, listening
from capture_agent.delivery import Delivery, Progress, State
from capture_agent.errors import (
    AgentError,
    CameraLostError,
    DeliveryError,
    NotAcceptedError,
    OutboxError,
    RefusedError,
    SourceError,
)
from capture_agent.outbox import Kind, Outbox, outbox_folder
from capture_agent.pipeline import Pipeline
from capture_agent.sampler import Sampler
from capture_agent.session import Session
from capture_agent.settings import AgentSettings
from capture_agent.sources import Source, open_source
from capture_agent.transport import Transport
from capture_agent.vision import Vision, load_vision
from contract.emotions import EMOTIONS
from contract.events import Event, EventKind
from contract.exchange import LectureState, Reason
from contract.ids import uuid7
from contract.observations import Observation

_CAMERA_RETRY_S: Final = 3.0
_PAUSE_LOOK_S: Final = 0.2
_WITHDRAWN: Final = 403


def run(
    settings: AgentSettings,
    console: Console | None = None,
    *,
    vision: Callable[[], Vision] = load_vision,
    clock: Clock | None = None,
) -> int:
    """Run one agent until its source, its student or its lecture ends; the exit code.

    0: done, and what was captured is with the server or safe in the outbox. 1: something went
    wrong, which was said in one sentence.
    """
    console = console or Terminal()
    clock = clock or Clock()
    try:
        return _run(settings, console, vision, clock)
    except DeclinedError as answer:
        console.say(str(answer))
        return 0
    except AgentError as error:
        console.warn(str(error))
        return 1
    except KeyboardInterrupt:
        console.warn("Stopped before anything was captured.")
        return 1


def _run(
    settings: AgentSettings, console: Console, vision: Callable[[], Vision], clock: Clock
) -> int:
    invitation = consent.read_invitation(settings.join)
    # What can fail without the server fails before the student is asked anything.
    source = open_source(settings.source, clock, realtime=settings.realtime, loop=settings.loop)
    pipeline = Pipeline(vision())
    folder = outbox_folder(settings.state, settings.server, settings.join, settings.name)
    outbox = Outbox(folder, settings.outbox_items)
    correction = ClockCorrection()
    transport = Transport(settings.server, clock, correction)
    try:
        try:
            session, ended = _open_session(
                settings, invitation, console, clock, correction, outbox, transport
            )
        except BaseException:
            if outbox.session() is None:
                # Nobody agreed to anything, so nothing of this visit stays.
                outbox.destroy()
            raise
        agent = _Agent(settings, console, clock, correction, source, pipeline, outbox, session)
        with _stop_on_signals(clock):
            return agent.run(transport, lecture_ended=ended)
    finally:
        source.close()
        transport.close()
        outbox.close()


def _open_session(
    settings: AgentSettings,
    invitation: consent.Invitation,
    console: Console,
    clock: Clock,
    correction: ClockCorrection,
    outbox: Outbox,
    transport: Transport,
) -> tuple[Session, bool]:
    """The saved session where the server still knows it, else a new one; and whether it ended."""
    session = Session.read(outbox.session())
    if session is not None:
        correction.assume(timedelta(milliseconds=session.clock_offset_ms))
        try:
            answer = transport.send(Kind.OBSERVATION, [], session.token)
        except (DeliveryError, NotAcceptedError) as error:
            console.say(f"Going on in {session.title} ({session.course}). {error}")
            return session, False
        except RefusedError as error:
            given_up = outbox.clear()
            console.warn(f"The earlier session is over: {error} {_given_up(given_up)}".strip())
        else:
            console.say(f"Going on in {session.title} ({session.course}).")
            return session, answer.lecture is LectureState.ENDED
    if urlsplit(settings.server).scheme == "http" and not _is_local(settings.server):
        console.warn("This address is not encrypted (http): others on the network can read along.")
    session = consent.join(
        transport,
        console,
        clock,
        server=settings.server,
        invitation=invitation,
        name=settings.name,
        guardian=settings.guardian,
        use_earlier=settings.yes,
    )
    outbox.save_session(
        session.model_copy(update={"clock_offset_ms": correction.offset_ms}).model_dump_json()
    )
    return session, False


@dataclass(slots=True)
class _Counts:
    observations: int = 0
    with_face: int = 0
    pictures: int = 0


class _Agent:
    """One student in one lecture: capture on this thread, delivery on another."""

    def __init__(
        self,
        settings: AgentSettings,
        console: Console,
        clock: Clock,
        correction: ClockCorrection,
        source: Source,
        pipeline: Pipeline,
        outbox: Outbox,
        session: Session,
    ) -> None:
        self._settings = settings
        self._console = console
        self._clock = clock
        self._correction = correction
        self._source = source
        self._pipeline = pipeline
        self._outbox = outbox
        self._session = session
        self._counts = _Counts()
        self._controls = Controls(clock.stopping)
        self._last: Observation | None = None
        self._sampler = Sampler(pipeline.model_id, settings.frames_per_second, correction)

    def run(self, transport: Transport, *, lecture_ended: bool) -> int:
        delivery = Delivery(
            self._outbox,
            transport.send,
            self._session.token,
            self._clock,
            every_seconds=self._settings.batch_seconds,
            on_final=self._clock.stopping.set,
        )
        delivery.start()
        trouble: AgentError | None = None
        try:
            if not lecture_ended:
                with listening(self._controls.press) as keys:
                    how = "P pauses, Q stops" if keys else "Ctrl-C stops"
                    self._console.say(f"Sharing numbers from {self._source.description}; {how}.")
                    self._capture(delivery)
        except (SourceError, OutboxError) as error:
            trouble = error
        finally:
            self._console.status("")
        return self._finish(delivery, trouble)

    def _capture(self, delivery: Delivery) -> None:
        """Capture until the source ends or somebody stops; a lost camera is waited for."""
        lost = False
        while not self._clock.stopping.is_set():
            try:
                for frame in self._source.frames(self._sampler.wants):
                    if lost:
                        lost = False
                        self._note(EventKind.CAMERA_BACK, "The camera is back.")
                    if self._controls.paused:
                        break
                    reading = self._pipeline.read_student(frame.image_bgr)
                    self._counts.pictures += 1
                    self._keep(self._sampler.add(reading, frame.captured_at, frame.monotonic))
                    self._show(delivery.progress)
                else:
                    return
                self._pause()
            except CameraLostError as error:
                self._keep(self._sampler.pause())
                lost = True
                self._note(EventKind.CAMERA_LOST, f"{error} Waiting for it.")
                self._clock.wait(_CAMERA_RETRY_S)
            except SourceError:
                # A camera that was there before may come back; one that never was, not.
                if not lost:
                    raise
                self._clock.wait(_CAMERA_RETRY_S)
            finally:
                self._keep(self._sampler.pause())

    def _pause(self) -> None:
        """Let go of the camera, so that its light goes out, until the student goes on."""
        self._keep(self._sampler.pause())
        self._source.close()
        self._note(EventKind.PAUSED, "Paused: nothing is looked at. P goes on, Q stops.")
        self._console.status("paused")
        while self._controls.paused and not self._clock.wait(_PAUSE_LOOK_S):
            pass
        if not self._controls.paused:
            self._note(EventKind.RESUMED, "Going on.")

    def _keep(self, observation: Observation | None) -> None:
        if observation is not None:
            self._outbox.add(observation)
            self._counts.observations += 1
            self._counts.with_face += observation.probabilities is not None
            self._last = observation

    def _note(self, kind: EventKind, text: str = "") -> None:
        at, _ = self._correction.correct(self._clock.now())
        self._outbox.add(Event(id=uuid7(at), at=at, kind=kind))
        if text:
            self._console.say(text)

    def _show(self, progress: Progress) -> None:
        seen = self._last
        look = "no face in view"
        if seen is None:
            look = "looking"
        elif seen.probabilities is not None:
            best = max(range(len(EMOTIONS)), key=seen.probabilities.__getitem__)
            look = f"looks {EMOTIONS[best]} {seen.probabilities[best]:.0%}"
        sent = progress.accepted + progress.duplicate
        words = [f"sharing · {look} · {sent} sent, {self._outbox.waiting()} waiting"]
        if progress.state is State.RETRYING:
            words.append(f"{progress.message} Trying again; nothing is lost.")
        elif not progress.admitted:
            words.append("your teacher has not admitted you yet")
        self._console.status(" · ".join(words))

    def _finish(self, delivery: Delivery, trouble: AgentError | None) -> int:
        if not isinstance(trouble, OutboxError) and not delivery.progress.over:
            self._note(EventKind.STOPPED)
        self._save_offset(delivery.progress)
        emptied = delivery.finish(self._settings.drain_seconds)
        progress = delivery.progress
        if trouble is not None:
            self._console.warn(str(trouble))
        self._sum_up(progress, emptied)
        failed = trouble is not None or progress.state in (State.REFUSED, State.BROKEN)
        return 1 if failed else 0

    def _save_offset(self, progress: Progress) -> None:
        if progress.state not in (State.REFUSED, State.BROKEN):
            known = self._session.model_copy(update={"clock_offset_ms": self._correction.offset_ms})
            self._outbox.save_session(known.model_dump_json())

    def _sum_up(self, progress: Progress, emptied: bool) -> None:
        say, warn, counts = self._console.say, self._console.warn, self._counts
        if progress.state is State.REFUSED:
            if progress.status == _WITHDRAWN:
                given_up = self._outbox.waiting()
                self._outbox.destroy()
                warn(f"{progress.message} {_given_up(given_up)}".strip())
            else:
                warn(f"{progress.message} Capture has stopped.")
            return
        if progress.state is State.BROKEN:
            warn(progress.message)
            return
        if progress.state is State.ENDED:
            say("The lecture has ended, and so has the capture.")
        say(
            f"{counts.observations} observations, {counts.with_face} with a face; "
            f"{progress.accepted + progress.duplicate} items are with the server."
        )
        if counts.observations and not counts.with_face:
            warn(f"No face was seen in any picture of {self._source.description}.")
        # What was captured in the moment between the end and our hearing of it is not amiss.
        amiss = [(why, count) for why, count in progress.reasons if why != Reason.AFTER_END]
        if amiss:
            why = ", ".join(f"{count} × {reason}" for reason, count in amiss)
            warn(f"The server refused {sum(count for _, count in amiss)} items: {why}.")
        if emptied and progress.state is State.ENDED:
            self._outbox.destroy()
        if not emptied:
            warn(
                f"{self._outbox.waiting()} items wait in the outbox; run the same command again "
                f"to send them. {progress.message}".strip()
            )


def _given_up(count: int) -> str:
    return f"{count} unsent items were deleted." if count else ""


def _is_local(server: str) -> bool:
    return urlsplit(server).hostname in ("localhost", "127.0.0.1", "::1")


@contextmanager
def _stop_on_signals(clock: Clock) -> Iterator[None]:
    """Ctrl-C and a polite kill stop the capture, not the program; a second Ctrl-C ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        if clock.stopping.is_set():
            raise KeyboardInterrupt
        clock.stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
