"""Settings from flags, environment and file, the nearest word winning; every mistake is said."""

import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

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
    assert Settings(folder=tmp_path, database=SecretStr(url)).database_url == url


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


SECRET_URL = "postgresql://pulse:hush@db/classpulse"
PROVIDER = {
    "oidc_issuer": "https://id.example", "oidc_client_id": "c", "oidc_client_secret": "hush",
}  # fmt: skip


def test_a_secret_is_never_printed() -> None:
    found = load_settings(PROVIDER | {"database": SECRET_URL}, {})
    assert found.database_url == SECRET_URL
    assert found.oidc_client_secret.get_secret_value() == "hush"
    for shown in (repr(found), str(found), found.model_dump_json(), str(found.model_dump())):
        assert "hush" not in shown


@pytest.mark.parametrize(
    "text",
    [
        '[server]\nport = 70000\noidc_client_secret = "hush"',
        '[server]\ntls_cert = "hush"',
        '[server]\ndatabase = ["hush"]',
        '[server]\noidc_secret = "hush"',
        '[server]\noidc_client_secret = "hush',
    ],
)
def test_what_went_wrong_never_tells_a_secret(tmp_path: Path, text: str) -> None:
    path = tmp_path / "classpulse.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, {}, path)
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_can_be_a_file_that_a_container_mounts(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "classpulse_database").write_text(f"{SECRET_URL}\n")
    (folder / "classpulse_port").write_text("3333")
    (folder / "classpulse_workers").write_text("7")
    (folder / "somebody_elses").write_bytes(b"\xff")
    environ = {"CLASSPULSE_SECRETS_DIR": str(folder), "CLASSPULSE_WORKERS": "3"}
    found = load_settings({}, environ, config)
    # Nearer than the TOML file, and farther than the environment.
    assert (found.database_url, found.port, found.workers) == (SECRET_URL, 3333, 3)


@pytest.mark.parametrize("kind", ["missing", "a file", "no text", "a way out"])
def test_secrets_that_cannot_be_read_are_said(config: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "secrets"
    if kind == "a file":
        folder.write_text("")
    elif kind != "missing":
        folder.mkdir()
        file = folder / "classpulse_oidc_client_secret"
        if kind == "no text":
            file.write_bytes(b"\xff")
        else:
            file.symlink_to(config)
    with pytest.raises(SettingsError, match="CLASSPULSE_SECRETS_DIR names cannot be read"):
        load_settings({}, {"CLASSPULSE_SECRETS_DIR": str(folder)}, config)


@pytest.mark.parametrize(
    ("given", "environ", "text", "said"),
    [
        ({"port": 70000}, {}, "", r"port: .* \(from a flag: 70000\)"),
        ({}, {"CLASSPULSE_PORT": "web"}, "", r"port: .* \(from CLASSPULSE_PORT: 'web'\)"),
        ({}, {}, "port = -1", r"port: .* \(from .*classpulse\.toml: -1\)"),
        ({}, {}, "database = 3", r"database: .* \(from .*classpulse\.toml\)\.$"),
    ],
)
def test_a_mistake_tells_where_it_was_made(
    tmp_path: Path, given: dict[str, object], environ: dict[str, str], text: str, said: str
) -> None:
    path = tmp_path / "classpulse.toml"
    path.write_text(f"[server]\n{text}\n")
    with pytest.raises(SettingsError, match=said):
        load_settings(given, environ, path)


def test_settings_made_in_code_look_at_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLASSPULSE_PORT", "2222")
    monkeypatch.setenv("CLASSPULSE_DATABASE", SECRET_URL)
    made = Settings(folder=tmp_path)
    assert (made.port, made.database_url) == (8050, f"sqlite:///{tmp_path / 'classpulse.db'}")
