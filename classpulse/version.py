"""Which version runs: a checkout's own word, or that of what is installed."""

import tomllib
from importlib import metadata
from pathlib import Path
from typing import Final

_NAME: Final = "classpulse"
_PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"


def version() -> str:
    """The version, as ``1.2.3``.

    A checkout is asked first: what was installed from it once may be older than what runs.
    """
    try:
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return metadata.version(_NAME)
    return str(project["version"]) if project.get("name") == _NAME else metadata.version(_NAME)
