"""The server's settings: one table of name, default and help, from TOML, environment and flags."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, model_validator

from contract.languages import Language
from contract.settings import FILE, SettingError, SettingsTable, read_settings
from dashboard.errors import SettingsError
from services.context import Terms

TABLE: Final = "server"
"""The TOML table that belongs to the server."""


_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
"""What cannot be taken for another site's address, a step upwards or markup."""


def default_folder() -> Path:
    """Where the store and the keys lie: this user's own data folder, by the system's habits."""
    return platformdirs.user_data_path("classpulse", appauthor=False) / "server"


def default_config() -> Path:
    """The TOML file that is read where none is named."""
    return platformdirs.user_config_path("classpulse", appauthor=False) / FILE


class Settings(SettingsTable):
    """Every setting of the server. The environment names are these in capitals, CLASSPULSE_NAME."""

    folder: Path = Field(
        default_factory=default_folder, description="folder of the SQLite store and the keys"
    )
    database: SecretStr = Field(
        default=SecretStr(""),
        description="sqlite:///FILE or postgresql://…; empty: SQLite in the folder. "
        "Secret, as it may hold a password",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    url: str = Field(
        default="",
        description="public address, such as `https://classpulse.school.example` or "
        "`https://school.example/pulse`: what links, join codes and the school's sign-in lead to; "
        "empty: however the server was reached, below the path that a trusted proxy says by "
        "X-Forwarded-Prefix",
    )
    hosts: str = Field(
        default="",
        description="further names that it answers to, by commas; it answers to that of `url`, to "
        "`host` and to `localhost`, and with `host` 0.0.0.0 or :: to this machine's name and "
        "numbers",
    )
    port: int = Field(default=8050, ge=0, le=65535, description="port to listen on; 0: a free one")
    workers: int = Field(default=8, ge=1, le=64, description="requests worked on at a time")
    tls_cert: Path | None = Field(default=None, description="certificate chain, to serve https")
    tls_key: Path | None = Field(default=None, description="the certificate's private key")
    https: bool = Field(
        default=False, description="a proxy in front speaks https: cookies travel only over it"
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=8, description="proxies in front whose X-Forwarded-* are believed"
    )
    metrics_from: str = Field(
        default="127.0.0.1, ::1",
        description="addresses and networks, by commas, that may read `/metrics`; behind a proxy "
        "they are the right ones only with `trusted_proxies`",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="whoever bears this token may read it, too. Secret"
    )
    language: Language = Field(
        default=Language.EN,
        description="language of reports, and of pages where a browser asks for none of ours",
    )
    oidc_issuer: str = Field(
        default="",
        description="issuer of the school's OpenID Connect provider, exactly as it names itself; "
        "empty: local accounts only. Its redirect address is `url` and `/signin/school/return`",
    )
    oidc_client_id: str = Field(default="", description="this server's name at the provider")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="its secret there; empty for a public client. Secret"
    )
    oidc_label: str = Field(
        default="", description="what people call that account; empty: your school account"
    )
    oidc_scope: str = Field(default="openid profile", description="what the provider is asked for")
    oidc_role_claim: str = Field(
        default="roles", min_length=1, description="claim that tells roles; a dot leads inside"
    )
    oidc_admins: str = Field(
        default="admin", description="words in that claim that make an admin, by commas"
    )
    oidc_teachers: str = Field(default="teacher", description="words that make a teacher")
    oidc_students: str = Field(default="student", description="words that make a student")
    oidc_school_key_claim: str = Field(
        default="sub",
        min_length=1,
        description="claim that holds a student's key on rosters (OneRoster's sourcedId)",
    )
    session_hours: float = Field(
        default=12.0, gt=0, le=24 * 30, description="how long a sign-in lasts at most"
    )
    idle_minutes: float = Field(
        default=120.0, ge=10, le=24 * 60, description="a sign-in that is not used ends after this"
    )
    ticket_minutes: float = Field(
        default=15.0, gt=0, le=24 * 60, description="how long a student may read before agreeing"
    )
    tick_seconds: float = Field(
        default=2.0, ge=0.2, le=60.0, description="time between two looks at the running lectures"
    )
    sweep_seconds: float = Field(
        default=5.0, ge=0.2, le=600.0, description="time between two looks for reports to write"
    )
    report_grace_seconds: float = Field(
        default=120.0, ge=0.0, le=86_400.0, description="wait for outboxes after a lecture ends"
    )
    silence_minutes: float = Field(
        default=45.0, ge=1.0, le=24 * 60, description="a lecture without any data ends after this"
    )
    future_seconds: float = Field(
        default=300.0, ge=0.0, le=3600.0, description="how far ahead an agent's clock may be"
    )
    late_hours: float = Field(
        default=24.0, ge=0.0, le=24 * 30, description="how long after its end a lecture takes data"
    )
    max_body_bytes: int = Field(
        default=2 * 2**20, ge=2**16, le=2**28, description="largest request that is read"
    )
    agent_requests_per_second: float = Field(
        default=20.0, gt=0, description="requests of one agent; in bursts, six times as many"
    )
    address_requests_per_second: float = Field(
        default=4000.0, gt=0, description="API requests from one address; a school may share one"
    )
    guesses_per_minute: float = Field(
        default=60.0,
        gt=0,
        description="wrong join codes taken from one device, or from all strangers of an address; "
        "right ones pass until ten times as many were wrong",
    )
    signin_failures_per_hour: float = Field(
        default=60.0,
        gt=0,
        description="wrong passwords for one login from one address; twice that from all "
        "addresses, but for browsers it was signed in on; ten times that for all logins",
    )

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key must be given together")
        return self

    @model_validator(mode="after")
    def _url_is_an_address(self) -> Self:
        if not self.url:
            return self
        try:
            read = urlsplit(self.url)
            whole = bool(read.hostname) and read.port != 0
        except ValueError:
            read, whole = urlsplit(""), False
        bare = not (read.query or read.fragment or read.username)
        if read.scheme not in ("http", "https") or not whole or not bare or not is_path(read.path):
            raise ValueError(
                "url must be http:// or https:// with a name, and perhaps a path of letters, "
                f"digits and . _ ~ -, but is {self.url!r}"
            )
        return self

    @model_validator(mode="after")
    def _metrics_networks_are_networks(self) -> Self:
        try:
            _ = self.metrics_networks
        except ValueError as error:
            raise ValueError(f"metrics_from must hold addresses or networks: {error}") from error
        return self

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id:
            raise ValueError("oidc_issuer needs oidc_client_id beside it")
        address = urlsplit(self.oidc_issuer)
        near = address.hostname in ("localhost", "127.0.0.1", "::1")
        if address.scheme != "https" and not (address.scheme == "http" and near):
            raise ValueError(f"oidc_issuer must be an https address, but is {self.oidc_issuer!r}")
        if "openid" not in self.oidc_scope.split():
            raise ValueError(f"oidc_scope must hold openid, but is {self.oidc_scope!r}")
        return self

    @property
    def database_url(self) -> str:
        """Where the store is, with its password: for opening it, and for nobody's eyes."""
        return self.database.get_secret_value() or f"sqlite:///{self.folder / 'classpulse.db'}"

    @property
    def metrics_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Whose addresses may read the figures for monitoring."""
        named = (one.strip() for one in self.metrics_from.split(","))
        return tuple(ip_network(one) for one in named if one)

    @property
    def terms(self) -> Terms:
        """What of it the use cases need."""
        return Terms(
            ticket=timedelta(minutes=self.ticket_minutes),
            report_grace=timedelta(seconds=self.report_grace_seconds),
            silence=timedelta(minutes=self.silence_minutes),
            late=timedelta(hours=self.late_hours),
            future=timedelta(seconds=self.future_seconds),
        )

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server over https."""
        return self.https or self.tls_cert is not None


def is_path(word: str) -> bool:
    """Whether this may stand in front of every address of ours; empty is the root."""
    return _PATH.fullmatch(word) is not None


def load_settings(
    given: Mapping[str, Any], environ: Mapping[str, str], config: Path | None = None
) -> Settings:
    """The settings, the nearest word winning: ``given`` (flags; None is not given), then
    ``CLASSPULSE_*`` of ``environ``, then the folder of secrets, then the ``[server]`` table of the
    TOML file, then defaults.

    Raises SettingsError naming the setting, the rule it breaks and the place that says so.
    """
    try:
        return read_settings(
            Settings, TABLE, given=given, environ=environ, named=config, usual=default_config()
        )
    except SettingError as error:
        raise SettingsError(str(error)) from error
