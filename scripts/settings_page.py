"""Writes docs/settings.md from the two settings tables; a test keeps the page as they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from capture_agent.settings import AgentSettings
from contract.settings import SettingsTable
from dashboard.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Generated from `dashboard/settings.py` and `capture_agent/settings.py` by
`python -m scripts.settings_page`; edit those.

The nearest word wins: a flag of the command, then the environment (`CLASSPULSE_` and the name in
capitals, such as `CLASSPULSE_PORT`), then a file in the folder of secrets, then the TOML file
`classpulse.toml` in the user's configuration folder, then the default.

## Secrets

A secret is printed nowhere: no log, no message and no error holds one. It should not be in a
command's flags either, which everybody on the machine can list. Give it as a file: name a folder in
`CLASSPULSE_SECRETS_DIR`, and in it each file is a setting, named `classpulse_` and the setting's
name. That is what containers and service managers mount:

| by | the folder | a file in it |
| --- | --- | --- |
| Docker and Podman, `secrets:` | `/run/secrets` | `classpulse_oidc_client_secret` |
| Kubernetes, a volume of a Secret | where it is mounted | `classpulse_database` |
| systemd, `LoadCredential=` | `Environment=CLASSPULSE_SECRETS_DIR=%d` | `classpulse_database` |

Blanks around a file's text are no part of it, and files of other names are left alone. A folder
that is missing or a file that cannot be read stops the program. The certificate's private key is a
file anyway: `tls_key` says which, and may well lie in the same folder.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *_table("server", Settings), *_table("agent", AgentSettings)])


def _table(name: str, settings: type[SettingsTable]) -> Iterator[str]:
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
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return "–" if value in (None, "") else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
