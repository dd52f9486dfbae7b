"""What the docs promise is there: settings, commands, files and links."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from classpulse.cli import app
from scripts.settings_page import PAGE, page
from tests.builders.places import ROOT

DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def test_the_settings_page_is_what_the_settings_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.settings_page"


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_file_that_a_page_names_is_there(doc: Path) -> None:
    text = doc.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/[\w./-]+\.(?:py|typ|json|md|sh))`", text))
    named |= {link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if link}
    missing = [
        name for name in named if not ((ROOT / name).exists() or (doc.parent / name).exists())
    ]
    assert not missing


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_command_that_a_page_names_is_there(doc: Path) -> None:
    known = get_command(app)
    named = set(re.findall(r"classpulse ([a-z]+)(?: ([a-z]+))?", doc.read_text(encoding="utf-8")))
    commands = getattr(known, "commands")  # noqa: B009 - typer's own group type is not public
    for first, second in named & {(a, b) for a, b in named if a in commands}:
        inner = getattr(commands[first], "commands", None)
        assert inner is None or not second or second in inner, f"classpulse {first} {second}"


def test_every_command_says_what_it_does() -> None:
    silent = [name for name, command in _commands(get_command(app), "") if not command.help]
    assert not silent


def _commands(group: object, path: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, command in getattr(group, "commands", {}).items():
        found += [(f"{path} {name}".strip(), command), *_commands(command, f"{path} {name}")]
    return found


def test_no_page_or_comment_speaks_of_one_machine() -> None:
    done = subprocess.run(
        ["git", "grep", "-nE", r"(^|[^a-z.])/(work|root|home)/[a-z]", "--", ".", ":!*.lock"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.stdout
