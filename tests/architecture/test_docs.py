"""What the docs promise is there: settings, commands, files and links."""

import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from typer.main import get_command

from classpulse.cli import app
from scripts import api_page, docs_site, settings_page, tables_page
from tests.builders.places import ROOT

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
FILE_OR_FOLDER = re.compile(
    r"`(\.?[a-z_]+/(?:[\w./-]+\.(?:css|js|json|md|po|py|sh|toml|ts|typ|ya?ml)|(?:[\w.-]+/)+))`"
)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")

every_page = pytest.mark.parametrize("doc", DOCS, ids=lambda doc: str(doc.relative_to(ROOT)))


@pytest.mark.parametrize(
    "made", [settings_page, tables_page, api_page], ids=["settings", "tables", "api"]
)
def test_a_generated_page_is_what_the_program_says(made: ModuleType) -> None:
    told = made.PAGE.read_text(encoding="utf-8")
    assert told == made.page(), f"run: python -m {made.__name__}"


def code_of(text: str) -> str:
    """What a page means to be typed: its blocks and its spans of code, a line each."""
    return "\n".join(CODE.findall(text))


def headings(text: str) -> set[str]:
    """The names by which links lead to a page's headings."""
    bare = (re.sub(r"[`*]|\]\([^)]*\)", "", line) for line in re.findall(r"^#+ (.*)$", text, re.M))
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in bare}


def astray(text: str, folder: Path) -> list[str]:
    """Paths and links in a page of that folder that lead nowhere."""
    wrong = [
        name
        for name in FILE_OR_FOLDER.findall(text)
        if not ((ROOT / name).exists() or (folder / name).exists())
    ]
    for link, heading in LINK.findall(text):
        target = folder / link
        if link and not target.exists():
            wrong.append(link)
        elif heading and (not link or target.suffix == ".md"):
            there = target.read_text(encoding="utf-8") if link else text
            if heading not in headings(there):
                wrong.append(f"{link}#{heading}")
    return wrong


def unknown(text: str) -> list[str]:
    """Commands in a page that are not there."""
    code, known = code_of(text), dict(_commands(get_command(app), ""))
    groups = {name.partition(" ")[0] for name in known if " " in name}
    wrong = []
    for first, second in re.findall(r"\bclasspulse ([a-z]+)(?: ([a-z]+))?", code):
        name = f"{first} {second}" if first in groups and second else first
        if name not in known:
            wrong.append(f"classpulse {name}")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    wrong += [f"make {it}" for it in re.findall(r"\bmake ([a-z-]+)", code) if it not in targets]
    for name in re.findall(r"python -m ((?:scripts|tests|benchmarks)[\w.]*)", code):
        file = ROOT / name.replace(".", "/")
        if not (file.with_suffix(".py").exists() or (file / "__main__.py").exists()):
            wrong.append(f"python -m {name}")
    return wrong


@every_page
def test_every_file_that_a_page_names_is_there(doc: Path) -> None:
    assert astray(doc.read_text(encoding="utf-8"), doc.parent) == []


@every_page
def test_every_command_that_a_page_names_is_there(doc: Path) -> None:
    assert unknown(doc.read_text(encoding="utf-8")) == []


def test_what_is_not_there_is_noticed() -> None:
    page = (
        "# A title, with `code`\n`services/access.py`, `services/jobs/`, [up](#a-title-with-code), "
        "`services/nothing.py`, `services/nowhere/`, [no](none.md), [lost](#nothing), "
        "[half](README.md#nothing)\nclasspulse prose is no command, but `classpulse nonsense` is, "
        "`classpulse user list`, `classpulse user nonsense`, `make test` and `make nonsense`.\n"
        "```\nclasspulse serve --port 1\nclasspulse\npython -m scripts.nothing\n```\n"
    )
    assert astray(page, ROOT) == [
        "services/nothing.py", "services/nowhere/", "none.md", "#nothing", "README.md#nothing",
    ]  # fmt: skip
    assert unknown(page) == [
        "classpulse nonsense", "classpulse user nonsense", "make nonsense",
        "python -m scripts.nothing",
    ]  # fmt: skip


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
        ["git", "grep", "-nE", r"(^|[^a-z.])/(work|root|home)/[a-z]", "--", ".", ":!*.lock",
         ":!capture_agent/web/built"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.stdout


def test_every_page_is_in_the_sites_navigation() -> None:
    named = {name for names in docs_site.NAVIGATION.values() for name in names}
    pages = {name for name in docs_site.pages() if not name.startswith("decisions/0")}
    assert pages == named


def test_a_page_of_the_site_leads_within_it_or_nowhere() -> None:
    text = (
        "[a](../privacy.md#in-short) [b](../../SECURITY.md) [c](../../services/access.py) [d](#x)"
    )
    assert docs_site.rewritten(text, ROOT / "docs" / "decisions", "decisions/README.md") == (
        "[a](../privacy.md#in-short) [b](../security-policy.md) c [d](#x)"
    )


def test_an_address_of_the_site_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="x"></h1><a href="#x"></a><a href="b.html"></a><a href="#y"></a>'
        '<img src="https://elsewhere.example/p.png"><a href="https://elsewhere.example"></a>'
    )
    assert docs_site.astray(tmp_path) == [
        "a.html: b.html", "a.html: #y", "a.html: https://elsewhere.example/p.png",
    ]  # fmt: skip
