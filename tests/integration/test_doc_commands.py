"""Every command line of the docs is run as it stands, in a folder with what it speaks of; or
``doc_commands.toml`` says why not."""

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from classpulse.cli import app
from contract.policy import Policy
from db.engine.store import open_store
from db.schema.tables import lectures as lecture_rows
from db.teaching import lectures
from tests.builders.clock import START
from tests.builders.places import ROOT
from tests.builders.school import employ, offer, settle

PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK: Final = re.compile(r"^```(sh|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_RUN: Final = tomllib.loads((Path(__file__).parent / "doc_commands.toml").read_text("utf-8"))[
    "not_run"
]
CODE: Final = "K7PQ2M"
"""The lecture that the pages speak of."""


def lines(text: str) -> Iterator[str]:
    """What a page tells to type: of a console what stands behind the prompt, of a script all."""
    for kind, block in BLOCK.findall(text):
        for line in block.splitlines():
            bare = line.removeprefix("$ ") if kind == "console" else line.partition("  #")[0]
            typed = kind != "console" or line.startswith("$ ")
            # What only sets a variable is a file's line, no command.
            if typed and bare.strip() and not re.match(r"#|[A-Z_]+=", bare):
                yield bare.strip()


def left_out(line: str) -> bool:
    return any(line.startswith(begins) for begins in NOT_RUN)


SAID: Final = {page: list(lines(page.read_text("utf-8"))) for page in PAGES}
RUN: Final = [page for page, said in SAID.items() if not all(map(left_out, said))]


def prepare(folder: Path, template: Path, *, ended: bool) -> None:
    """The school that the pages speak of, with a lecture, and a picture of a face."""
    (folder / "store").mkdir()
    store_file = folder / "store" / "classpulse.db"
    store_file.write_bytes(template.read_bytes())
    store = open_store(f"sqlite:///{store_file}")
    settle(store, Policy.INDIVIDUAL, now=START)
    teacher = employ(store, "maria", now=START)
    course = offer(store, teachers=[teacher], now=START)
    lecture = lectures.start(store, course.id, "Heat", Policy.INDIVIDUAL, START)
    store.write(
        lambda connection: connection.execute(
            update(lecture_rows).where(lecture_rows.c.id == lecture.id).values(code=CODE)
        )
    )
    if ended:
        lectures.end(store, lecture.id, START)
    store.close()
    shutil.copy(ROOT / "capture_agent" / "assets" / "demo_face.jpg", folder / "photo.jpg")


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_every_command_line_works(
    page: Path, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [line for line in SAID[page] if not left_out(line)]
    prepare(tmp_path, sqlite_template, ended=f"classpulse lecture end {CODE}" not in said)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLASSPULSE_FOLDER", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for line in said:
        program, *words = shlex.split(line, comments=True)
        assert program == "classpulse", f"{line}: say in doc_commands.toml why no test runs it"
        done = CliRunner().invoke(app, words, input="correct horse battery\n")
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception!r}"


def test_each_reason_is_needed() -> None:
    everything = [line for said in SAID.values() for line in said]
    idle = [one for one in NOT_RUN if not any(line.startswith(one) for line in everything)]
    assert idle == []
    assert len(everything) > 40
