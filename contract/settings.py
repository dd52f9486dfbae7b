"""Where a setting's value comes from, for agent and server alike: both read one file.

The nearest word wins: a flag, then ``CLASSPULSE_NAME`` of the environment, then the edge's own
table of the TOML file, then the default.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from contract.batches import first_rule
from contract.errors import ContractError

PREFIX: Final = "CLASSPULSE_"
"""Of every variable of the environment."""

FILE: Final = "classpulse.toml"
"""What the file is called, in the user's configuration folder."""

Model = TypeVar("Model", bound=BaseModel)


class SettingError(ContractError):
    """A setting is unknown or breaks a rule, or the file cannot be read."""


def read_settings(
    model: type[Model],
    table: str,
    *,
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    named: Path | None,
    usual: Path,
) -> Model:
    """The settings of ``model``, whose table of the file is called ``table``.

    ``given``: flags, of which None is not given. ``named``: the file that was asked for, which
    must exist; else the ``usual`` one is read if it is there. Raises SettingError naming the
    setting and the rule it breaks.
    """
    values = dict(_from_file(named or usual, table, must_exist=named is not None))
    for name in model.model_fields:
        if (text := environ.get(PREFIX + name.upper())) is not None:
            values[name] = text
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return model(**values)
    except ValidationError as error:
        raise SettingError(f"A setting cannot be used: {first_rule(error)}.") from error


def _from_file(path: Path, table: str, *, must_exist: bool) -> Mapping[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get(table, {})
    except FileNotFoundError as error:
        if not must_exist:
            return {}
        raise SettingError(f"The settings file {path} does not exist.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"The settings file {path} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise SettingError(f"The [{table}] of {path} must be a table, but is {found!r}.")
    return found
