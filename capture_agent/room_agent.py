"""One room in one lecture: capture on the calling thread, delivery beside it, until one ends."""

from datetime import datetime
from typing import Final

from capture_agent.capture import Keeper, capture
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.outbox import Kind, Outbox
from capture_agent.delivery.sender import Delivery, Progress, State
from capture_agent.delivery.transport import Sender
from capture_agent.errors import AgentError, CameraLostError, OutboxError, SourceError
from capture_agent.perception.occlusion import OcclusionWatch
from capture_agent.perception.pipeline import Pipeline
from capture_agent.sampling.rate_control import RateControl
from capture_agent.sampling.room_sampler import RoomSampler
from capture_agent.settings import AgentSettings
from capture_agent.sources.frames import Frame, Source
from capture_agent.terminal.console import Console
from capture_agent.terminal.controls import Controls, listening
from capture_agent.terminal.run_summary import refusals
from contract.observations import ROOM_LEAST, RoomObservation

KEYS: Final = "P pauses, Q stops"

_FINAL: Final = frozenset({401, 403})


class RoomAgent:
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
        secret: str,
        send: Sender,
        since: datetime,
    ) -> None:
        self._settings = settings
        self._console = console
        self._clock = clock
        self._source = source
        self._pipeline = pipeline
        self._outbox = outbox
        self._since = since
        self._controls = Controls(clock.stopping)
        self._keeper = Keeper(outbox, source, clock, console)
        self._occlusion = OcclusionWatch()
        self._rate = RateControl(settings.frames_per_second, settings.frames_per_second)
        self._sampler = RoomSampler(pipeline.model_id, settings.frames_per_second, correction)
        self._seconds = 0
        self._in_view = 0
        self._state = "looking"
        self._delivery = Delivery(
            outbox, send, secret, clock,
            every_seconds=settings.batch_seconds,
            on_final=clock.stopping.set,
            kinds=(Kind.ROOM,),
        )  # fmt: skip

    def run(self) -> int:
        """Capture and send until there is nothing more to do; the exit code, 0 or 1."""
        self._delivery.start()
        trouble: AgentError | None = None
        try:
            with listening(self._controls.press) as keys:
                how = KEYS if keys else "Ctrl-C stops"
                self._console.say(f"Looking at the room in {self._source.description}; {how}.")
                capture(self._source, self, self._controls, self._clock, self._since)
        except (SourceError, OutboxError) as error:
            trouble = error
        finally:
            self._console.status("")
        return self._finish(trouble)

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment."""
        return self._sampler.wants(monotonic)

    def look_at(self, frame: Frame) -> None:
        """Read every face of one picture."""
        begin = self._clock.monotonic()
        faces = self._pipeline.read_all(frame.image_bgr)
        if self._source.live:
            self._rate.took(self._clock.monotonic() - begin)
            self._sampler.set_rate(self._rate.rate)
        self._in_view = len(faces)
        covered = self._occlusion.look(frame.image_bgr, bool(faces), frame.monotonic)
        self._state = "camera covered" if covered else "looking"
        self._keep(self._sampler.add(faces, frame.captured_at, frame.monotonic))
        self._show()

    def rest(self) -> None:
        """Keep what there is of the second under way; whoever comes into view then is new."""
        self._occlusion.reset()
        self._keep(self._sampler.pause())

    def lose(self, error: CameraLostError) -> None:
        """Tell that the camera was lost, once."""
        if self._state != "camera lost":
            self._console.warn(f"{error} Waiting for it.")
        self._state = "camera lost"
        self._show()

    def pause(self) -> None:
        """Tell that nothing is looked at."""
        self._console.say("Paused: nothing is looked at. P goes on, Q stops.")

    def while_paused(self) -> None:
        """Keep the status line."""
        self._show()

    def go_on(self) -> None:
        """Tell that pictures are looked at again."""
        self._console.say("Going on.")

    def _keep(self, observation: RoomObservation | None) -> None:
        if observation is not None and self._keeper.keep(observation):
            self._seconds += 1

    def _show(self) -> None:
        progress = self._delivery.progress
        sent = progress.accepted + progress.duplicate
        now = "paused" if self._controls.paused else f"{self._state} · {self._in_view} faces"
        words = [f"{now} · {sent} seconds sent, {self._outbox.waiting()} waiting"]
        if self._in_view < ROOM_LEAST and not self._controls.paused:
            words.append(f"nothing is sent of fewer than {ROOM_LEAST} faces")
        if progress.state is State.RETRYING:
            words.append(f"{progress.message} Trying again; nothing is lost.")
        self._console.status(" · ".join(words))

    def _finish(self, trouble: AgentError | None) -> int:
        emptied = self._delivery.finish(self._settings.drain_seconds)
        progress = self._delivery.progress
        if trouble is not None:
            self._console.warn(str(trouble))
        if progress.state in (State.REFUSED, State.BROKEN):
            self._give_up(progress)
            return 1
        if progress.state is State.ENDED:
            self._console.say("The lecture has ended, and so has the capture.")
        reached = progress.accepted + progress.duplicate
        self._console.say(f"{self._seconds} seconds of the room; {reached} reached the server.")
        self._say_amiss(progress, emptied)
        if emptied:
            self._outbox.destroy()
        return 1 if trouble is not None else 0

    def _give_up(self, progress: Progress) -> None:
        """The room is over; nothing that was captured of it may stay."""
        given_up = self._outbox.waiting() if progress.status in _FINAL else 0
        self._console.warn(f"{progress.message} Capture has stopped.")
        if progress.status in _FINAL:
            self._outbox.destroy()
            if given_up:
                self._console.warn(f"{given_up} unsent seconds were deleted.")

    def _say_amiss(self, progress: Progress, emptied: bool) -> None:
        if not self._seconds:
            self._console.warn(f"No second showed {ROOM_LEAST} faces or more, so nothing was sent.")
        for reason, count in refusals(progress):
            self._console.warn(f"The server refused {count} seconds: {reason}.")
        if self._keeper.not_kept:
            self._console.warn(
                f"The disk was full to the end: {self._keeper.not_kept} seconds were not kept."
            )
        if lost := self._outbox.lost():
            self._console.warn(f"The outbox was full: the oldest {lost} seconds were dropped.")
        if not emptied:
            self._console.warn(
                f"{self._outbox.waiting()} seconds wait in the outbox; run the same command again "
                f"to send them. {progress.message}".strip()
            )
