"""Settings from flags, environment and file, the nearest word winning; every mistake is said."""

from pathlib import Path

import pytest

from dashboard.errors import SettingsError
from dashboard.settings import Settings, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "classpulse.toml"
    path.write_text('[agent]\nsource = "1"\n[server]\nport = 1111\nhost = "10.0.0.7"\n')
    return path


def test_the_nearest_word_wins(config: Path) -> None:
    environ = {"CLASSPULSE_PORT": "2222", "CLASSPULSE_WORKERS": "3", "PORT": "4"}
    found = load_settings({"workers": 5, "port": None}, environ, config)
    assert (found.host, found.port, found.workers) == ("10.0.0.7", 2222, 5)


def test_the_default_store_is_sqlite_in_the_folder(tmp_path: Path) -> None:
    assert Settings(folder=tmp_path).database_url == f"sqlite:///{tmp_path / 'classpulse.db'}"
    url = "postgresql://db/classpulse"
    assert Settings(folder=tmp_path, database=url).database_url == url


def test_cookies_are_secure_behind_tls_of_either_kind(tmp_path: Path) -> None:
    assert not Settings(folder=tmp_path).secure
    assert Settings(folder=tmp_path, https=True).secure
    assert Settings(folder=tmp_path, tls_cert=tmp_path, tls_key=tmp_path).secure


def test_every_setting_has_its_help() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"CLASSPULSE_PORT": "70000"}, "port"),
        ({"CLASSPULSE_PORT": "web"}, "port"),
        ({"CLASSPULSE_SESSION_HOURS": "0"}, "session_hours"),
        ({"CLASSPULSE_TLS_CERT": "cert.pem"}, "together"),
    ],
)
def test_a_setting_out_of_its_range_is_named(
    config: Path, environ: dict[str, str], word: str
) -> None:
    with pytest.raises(SettingsError, match=word):
        load_settings({}, environ, config)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[server", "cannot be read"),
        ("server = 3", "must be a table"),
        ("[server]\nprot = 80", "prot"),
    ],
)
def test_a_file_that_cannot_be_used_is_said(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "classpulse.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=word):
        load_settings({}, {}, path)


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings({}, {}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"oidc_issuer": "https://id.example"}, "oidc_client_id"),
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "c"}, "https address"),
        ({"oidc_issuer": "id.example", "oidc_client_id": "c"}, "https address"),
        (
            {"oidc_issuer": "https://id.example", "oidc_client_id": "c", "oidc_scope": "profile"},
            "must hold openid",
        ),
    ],
)
def test_a_provider_is_named_wholly_and_over_https(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(given, {})


def test_the_providers_secret_is_not_printed() -> None:
    given = {
        "oidc_issuer": "https://id.example", "oidc_client_id": "c", "oidc_client_secret": "hush",
    }  # fmt: skip
    assert "hush" not in repr(load_settings(given, {}))
