"""``classpulse bench seeing``: how well the capture agent sees, on faces of known looks."""

from pathlib import Path
from typing import Annotated

import typer

from classpulse.commands.common import AsJson
from classpulse.console import say, say_json


def seeing(
    faces: Annotated[Path, typer.Option("--faces", help="data set of faces")],
    tuning: Annotated[
        bool,
        typer.Option("--tuning", help="on PublicTest, where the recipe is chosen"),
    ] = False,
    most: Annotated[
        int | None, typer.Option(min=49, help="only so many faces, for a quick look")
    ] = None,
    galleries: Annotated[int, typer.Option(min=1, max=73, help="galleries of 49 faces")] = 20,
    pictures: Annotated[
        int, typer.Option(min=2, max=1000, help="pictures of the gallery that moves")
    ] = 40,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same scenes")] = 1,
    page: Annotated[Path | None, typer.Option(help="write the page, docs/agent.md, here")] = None,
    as_json: AsJson = False,
) -> None:
    """How often faces are found and read rightly: in webcam scenes and in galleries of 49."""
    from benchmarks.pages.seeing_page import measure, write_page

    figures = measure(
        faces, tuning=tuning, most=most, galleries=galleries, pictures=pictures, seed=seed
    )
    if page is not None:
        write_page(figures, page)
    if as_json:
        say_json(figures)
        return
    scenes, gallery = figures["scenes"], figures["gallery"]
    say(f"{scenes['model']} on {scenes['faces']} faces of {scenes['split']}")
    say(
        f"scenes: {scenes['found']:.1%} found, by BlazeFace alone "
        f"{scenes['found_by_blazeface']:.1%}; right {scenes['accuracy']:.1%}, "
        f"as they are {scenes['accuracy_bare']:.1%}"
    )
    quality = figures["quality"]
    say(
        f"spoilt pictures: {quality['readable']:.1%} of the found are read, right "
        f"{quality['right']:.1%}, of the rest {quality['right_rest']:.1%}"
    )
    say(
        f"galleries: {gallery['kept']:.1%} of what is found tile by tile, "
        f"{gallery['pictures_per_s']:.1f} pictures a second on one core, "
        f"{gallery['switches']} switches of track in {gallery['tracked']} readings"
    )
    if page is not None:
        say(f"Written: {page}")
