"""One student in one lecture: capture on the calling thread, delivery beside it, until one ends."""

from dataclasses import dataclass
from typing import Final

from capture_agent.clock import Clock, ClockCorrection
from capture_agent.console import Console
from capture_agent.controls import Controls, listening
from capture_agent.delivery import Delivery, Progress, State
from capture_agent.errors import AgentError, CameraLostError, OutboxError, SourceError
from capture_agent.outbox import Outbox
from capture_agent.pipeline import Pipeline
from capture_agent.sampler import Sampler
from capture_agent.session import Session
from capture_agent.settings import AgentSettings
from capture_agent.sources import Source
from capture_agent.transport import Sender
from contract.emotions import EMOTIONS
from contract.events import Event, EventKind
from contract.exchange import Reason
from contract.ids import uuid7
from contract.observations import Observation

_CAMERA_RETRY_S: Final = 3.0
_PAUSE_LOOK_S: Final = 0.2
_WITHDRAWN: Final = 403


@dataclass(slots=True)
class _Counts:
    observations: int = 0
    with_face: int = 0
    pictures: int = 0


class Agent:
    """Captures, keeps, sends, and says what it does. For one run."""

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

    def run(self, send: Sender, *, lecture_ended: bool = False) -> int:
        """Capture and send until there is nothing more to do; the exit code, 0 or 1.

        Of a lecture that has ended nothing is captured; what waits is sent.
        """
        delivery = Delivery(
            self._outbox,
            send,
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
                if not lost:
                    lost = True
                    self._note(EventKind.CAMERA_LOST, f"{error} Waiting for it.")
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
                warn(f"{progress.message} {given_up_words(given_up)}".strip())
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


def given_up_words(count: int) -> str:
    """How many items were deleted unsent, for people; nothing where none were."""
    return f"{count} unsent items were deleted." if count else ""
