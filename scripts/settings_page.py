"""Writes docs/settings.md from the two settings tables; a test keeps the page as they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from capture_agent.settings import AgentSettings
from dashboard.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Generated from `dashboard/settings.py` and `capture_agent/settings.py` by
`python -m scripts.settings_page`; edit those.

The nearest word wins: a flag of the command, then the environment (`CLASSPULSE_` and the name in
capitals, such as `CLASSPULSE_PORT`), then the TOML file `classpulse.toml` in the user's
configuration folder, then the default.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *_table("server", Settings), *_table("agent", AgentSettings)])


def _table(name: str, settings: type[BaseModel]) -> Iterator[str]:
    yield f"## The {name}: `[{name}]` in the file\n"
    yield "| name | default | what it is |"
    yield "| --- | --- | --- |"
    for key, field in settings.model_fields.items():
        yield f"| `{key}` | {_default(field)} | {field.description} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*needed*"
    if field.default_factory is not None:
        return "the user's data folder"
    value: Any = field.default
    return "–" if value in (None, "") else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
