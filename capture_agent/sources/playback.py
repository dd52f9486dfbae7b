"""A clip played as a source: repeated, at its own speed or as fast as it can be read."""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from capture_agent.clock import Clock
from capture_agent.errors import SourceError
from capture_agent.sources.frames import Frame, Image, Wanted

Pictures = Generator[tuple[float, Callable[[], Image]], None, None]


class Clip(Protocol):
    """Pictures with their places in time, playable more than once."""

    @property
    def description(self) -> str:
        """What it is, for people."""

    @property
    def seconds(self) -> float:
        """How long one pass is, as well as its header knows."""

    def play(self) -> Pictures:
        """One pass: seconds since its start, rising, and how to get the picture, which must be
        done before the next is asked for."""


class Playback:
    """A Source over a Clip.

    With ``realtime`` each picture comes when its time has come, and is stamped with the wall
    clock. Without, pictures come as fast as they can be read and are stamped as if the material
    had just ended: its times lie in the past, one second for each of its seconds, never in the
    future, where a server would refuse them. Where the lecture is younger than the material is
    long, the material begins with the lecture, and its end comes as time passes.

    A picture that cannot be read is left out; ``warn`` is told of it, once.
    """

    def __init__(
        self,
        clip: Clip,
        clock: Clock,
        *,
        realtime: bool = False,
        loop: float | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._clip = clip
        self._clock = clock
        self._realtime = realtime
        self._loop = loop
        self._warn = warn
        self._told: set[str] = set()

    @property
    def live(self) -> bool:
        """Whether its pictures come at their own speed."""
        return self._realtime

    @property
    def description(self) -> str:
        """The clip's own description."""
        return self._clip.description

    def frames(self, wanted: Wanted, since: datetime | None = None) -> Iterator[Frame]:
        """The wanted pictures of all passes, none dated before ``since``.

        Raises SourceError where the clip holds none.
        """
        begin = self._clock.monotonic()
        first = self._clock.now() if self._realtime else self._first(since)
        for at, read in self._material():
            if self._clock.stopping.is_set():
                return
            if not wanted(begin + at):
                continue
            moment = self._moment(first, begin, at)
            if moment is None:
                return
            try:
                image = read()
            except SourceError as error:
                self._tell(str(error))
            else:
                yield Frame(image, moment, begin + at)

    def _first(self, since: datetime | None) -> datetime:
        """When material begins that is read faster than its own speed."""
        length = self._loop if self._loop is not None else self._clip.seconds
        first = self._clock.now() - timedelta(seconds=length)
        return first if since is None else max(first, since)

    def _moment(self, first: datetime, begin: float, at: float) -> datetime | None:
        """When a picture was taken, once that time has come; None where the agent was stopped."""
        clock = self._clock
        if self._realtime:
            if clock.wait(begin + at - clock.monotonic()):
                return None
            late = max(0.0, clock.monotonic() - begin - at)
            return clock.now() - timedelta(seconds=late)
        moment = first + timedelta(seconds=at)
        ahead = (moment - clock.now()).total_seconds()
        return None if ahead > 0 and clock.wait(ahead) else moment

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._warn(sentence)

    def close(self) -> None:
        """Nothing is held between passes."""

    def _material(self) -> Iterator[tuple[float, Callable[[], Image]]]:
        """All passes in one timeline; without ``loop`` one pass."""
        base = 0.0
        while True:
            last, step, count = base, 0.0, 0
            for at, read in self._clip.play():
                now = base + at
                # A millisecond of grace, or rounding would begin a second too many.
                if self._loop is not None and now >= self._loop - 1e-3:
                    return
                step, last, count = (now - last) or step, now, count + 1
                yield now, read
            if count == 0:
                raise SourceError(f"No picture could be read from {self._clip.description}.")
            if self._loop is None:
                return
            # The header's length is often a frame off; the last step is what the eye would see.
            base = last + (step or max(self._clip.seconds, 1e-3))
