"""What a student runs: the agent, and the eyes alone."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classpulse.console import UsageError, say, say_json, warn
from contract import ClassPulseError


def run_agent(
    *,
    server: str,
    join: str,
    source: str,
    name: str | None,
    realtime: bool,
    loop: float | None,
    preview: bool,
    annotate: Path | None,
    room: bool,
    yes: bool,
    state: Path | None,
) -> int:
    """Run the agent until its source or the lecture ends; the exit code."""
    from capture_agent import runtime
    from capture_agent.settings import load_settings

    if room and (preview or annotate is not None or name is not None):
        raise UsageError(
            "--room shows nobody's picture and takes no name: leave out --preview, "
            "--annotate and --name."
        )
    settings = load_settings(
        {
            "server": server,
            "join": join,
            "source": source,
            "name": name,
            # A flag that was not given leaves the word to the environment.
            "realtime": realtime or None,
            "loop": loop,
            "preview": preview or None,
            "annotate": annotate,
            "yes": yes or None,
            "state": state,
        },
        os.environ,
    )
    if room:
        from capture_agent import room as whole_room

        return whole_room.run(settings)
    return runtime.run(settings)


class _Spoken:
    """Says on standard error how the reading goes, beside the results on standard output."""

    def __init__(self, *, progress: bool) -> None:
        self.failed = False
        self._progress = progress
        self._shown = 0
        self._copies: list[Path] = []

    def unread(self, error: ClassPulseError) -> None:
        """Name what could not be read."""
        self.failed = True
        self.clear()
        warn(f"classpulse: {error}")

    def looking(self, path: Path, at: float, seconds: float) -> None:
        """Show how far a video has been looked at, in a line that the next one replaces."""
        if self._progress:
            self.clear()
            line = f"{path.name}: {at:.0f} of {seconds:.0f} s"[: shutil.get_terminal_size()[0] - 1]
            print(line, end="\r", file=sys.stderr, flush=True)
            self._shown = len(line)

    def clear(self) -> None:
        """Take the line away, before another is written."""
        if self._shown:
            print(" " * self._shown, end="\r", file=sys.stderr, flush=True)
            self._shown = 0

    def copied(self, path: Path) -> None:
        """Remember where a copy lies."""
        self._copies.append(path)

    def end(self) -> None:
        """Say where the annotated copies are."""
        self.clear()
        if len(self._copies) == 1:
            warn(f"The annotated copy is {self._copies[0]}.")
        elif self._copies:
            warn(f"The {len(self._copies)} annotated copies are in {self._copies[0].parent}.")


def run_predict(paths: Sequence[Path], *, as_json: bool, annotate: Path | None) -> int:
    """Print what the faces look like, an object or a line for each picture or frame; the exit
    code: 1 where something could not be read."""
    from capture_agent.predict import predict_paths

    spoken = _Spoken(progress=not as_json and sys.stderr.isatty())
    try:
        for result in predict_paths(paths, spoken, annotate):
            if as_json:
                say_json(result.as_json())
            else:
                spoken.clear()
                _say_faces(result.as_json())
    finally:
        spoken.end()
    return 1 if spoken.failed else 0


def _say_faces(found: dict[str, Any]) -> None:
    when = f" at {found['t']:.1f} s" if found["t"] else ""
    if not found["faces"]:
        say(f"{found['source']}{when}: no face")
    for face in found["faces"]:
        look = face["emotion"]
        x, y, w, h = (round(value) for value in face["box"])
        say(
            f"{found['source']}{when}: looks {look} ({face['probabilities'][look]:.0%}), "
            f"face {w}×{h} at {x},{y}"
        )
