"""One student in one lecture: capture on the calling thread, delivery beside it, until one ends."""

from dataclasses import dataclass
from datetime import datetime

from capture_agent.capture import Keeper, capture
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.my_data import Door, OwnWishes
from capture_agent.delivery.outbox import Outbox
from capture_agent.delivery.sender import Delivery, State
from capture_agent.delivery.session import Session
from capture_agent.errors import (
    AgentError,
    CameraLostError,
    OutboxError,
    OutboxFullError,
    SourceError,
)
from capture_agent.perception.occlusion import OcclusionWatch
from capture_agent.perception.pipeline import PictureReading, Pipeline
from capture_agent.sampling.baseline import Baseline
from capture_agent.sampling.rate_control import RateControl
from capture_agent.sampling.sampler import Sampler
from capture_agent.settings import AgentSettings
from capture_agent.sources.frames import Frame, Source
from capture_agent.terminal.console import Console
from capture_agent.terminal.controls import KEYS, Controls, listening
from capture_agent.terminal.overlay import UNREADABLE, Showing, Sight
from capture_agent.terminal.preview import Stage
from capture_agent.terminal.run_summary import Balance, say_summary
from contract.events import Event, EventKind
from contract.ids import uuid7
from contract.looks import LOOKS
from contract.observations import Observation


@dataclass(slots=True)
class _Counts:
    observations: int = 0
    with_face: int = 0


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
        self._keeper = Keeper(outbox, source, clock, console)
        self._controls = Controls(clock.stopping)
        self._occlusion = OcclusionWatch()
        self._rate = RateControl(settings.frames_per_second, settings.most_frames_per_second)
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
                    capture(self._source, self, self._controls, self._clock, self._since())
        except (SourceError, OutboxError) as error:
            trouble = error
        finally:
            self._console.status("")
        return self._finish(trouble)

    def _since(self) -> datetime | None:
        """When the lecture began, by this machine's clock."""
        began = self._session.began_at
        return None if began is None else self._correction.local(began)

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment; windows get their due as well."""
        self._obey_views()
        return self._sampler.wants(monotonic)

    def look_at(self, frame: Frame) -> None:
        """Read one picture, and keep the second before it where it begins a new one."""
        begin = self._clock.monotonic()
        reading = self._pipeline.read_student(frame.image_bgr, frame.monotonic)
        if self._source.live:
            self._rate.took(self._clock.monotonic() - begin)
            self._sampler.set_rate(self._rate.rate)
        if self._occlusion.look(frame.image_bgr, reading.student is not None, frame.monotonic):
            # Of a covered camera nothing is known: a second of it is no second without a face.
            self._keep(self._sampler.finish())
            self._go_blind("The camera is covered or dark: there is nothing to be seen.")
        else:
            if self._blind:
                self._blind = False
                self._note(EventKind.CAMERA_BACK, "The camera is back.")
            self._mark(self._baseline.at(frame.monotonic, reading.student is not None))
            self._keep(self._sampler.add(reading, frame.captured_at, frame.monotonic))
        self._show(frame, reading)

    def rest(self) -> None:
        """Keep what there is of the second under way; the next one begins with its picture."""
        self._occlusion.reset()
        self._keep(self._sampler.pause())

    def lose(self, error: CameraLostError) -> None:
        """Tell that the camera was lost, once."""
        self._go_blind(f"{error} Waiting for it.")
        self._show()

    def _go_blind(self, text: str) -> None:
        if not self._blind:
            self._blind = True
            self._mark(self._baseline.interrupt())
            self._note(EventKind.CAMERA_LOST, text)

    def _mark(self, kind: EventKind | None) -> None:
        if kind is EventKind.BASELINE_START:
            self._note(kind, "For ten seconds, just look at the screen.")
        elif kind is not None:
            self._note(kind, "Thank you, these ten seconds are over.")

    def pause(self) -> None:
        """Tell that nothing is looked at."""
        self._mark(self._baseline.interrupt())
        self._note(EventKind.PAUSED, "Paused: nothing is looked at. P goes on, Q stops.")
        self._show()

    def while_paused(self) -> None:
        """Listen to the window's keys, and keep the status line."""
        self._obey_views()
        self._show_status()

    def go_on(self) -> None:
        """Tell that pictures are looked at again."""
        self._note(EventKind.RESUMED, "Going on.")

    def _keep(self, observation: Observation | None) -> None:
        if observation is not None and self._keeper.keep(observation):
            self._counts.observations += 1
            self._counts.with_face += observation.face_share > 0
            self._last = observation

    def _note(self, kind: EventKind, text: str = "") -> None:
        if text:
            self._console.say(text)
        at, _ = self._correction.correct(self._clock.now())
        self._keeper.keep(Event(id=uuid7(at), at=at, kind=kind))

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
        if seen.face_share == 0:
            return "sharing · no face in view"
        if seen.probabilities is None:
            return f"sharing · {UNREADABLE}"
        best = max(range(len(LOOKS)), key=seen.probabilities.__getitem__)
        return f"sharing · looks {LOOKS[best]} {seen.probabilities[best]:.0%}"

    def _finish(self, trouble: AgentError | None) -> int:
        if not isinstance(trouble, OutboxError) and not self._delivery.progress.over:
            self._say_stopped()
        emptied = self._delivery.finish(self._settings.drain_seconds)
        progress = self._delivery.progress
        if trouble is not None:
            self._console.warn(str(trouble))
        balance = Balance(
            self._counts.observations,
            self._counts.with_face,
            self._keeper.not_kept,
            self._wishes.left_undone(),
            emptied,
        )
        say_summary(balance, progress, self._outbox, self._source.description, self._console)
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
            self._keeper.not_kept += 1
