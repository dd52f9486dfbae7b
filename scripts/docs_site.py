"""Builds the documentation site into ``build/site``: ``make docs``.

The pages are those of ``docs/`` and the few at the root that belong to them, as they stand: links
to the code, which is no part of the site, become its name. A warning is an error, and so is an
address that leads nowhere. What is built asks no other host for anything, and is searched also
where it is opened as a file.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
BUILD: Final = ROOT / "build"
SITE: Final = BUILD / "site"
GENERATOR: Final = ROOT / ".venv-docs" / "bin" / "zensical"

FROM_THE_ROOT: Final[Mapping[str, str]] = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security-policy.md",
    "models/weights/NOTICE.md": "notice.md",
}
"""Pages of the site that lie elsewhere, and what they are called there."""

NAVIGATION: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("index.md", "first-hour.md"),
    "Guides": ("teacher.md", "student.md", "office.md", "operator.md", "researcher.md", "faq.md"),
    "Running it": (
        "deploy.md",
        "operations.md",
        "settings.md",
        "security.md",
        "security-policy.md",
        "asvs.md",
    ),
    "Figures": (
        "figures.md", "science.md", "analytics.md", "models.md", "card.md", "agent.md",
        "browser-agent.md", "real-students.md", "small-groups.md",
        "tables.md",
    ),
    "Privacy": ("privacy.md", "dpia-template.md"),
    "Developing": ("architecture.md", "api.md", "contributing.md", "decisions/README.md"),
    "Versions": ("changelog.md", "notice.md"),
}  # fmt: skip

_LINK: Final = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_ELSEWHERE: Final = re.compile(r"[a-z]+:|#")
_SHIM: Final = "https://unpkg.com/iframe-worker/shim"


def pages() -> dict[str, Path]:
    """Every page of the site by its name there, and where it is written."""
    own = {path.relative_to(DOCS).as_posix(): path for path in sorted(DOCS.rglob("*.md"))}
    return own | {name: ROOT / path for path, name in FROM_THE_ROOT.items()}


def rewritten(text: str, folder: Path, name: str) -> str:
    """A page of ``folder``, as the site has it under ``name``: its links lead within the site, and
    one that would lead to the code is its words alone."""
    known = {source.resolve(): there for there, source in pages().items()}

    def led(found: re.Match[str]) -> str:
        sign, words, target = found.groups()
        if _ELSEWHERE.match(target):
            return found[0]
        bare, _, heading = target.partition("#")
        file = (folder / bare).resolve()
        there = known.get(file)
        if there is None and file.is_relative_to(DOCS) and file.is_file():
            there = file.relative_to(DOCS).as_posix()
        if there is None:
            return words
        up = "../" * name.count("/")
        return f"{sign}[{words}]({up}{there}{f'#{heading}' if heading else ''})"

    return _LINK.sub(led, text)


def stage(folder: Path) -> None:
    """Lay out what the generator reads."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder / "docs", ignore=shutil.ignore_patterns("*.md", "site"))
    for name, path in pages().items():
        place = folder / "docs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(rewritten(path.read_text("utf-8"), path.parent, name), "utf-8")
    shutil.copytree(DOCS / "site", folder / "docs" / "site")
    shutil.copy(ROOT / "dashboard" / "assets" / "mark.svg", folder / "docs" / "site")
    (folder / "zensical.toml").write_text(configuration(), "utf-8")


def configuration() -> str:
    """The generator's settings: its navigation is ours, and nothing comes from elsewhere."""
    told = []
    for title, names in NAVIGATION.items():
        listed = ", ".join(f'"{name}"' for name in names)
        told.append(f'{{ "{title}" = [{listed}] }}' if title else listed)
    decisions = sorted((DOCS / "decisions").glob("0*.md"))
    listed = ", ".join(f'"decisions/{path.name}"' for path in decisions)
    told.append(f'{{ "Decisions" = [{listed}] }}')
    return (
        (DOCS / "site" / "zensical.toml")
        .read_text("utf-8")
        .replace('"NAVIGATION"', ",\n  ".join(told))
    )


def build(folder: Path = BUILD / "docs", site: Path = SITE) -> str | None:
    """Build the site; what went wrong, or None."""
    stage(folder)
    asked = subprocess.run(  # noqa: S603 - a fixed command
        [GENERATOR, "build", "--strict", "--clean"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
    )  # fmt: skip
    if asked.returncode or "Warning" in asked.stdout + asked.stderr:
        return asked.stdout + asked.stderr
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(folder / "site", site)
    # It takes the site for the root of a name, which it need not be.
    (site / "404.html").unlink()
    for path in site.rglob("*.html"):
        depth = len(path.relative_to(site).parts) - 1
        text = path.read_text("utf-8")
        shim = "../" * depth + "site/iframe-worker.js"
        path.write_text(text.replace(_SHIM, shim), "utf-8")
    return "\n".join(astray(site)) or None


def astray(site: Path) -> list[str]:
    """Every address in a built site that leads to no file of it, to no heading, or to a script or
    picture of somebody else's."""
    texts = {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    names = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    wrong = []
    for path, text in texts.items():
        for attribute, address in re.findall(r'\b(href|src)="([^"]*)"', text):
            if re.match("[a-z]+:", address):
                # Whoever reads may follow a link; the page itself asks nobody.
                wrong += [f"{path.name}: {address}"] if attribute == "src" else []
                continue
            bare, _, heading = unquote(address).partition("#")
            there = (path.parent / bare).resolve() if bare else path
            known = names.get(there)
            lost = known is not None and heading and heading not in known
            if not there.exists() or lost:
                wrong.append(f"{path.relative_to(site)}: {address}")
    return wrong


def main() -> int:
    """Build it and say where it is; the exit status."""
    if not GENERATOR.exists():
        sys.stderr.write("The site needs its generator: run `make docs`.\n")
        return 1
    if (wrong := build()) is not None:
        sys.stderr.write(f"{wrong}\nThe documentation does not build without a warning.\n")
        return 1
    count = sum(1 for _ in SITE.rglob("*.html"))
    sys.stdout.write(f"{count} pages in {SITE.relative_to(ROOT)}/, from index.html on\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
