"""The agent's settings: one table of name, default and help, from TOML, environment and flags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, field_validator

from capture_agent.errors import SettingsError
from contract.settings import FILE, SettingError, SettingsTable, read_settings

TABLE: Final = "agent"
"""The TOML table that belongs to the agent."""


def default_state() -> Path:
    """Where outboxes live: this user's own data folder, by the habits of the system."""
    return platformdirs.user_data_path("classpulse", appauthor=False) / "agent"


def default_config() -> Path:
    """The TOML file that is read where none is named."""
    return platformdirs.user_config_path("classpulse", appauthor=False) / FILE


class AgentSettings(SettingsTable):
    """Every setting of the agent. The environment names are these in capitals, CLASSPULSE_NAME."""

    server: str = Field(description="address of the server, such as https://pulse.school.example")
    join: str = Field(
        min_length=1,
        # A personal link opens its student's lectures to whoever has it.
        repr=False,
        description="the lecture's code of six signs, or a personal link",
    )
    source: str = Field(
        default="0",
        min_length=1,
        description="camera number or name, video file, picture, folder of pictures, "
        "screen, screen:X,Y,WIDTH,HEIGHT or screen:window title, or demo",
    )
    name: str | None = Field(
        default=None, description="the name the teacher of an open course sees"
    )
    guardian: str | None = Field(
        default=None, description="the guardian who agrees, where the school asks for one"
    )
    realtime: bool = Field(default=False, description="play a file at its own speed")
    loop: float | None = Field(
        default=None, gt=0, le=86_400, description="repeat a file until it has given S seconds"
    )
    yes: bool = Field(
        default=False, description="use the choices made before; only with a personal link"
    )
    preview: bool = Field(default=False, description="show a window with what is seen and sent")
    annotate: Path | None = Field(
        default=None, description="write what the window shows to this MP4, on this machine alone"
    )
    frames_per_second: float = Field(
        default=2.0,
        ge=0.2,
        le=30.0,
        description="pictures analysed in a second; under load as few as one",
    )
    most_frames_per_second: float = Field(
        default=5.0,
        ge=0.2,
        le=30.0,
        description="as many of a camera or the screen, where they cost little",
    )
    state: Path = Field(default_factory=default_state, description="folder of the outboxes")
    batch_seconds: float = Field(
        default=2.0, ge=0.1, le=60.0, description="longest an observation waits to be sent"
    )
    outbox_items: int = Field(
        default=86_400, ge=60, le=10**7, description="most items kept unsent; then the oldest go"
    )
    drain_seconds: float = Field(
        default=5.0, ge=0.0, le=600.0, description="longest the agent stays at the end to send"
    )

    @field_validator("server")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the server must be an http or https address, but is {value!r}")
        return value.rstrip("/")


def load_settings(
    given: Mapping[str, Any], environ: Mapping[str, str], config: Path | None = None
) -> AgentSettings:
    """The settings, the nearest word winning: ``given`` (flags; None is not given), then
    ``CLASSPULSE_*`` of ``environ``, then the folder of secrets, then the ``[agent]`` table of the
    TOML file, then defaults.

    Raises SettingsError naming the setting, the rule it breaks and the place that says so.
    """
    try:
        return read_settings(
            AgentSettings, TABLE, given=given, environ=environ, named=config, usual=default_config()
        )
    except SettingError as error:
        raise SettingsError(str(error)) from error
