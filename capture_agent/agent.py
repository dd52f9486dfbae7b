"""One student in one lecture: capture on the calling thread, delivery beside it, until one ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from capture_agent.baseline import Baseline
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.console import Console
from capture_agent.controls import KEYS, Controls, listening
from capture_agent.cover import CoverWatch
from capture_agent.delivery import Delivery, Progress, State
from capture_agent.errors import (
    AgentError,
    CameraLostError,
    OutboxError,
    OutboxFullError,
    SourceError,
)
from capture_agent.mirror import Showing, Sight
from capture_agent.outbox import Outbox
from capture_agent.own import Door, OwnWishes
from capture_agent.pace import Pace
from capture_agent.pipeline import PictureReading, Pipeline
from capture_agent.preview import Stage
from capture_agent.sampler import Sampler
from capture_agent.session import Session
from capture_agent.settings import AgentSettings
from capture_agent.sources import Frame, Source
from contract.emotions import EMOTIONS
from contract.events import Event, EventKind
from contract.exchange import Reason
from contract.ids import uuid7
from contract.observations import Observation

_CAMERA_RETRY_S: Final = 3.0
_DISK_RETRY_S: Final = 5.0
_PAUSE_LOOK_S: Final = 0.2
_WITHDRAWN: Final = 403


@dataclass(slots=True)
class _Counts:
    observations: int = 0
    with_face: int = 0
    pictures: int = 0
    not_kept: int = 0


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
        door: Door,
        stage: Stage,
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
        self._cover = CoverWatch()
        self._pace = Pace(settings.frames_per_second, settings.most_frames_per_second)
        self._baseline = Baseline(wanted=False)
        self._stage = stage
        self._blind = False
        self._picture_at: float | None = None
        self._last: Observation | None = None
        self._sampler = Sampler(pipeline.model_id, settings.frames_per_second, correction)
        self._delivery = Delivery(
            outbox,
            door.send,
            session.token,
            clock,
            every_seconds=settings.batch_seconds,
            on_final=clock.stopping.set,
        )
        self._wishes = OwnWishes(door, session, outbox, self._delivery, self._controls, console)

    def run(self, *, lecture_ended: bool = False, baseline: bool = False) -> int:
        """Capture and send until there is nothing more to do; the exit code, 0 or 1.

        Of a lecture that has ended nothing is captured; what waits is sent. With ``baseline`` the
        first ten seconds are marked as the student's face at rest.
        """
        self._baseline = Baseline(baseline)
        self._delivery.start()
        trouble: AgentError | None = None
        try:
            if not lecture_ended:
                with listening(self._controls.press) as keys:
                    how = KEYS if keys else "Ctrl-C stops"
                    self._console.say(f"Sharing numbers from {self._source.description}; {how}.")
                    self._capture()
        except (SourceError, OutboxError) as error:
            trouble = error
        finally:
            self._console.status("")
        return self._finish(trouble)

    def _capture(self) -> None:
        """Capture until the source ends or somebody stops; a lost camera is waited for."""
        while not self._clock.stopping.is_set():
            try:
                for frame in self._source.frames(self._wants):
                    if self._controls.paused:
                        break
                    self._look_at(frame)
                else:
                    return
                self._pause()
            except CameraLostError as error:
                self._keep(self._sampler.pause())
                self._lose(f"{error} Waiting for it.")
                self._show()
                self._clock.wait(_CAMERA_RETRY_S)
            finally:
                self._cover.reset()
                self._keep(self._sampler.pause())

    def _wants(self, monotonic: float) -> bool:
        self._obey_views()
        return self._sampler.wants(monotonic)

    def _look_at(self, frame: Frame) -> None:
        begin = self._clock.monotonic()
        reading = self._pipeline.read_student(frame.image_bgr, frame.monotonic)
        if self._source.live:
            self._pace.took(self._clock.monotonic() - begin)
            self._sampler.set_rate(self._pace.rate)
        self._counts.pictures += 1
        if self._cover.look(frame.image_bgr, reading.student is not None, frame.monotonic):
            # Of a covered camera nothing is known: a second of it is no second without a face.
            self._keep(self._sampler.finish())
            self._lose("The camera is covered or dark: there is nothing to be seen.")
        else:
            if self._blind:
                self._blind = False
                self._note(EventKind.CAMERA_BACK, "The camera is back.")
            self._mark(self._baseline.at(frame.monotonic, reading.student is not None))
            self._keep(self._sampler.add(reading, frame.captured_at, frame.monotonic))
        self._show(frame, reading)

    def _lose(self, text: str) -> None:
        if not self._blind:
            self._blind = True
            self._mark(self._baseline.interrupt())
            self._note(EventKind.CAMERA_LOST, text)

    def _mark(self, kind: EventKind | None) -> None:
        if kind is EventKind.BASELINE_START:
            self._note(kind, "For ten seconds, just look at the screen.")
        elif kind is not None:
            self._note(kind, "Thank you, these ten seconds are over.")

    def _pause(self) -> None:
        """Let go of the camera, so that its light goes out, until the student goes on."""
        self._keep(self._sampler.pause())
        self._source.close()
        self._mark(self._baseline.interrupt())
        self._note(EventKind.PAUSED, "Paused: nothing is looked at. P goes on, Q stops.")
        self._show()
        while self._controls.paused and not self._clock.wait(_PAUSE_LOOK_S):
            self._obey_views()
            self._show_status()
        if not self._controls.paused:
            self._note(EventKind.RESUMED, "Going on.")

    def _keep(self, observation: Observation | None) -> None:
        if observation is not None and self._put(observation):
            self._counts.observations += 1
            self._counts.with_face += observation.probabilities is not None
            self._last = observation

    def _note(self, kind: EventKind, text: str = "") -> None:
        if text:
            self._console.say(text)
        at, _ = self._correction.correct(self._clock.now())
        self._put(Event(id=uuid7(at), at=at, kind=kind))

    def _put(self, item: Observation | Event) -> bool:
        """Put one item into the outbox; on a full disk, nothing is captured until there is room.

        False where the agent was stopped before there was any.
        """
        told = self._counts.not_kept > 0
        while True:
            try:
                self._outbox.add(item)
            except OutboxFullError as error:
                if not told:
                    told = True
                    self._source.close()
                    self._console.warn(f"{error} Capture waits until there is room again.")
                    self._console.status("not sharing: the disk is full")
                if self._clock.wait(_DISK_RETRY_S):
                    self._counts.not_kept += 1
                    return False
            else:
                if told:
                    self._console.say("There is room on the disk again; going on.")
                return True

    def _obey_views(self) -> None:
        for key in self._stage.pressed():
            self._controls.press(key)

    def _show(self, frame: Frame | None = None, reading: PictureReading | None = None) -> None:
        """Show the picture that was looked at, or that none is, and the status line."""
        self._show_status()
        question = self._controls.question
        showing = Showing.LOST if self._blind else Showing.SHARING
        rate = 0.0
        if frame is not None:
            if self._picture_at is not None and frame.monotonic > self._picture_at:
                rate = 1.0 / (frame.monotonic - self._picture_at)
            self._picture_at = frame.monotonic
        self._stage.show(
            Sight(
                showing=Showing.PAUSED if self._controls.paused else showing,
                image=None if frame is None else frame.image_bgr,
                face=None if reading is None else reading.student,
                faces=0 if reading is None else reading.faces,
                frames_per_second=rate,
                question="" if question is None else question.text,
            )
        )

    def _show_status(self) -> None:
        """Bring the status line up to date, and with it what the student is asked."""
        progress = self._delivery.progress
        self._wishes.hear(progress.ask)
        question = self._controls.question
        sent = progress.accepted + progress.duplicate
        words = [f"{self._now_words()} · {sent} sent, {self._outbox.waiting()} waiting"]
        if question is not None:
            words.insert(0, f"{question.text} Y/N")
        if progress.state is State.RETRYING:
            words.append(f"{progress.message} Trying again; nothing is lost.")
        elif not progress.admitted:
            words.append("your teacher has not admitted you yet")
        self._console.status(" · ".join(words))

    def _now_words(self) -> str:
        seen = self._last
        if self._controls.paused:
            return "paused"
        if self._blind:
            return "camera lost"
        if seen is None:
            return "sharing · looking"
        if seen.probabilities is None:
            return "sharing · no face in view"
        best = max(range(len(EMOTIONS)), key=seen.probabilities.__getitem__)
        return f"sharing · looks {EMOTIONS[best]} {seen.probabilities[best]:.0%}"

    def _finish(self, trouble: AgentError | None) -> int:
        if not isinstance(trouble, OutboxError) and not self._delivery.progress.over:
            self._say_stopped()
        emptied = self._delivery.finish(self._settings.drain_seconds)
        progress = self._delivery.progress
        if trouble is not None:
            self._console.warn(str(trouble))
        self._sum_up(progress, emptied)
        failed = trouble is not None or progress.state in (State.REFUSED, State.BROKEN)
        return 1 if failed else 0

    def _say_stopped(self) -> None:
        """The last event, and what was learned of this machine's clock; as far as there is room."""
        at, offset_ms = self._correction.correct(self._clock.now())
        known = self._session.model_copy(update={"clock_offset_ms": offset_ms})
        try:
            self._outbox.add(Event(id=uuid7(at), at=at, kind=EventKind.STOPPED))
            self._outbox.save_session(known.model_dump_json())
        except OutboxFullError:
            self._counts.not_kept += 1

    def _sum_up(self, progress: Progress, emptied: bool) -> None:
        say, counts = self._console.say, self._counts
        if progress.state in (State.REFUSED, State.BROKEN):
            self._console.warn(self._last_word(progress))
            return
        if progress.state is State.ENDED:
            say("The lecture has ended, and so has the capture.")
        say(
            f"{counts.observations} observations, {counts.with_face} with a face; "
            f"{progress.accepted + progress.duplicate} items reached the server."
        )
        for amiss in self._amiss(progress, emptied):
            self._console.warn(amiss)
        if emptied and progress.state is State.ENDED:
            self._outbox.destroy()

    def _last_word(self, progress: Progress) -> str:
        """Why it is over; a withdrawn student's outbox goes with it."""
        if progress.state is State.BROKEN:
            return progress.message
        if progress.status != _WITHDRAWN:
            return f"{progress.message} Capture has stopped."
        given_up = self._outbox.waiting()
        self._outbox.destroy()
        return f"{progress.message} {given_up_words(given_up)}".strip()

    def _amiss(self, progress: Progress, emptied: bool) -> Iterator[str]:
        """What the student should know did not go as wished."""
        if self._counts.observations and not self._counts.with_face:
            yield f"No face was seen in any picture of {self._source.description}."
        # What was captured in the moment between the end and our hearing of it is not amiss.
        reasons = [(why, count) for why, count in progress.reasons if why != Reason.AFTER_END]
        if reasons:
            why = ", ".join(f"{count} × {reason}" for reason, count in reasons)
            yield f"The server refused {sum(count for _, count in reasons)} items: {why}."
        if self._counts.not_kept:
            yield f"The disk was full to the end: {self._counts.not_kept} items were not kept."
        if undone := self._wishes.left_undone():
            yield undone
        if not emptied:
            yield (
                f"{self._outbox.waiting()} items wait in the outbox; run the same command again "
                f"to send them. {progress.message}".strip()
            )


def given_up_words(count: int) -> str:
    """How many items were deleted unsent, for people; nothing where none were."""
    return f"{count} unsent items were deleted." if count else ""
