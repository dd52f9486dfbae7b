"""Where a setting's value comes from, for agent and server alike: both read one file.

The nearest word wins: a flag, then ``CLASSPULSE_NAME`` of the environment, then a file of that
name in the folder of secrets, then the edge's own table of the TOML file, then the default.
"""

import tomllib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from contract.batches import first_rule
from contract.errors import ContractError

PREFIX: Final = "CLASSPULSE_"
"""Of every variable of the environment, and in small letters of every file of a secret."""

FILE: Final = "classpulse.toml"
"""What the file is called, in the user's configuration folder."""

SECRETS: Final = "CLASSPULSE_SECRETS_DIR"
"""Names the folder of secrets: what containers and service managers mount, a file for each."""

Table = TypeVar("Table", bound="SettingsTable")
_Place = tuple[Callable[[str], str], Mapping[str, Any]]
"""What to call it for a setting's name, and what it says."""


class SettingError(ContractError):
    """A setting is unknown or breaks a rule, or the file cannot be read."""


class SettingsTable(BaseSettings):
    """The root of each edge's table. One made in code holds what the code says, and nothing else:
    only ``read_settings`` looks at the environment and at files."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls, *_: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The words of the code alone."""
        return (sources["init_settings"],)


def read_settings(
    table: type[Table],
    name: str,
    *,
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    named: Path | None,
    usual: Path,
) -> Table:
    """The settings of ``table``, whose table of the file is called ``name``.

    ``given``: flags, of which None is not given. ``named``: the file that was asked for, which
    must exist; else the ``usual`` one is read if it is there. Raises SettingError naming the
    setting, the rule it breaks and the place that says so.
    """
    file, secrets = named or usual, environ.get(SECRETS)
    nearest_first: tuple[_Place, ...] = (
        (lambda _: "a flag", {key: value for key, value in given.items() if value is not None}),
        (lambda key: PREFIX + key.upper(), _from_environment(table, environ)),
        (lambda _: f"a file in {secrets}", _from_secrets(table, secrets)),
        (lambda _: str(file), _from_file(file, name, must_exist=named is not None)),
    )
    values: dict[str, Any] = {}
    for _, found in reversed(nearest_first):
        values |= found
    try:
        return table(**values)
    except ValidationError as error:
        raise SettingError(
            f"A setting cannot be used: {first_rule(error)}{_said(table, error, nearest_first)}."
        ) from error


def _said(table: type[SettingsTable], error: ValidationError, places: tuple[_Place, ...]) -> str:
    """Where the broken setting was given, and as what unless that is secret or may be."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    key = str(first["loc"][0]) if first["loc"] else None
    for place, found in places:
        if key is not None and key in found:
            # Our own rules tell the value themselves.
            shown = first["type"] != "value_error" and not _may_be_secret(table, key)
            return f" (from {place(key)}: {found[key]!r})" if shown else f" (from {place(key)})"
    return ""


def _may_be_secret(table: type[SettingsTable], key: str) -> bool:
    field = table.model_fields.get(key)
    # A name that is no setting's may be a secret's with a slip of the pen.
    return field is None or not field.repr or field.annotation is SecretStr


def _from_environment(table: type[SettingsTable], environ: Mapping[str, str]) -> Mapping[str, Any]:
    source = EnvSettingsSource(table)
    source.env_vars = {key.lower(): value for key, value in environ.items()}
    return source()


def _from_secrets(table: type[SettingsTable], folder: str | None) -> Mapping[str, Any]:
    if not folder:
        return {}
    try:
        with warnings.catch_warnings():
            # What the library only warns of leaves a secret unset that somebody meant to give.
            warnings.simplefilter("error")
            return SecretsSettingsSource(table, secrets_dir=folder)()
    except (OSError, ValueError, UserWarning) as error:
        raise SettingError(f"The secrets that {SECRETS} names cannot be read: {error}.") from error


def _from_file(path: Path, name: str, *, must_exist: bool) -> Mapping[str, Any]:
    # The library's own source of TOML takes a missing file for an empty one, and fails without a
    # word on a table that is none.
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get(name, {})
    except FileNotFoundError as error:
        if not must_exist:
            return {}
        raise SettingError(f"The settings file {path} does not exist.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"The settings file {path} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise SettingError(f"The [{name}] of {path} must be a table, but is {found!r}.")
    return found
