"""Capturing as one student's agent and a room's both do it: pictures, pauses, lost cameras, disks.

What a picture means is the watcher's; that a pause lets go of the camera, a lost camera is waited
for, and nothing is captured while the disk has no room for it, is the same for every watcher.
"""

from datetime import datetime
from typing import Final, Protocol

from capture_agent.clock import Clock
from capture_agent.delivery.outbox import Outbox, Sendable
from capture_agent.errors import CameraLostError, OutboxFullError
from capture_agent.sources.frames import Frame, Source
from capture_agent.terminal.console import Console
from capture_agent.terminal.controls import Controls

_CAMERA_RETRY_S: Final = 3.0
_DISK_RETRY_S: Final = 5.0
_PAUSE_LOOK_S: Final = 0.2


class Watcher(Protocol):
    """Who looks at the pictures."""

    def wants(self, monotonic: float) -> bool:
        """Whether to look at the picture of this moment."""

    def look_at(self, frame: Frame) -> None:
        """One picture."""

    def rest(self) -> None:
        """Pictures are interrupted, or over: keep what there is of the second under way."""

    def pause(self) -> None:
        """The camera was let go of."""

    def while_paused(self) -> None:
        """Called often, so that keys and words stay alive."""

    def go_on(self) -> None:
        """The pause is over."""

    def lose(self, error: CameraLostError) -> None:
        """The camera was lost, or is not back yet."""


def capture(
    source: Source, watcher: Watcher, controls: Controls, clock: Clock, since: datetime | None
) -> None:
    """Show the watcher pictures until the source ends or somebody stops.

    ``since``: when the lecture begins, by this machine's clock; nothing is captured before. Raises
    SourceError for a source that never worked, and whatever the watcher raises.
    """
    if since is not None and clock.wait((since - clock.now()).total_seconds()):
        return
    while not clock.stopping.is_set():
        lost: CameraLostError | None = None
        try:
            if not _paused_within(source, watcher, controls, since):
                return
        except CameraLostError as error:
            lost = error
        finally:
            watcher.rest()
        if lost is not None:
            watcher.lose(lost)
            clock.wait(_CAMERA_RETRY_S)
        else:
            _pause(source, watcher, controls, clock)


def _paused_within(
    source: Source, watcher: Watcher, controls: Controls, since: datetime | None
) -> bool:
    """Whether a pause, and not the source's end, was the last of its pictures."""
    for frame in source.frames(watcher.wants, since):
        if controls.paused:
            return True
        watcher.look_at(frame)
    return False


def _pause(source: Source, watcher: Watcher, controls: Controls, clock: Clock) -> None:
    """Let go of the camera, so that its light goes out, until somebody goes on."""
    source.close()
    watcher.pause()
    while controls.paused and not clock.wait(_PAUSE_LOOK_S):
        watcher.while_paused()
    if not controls.paused:
        watcher.go_on()


class Keeper:
    """Puts what was captured into the outbox, and waits where the disk has no room for it."""

    def __init__(self, outbox: Outbox, source: Source, clock: Clock, console: Console) -> None:
        self._outbox = outbox
        self._source = source
        self._clock = clock
        self._console = console
        self.not_kept = 0
        """Items that found no room before the agent was stopped."""

    def keep(self, item: Sendable) -> bool:
        """Put one item in; False where the agent was stopped before there was room.

        Meanwhile nothing is captured, since whoever captures is who waits.
        """
        told = self.not_kept > 0
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
                    self.not_kept += 1
                    return False
            else:
                if told:
                    self._console.say("There is room on the disk again; going on.")
                return True
