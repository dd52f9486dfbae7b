"""The agent at work in this process: in real time as a student runs it, or as fast as it goes."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import cv2
import numpy as np

from capture_agent.agent import Agent
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.outbox import Item, Kind, Outbox
from capture_agent.delivery.session import Session
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import load_vision
from capture_agent.settings import AgentSettings
from capture_agent.sources.choosing import open_source
from capture_agent.sources.clips import DemoClip, open_clip
from capture_agent.sources.playback import Clip
from capture_agent.terminal.preview import Stage
from capture_agent.terminal.stored import StoredPage
from contract.exchange import BatchAnswer, ItemVerdict, LectureState, Pulse, Verdict
from contract.policy import Choices, Policy

_MEGABYTE: Final = 2**20


class _Quiet:
    """A console that nobody reads."""

    interactive = False

    def say(self, text: str) -> None:
        """Nothing."""

    def warn(self, text: str) -> None:
        """Nothing."""

    def status(self, text: str) -> None:
        """Nothing."""

    def ask(self, question: str) -> bool:
        """Never called: the session is made up."""
        raise AssertionError(question)


@dataclass(slots=True)
class _Door:
    """A server that takes everything at once; when it first did, and at what cost until then."""

    first: float | None = None
    cpu: float = 0.0
    answered: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def send(self, kind: Kind, items: list[Item], token: str) -> BatchAnswer:  # noqa: ARG002
        """Accept all."""
        if items and kind is Kind.OBSERVATION and self.first is None:
            self.first, self.cpu = time.monotonic(), time.process_time()
        return BatchAnswer(
            verdicts=tuple(ItemVerdict(id=it.id, verdict=Verdict.ACCEPTED) for it in items),
            server_time=self.answered(),
            lecture=LectureState.RUNNING,
        )

    def pulse(self, answer: Pulse, token: str) -> None:
        """Nothing is asked."""

    def stored(self, token: str, after: UUID | None = None) -> StoredPage:
        """Never called: no key is pressed."""
        raise AssertionError(token, after)

    def delete_stored(self, token: str) -> int:
        """Never called: no key is pressed."""
        raise AssertionError(token)


def live(source: str, seconds: float, started: float) -> dict[str, Any]:
    """Run the whole agent in real time. ``started`` is the monotonic time of this process's start.

    Costs are counted from the first observation on, less what decoding alone takes.
    """
    clock, correction, door = Clock(), ClockCorrection(), _Door()
    with tempfile.TemporaryDirectory(prefix="classpulse-bench-") as folder:
        settings = AgentSettings(
            server="http://127.0.0.1:9", join="BENCH2", source=source, state=Path(folder),
            most_frames_per_second=2.0,
        )  # fmt: skip
        session = Session(
            server=settings.server, lecture=UUID(int=1), title="bench", course="bench",
            policy=Policy.INDIVIDUAL, participant=UUID(int=2), token="bench",  # noqa: S106
            recovery_link="/", choices=Choices(class_mood=True), joined_at=clock.now(),
        )  # fmt: skip
        pictures = open_source(source, clock, realtime=True, loop=seconds)
        with closing(Outbox(Path(folder) / "outbox")) as outbox:
            Agent(
                settings, _Quiet(), clock, correction, pictures, Pipeline(load_vision()),
                outbox, session, door, Stage(),
            ).run()  # fmt: skip
    ended, cpu = time.monotonic(), time.process_time()
    first = door.first if door.first is not None else ended
    working = (cpu - door.cpu) / max(ended - first, 1e-9)
    return {
        "cpu_share": round(max(0.0, working - _decoding_share(source, seconds)), 4),
        "rss_mb": round(peak_rss_mb(), 1),
        "first_observation_s": round(first - started, 2),
    }


def _decoding_share(source: str, seconds: float) -> float:
    """CPU seconds that reading one second of the material takes where no picture is wanted."""
    before = time.process_time()
    for _ in open_source(source, Clock(), realtime=False, loop=seconds).frames(_never):
        pass
    return (time.process_time() - before) / seconds


def _never(monotonic: float) -> bool:  # noqa: ARG001 - the source asks with it
    return False


def fast(source: str, most: int, keep: Path) -> dict[str, Any]:
    """The pipeline on one core over the first ``most`` pictures, which are kept for others.

    It is told when each picture was taken, as in a lecture: a face is followed for half a second
    between two detections.
    """
    clip: Clip = DemoClip() if source == "demo" else open_clip(Path(source))
    with closing(clip.play()) as playing:
        taken = [(at, read()) for at, read in islice(playing, most)]
    pictures = np.stack([picture for _, picture in taken])
    np.save(keep, pictures)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    vision = load_vision()
    Pipeline(vision).read_student(pictures[0])
    pipeline = Pipeline(vision)
    begin = time.process_time()
    found = sum(
        pipeline.read_student(picture, at).student is not None
        for (at, _), picture in zip(taken, pictures, strict=True)
    )
    seconds = time.process_time() - begin
    return {
        "frames_per_s": round(len(pictures) / seconds, 1),
        "faces_found": found,
        "frames": len(pictures),
    }


def peak_rss_mb() -> float:
    """The most memory this process has held resident."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux that begins with what the parent held at the fork.
        held = next(it for it in status.read_text().splitlines() if it.startswith("VmHWM:"))
        return int(held.split()[1]) * 1024 / _MEGABYTE
    if sys.platform == "win32":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE


def main(words: list[str]) -> int:
    """``live SOURCE SECONDS STARTED`` or ``fast SOURCE MOST FILE``; one JSON object."""
    from contract.errors import ClassPulseError

    try:
        match words:
            case ["live", source, seconds, started]:
                told = live(source, float(seconds), float(started))
            case ["fast", source, most, keep]:
                told = fast(source, int(most), Path(keep))
            case _:
                raise ClassPulseError(f"A part of the bench cannot do {words}.")
    except ClassPulseError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
