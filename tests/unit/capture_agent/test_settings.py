from pathlib import Path

import pytest

from capture_agent.errors import SettingsError
from capture_agent.settings import AgentSettings, load_settings

NEEDED = {"server": "https://school.example/", "join": "ABC234"}


def test_the_nearest_word_wins(tmp_path: Path) -> None:
    config = tmp_path / "classpulse.toml"
    config.write_text('[agent]\nsource = "1"\nname = "Ana"\nloop = 9\n[server]\nport = 1\n')
    environ = {"CLASSPULSE_NAME": "Ben", "CLASSPULSE_LOOP": "8", "CLASSPULSE_DATABASE": "x"}
    settings = load_settings(NEEDED | {"loop": 7.0, "name": None}, environ, config)
    assert (settings.source, settings.name, settings.loop) == ("1", "Ben", 7.0)
    assert settings.server == "https://school.example"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"server": "school.example"}, "http or https address, but is 'school.example'"),
        ({"loop": -1}, "loop: Input should be greater than 0"),
        ({"frames_per_second": 99}, "frames_per_second"),
        ({"colour": "red"}, "colour: Extra inputs"),
    ],
)
def test_a_bad_setting_is_named(given: dict[str, object], rule: str, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(SettingsError, match="A setting cannot be used") as caught:
        load_settings(NEEDED | given, {}, tmp_path / "empty.toml")
    assert rule in str(caught.value)


@pytest.mark.parametrize("text", ["agent = 3", "[agent", "[agent]\nsource = 3"])
def test_a_bad_file_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "classpulse.toml"
    path.write_text(text)
    with pytest.raises(SettingsError):
        load_settings(NEEDED, {}, path)
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(NEEDED, {}, tmp_path / "missing.toml")


def test_every_setting_has_help() -> None:
    for name, field in AgentSettings.model_fields.items():
        assert field.description, name


def test_a_personal_link_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    link = "https://school.example/join?code=ABC234#hush"
    assert "hush" not in repr(load_settings(NEEDED | {"join": link}, {}, tmp_path / "empty.toml"))
