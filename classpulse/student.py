"""What a student runs: the agent, and the eyes alone."""

import os
from collections.abc import Sequence
from pathlib import Path

from classpulse.console import UsageError, say, say_json


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


def run_predict(paths: Sequence[Path], *, as_json: bool, annotate: Path | None) -> None:
    """Print what the faces look like, an object or a line for each picture or frame."""
    from capture_agent.predict import predict_paths

    for result in predict_paths(paths, annotate):
        if as_json:
            say_json(result.as_json())
            continue
        found = result.as_json()
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
