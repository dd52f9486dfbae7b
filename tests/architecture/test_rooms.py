"""The map of the house is what its rooms say of themselves, and no room is missing from it."""

import ast
import re

from tests.architecture.test_house import FLOORS, modules, tree
from tests.builders.places import ROOT

MAP = ROOT / "docs" / "architecture.md"


def first_sentence(words: str) -> str:
    """What a docstring says first, on one line and as Markdown."""
    joined = " ".join(words.partition("\n\n")[0].replace("``", "`").split())
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", joined)[0]


def rooms() -> dict[str, str]:
    """Every folder of modules below the floors, and the sentence that it says of itself."""
    return {
        f"{path.parent.relative_to(ROOT).as_posix()}/": first_sentence(
            ast.get_docstring(tree(path)) or ""
        )
        for path in modules(*FLOORS)
        if path.name == "__init__.py"
        and path.parent.parent != ROOT
        and path.parent != ROOT / "db" / "migrations" / "versions"
    }


def test_the_map_says_of_each_room_what_the_room_says() -> None:
    text = MAP.read_text(encoding="utf-8")
    # A bar within a cell would end it.
    rows = {
        room: said.replace("\\|", "|").strip()
        for room, said in re.findall(r"^\| `([a-z_0-9/]+/)` \| (.*) \|$", text, re.M)
        if room.count("/") > 1
    }
    lacking = [f"| `{room}` | {said} |" for room, said in rooms().items() if rows.get(room) != said]
    assert not lacking, "missing or different:\n" + "\n".join(lacking)
    assert rows.keys() <= rooms().keys(), "a row without a room"
