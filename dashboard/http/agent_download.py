"""Offers students the program itself, so that they install what this server speaks to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Final

from flask import Flask, Response, send_file

from services.errors import UnknownObjectError

PREFIX: Final = "/agent/"


@dataclass(frozen=True, slots=True)
class Program:
    """A wheel's file name, and how its bytes are made: once, when somebody first asks for it."""

    name: str
    pack: Callable[[], bytes]

    @property
    def path(self) -> str:
        """Where students find it on this server."""
        return PREFIX + self.name


def register(flask: Flask, program: Program, folder: Path) -> None:
    """Serve ``program`` to everybody; it is kept under ``folder``."""
    packing = Lock()
    packed: list[Path] = []

    def wheel(name: str) -> Response:
        if name != program.name:
            raise UnknownObjectError(
                "This server offers {offered}, but not {given}.",
                offered=program.name,
                given=name[:80],
            )
        with packing:
            if not packed:
                packed.append(_keep(program, folder))
        return send_file(packed[0], mimetype="application/octet-stream", conditional=True)

    flask.add_url_rule(f"{PREFIX}<name>", endpoint="program", view_func=wheel)


def _keep(program: Program, folder: Path) -> Path:
    """Pack it into ``folder``; another process may be doing the same."""
    with NamedTemporaryFile(dir=folder, suffix=".whl", delete=False) as made:
        made.write(program.pack())
    place = folder / program.name
    Path(made.name).replace(place)
    return place
