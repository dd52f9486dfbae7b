"""``classpulse bench agent``: what the capture agent costs a student's machine."""

from typing import Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import say, say_json


def agent(
    source: Annotated[str, typer.Option(help="a video, or demo")] = "demo",
    seconds: Annotated[
        float, typer.Option(min=2, max=600, help="how long the agent runs in real time")
    ] = 15.0,
    as_json: AsJson = False,
) -> None:
    """What the agent costs a student's machine, and how fast its eyes are beside fer."""
    from benchmarks.seeing.agent import bench_agent

    figures = bench_agent(source, seconds)
    if as_json:
        say_json(figures)
        return
    say(
        f"{figures['cpu_share']:.1%} of one core beyond decoding, {figures['rss_mb']:.0f} MB, "
        f"first observation after {figures['first_observation_s']:.1f} s"
    )
    say(
        f"{figures['frames_per_s']:.0f} pictures a second on one core, "
        f"a face in {figures['faces_found']} of {figures['frames']}"
    )
    if figures["peer_fer_frames_per_s"] is None:
        say(f"fer was not measured: {figures['peer_fer_reason']}")
    else:
        say(
            f"fer: {figures['peer_fer_frames_per_s']:.0f} pictures a second, "
            f"a face in {figures['peer_fer_faces_found']}"
        )
