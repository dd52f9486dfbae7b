"""No log shows the values of a program's variables, whoever configured it or nobody."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from classpulse.cli import main
from dashboard.http.plain_log import keep_values_out


@pytest.fixture
def unconfigured() -> Iterator[None]:
    before, was = structlog.get_config(), structlog.is_configured()
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    if was:
        structlog.configure(**before)


def command() -> None:
    """What every command of ours does first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["classpulse", "--version"])
        with pytest.raises(SystemExit):
            main()


@pytest.mark.parametrize("configure", [keep_values_out, command])
def test_a_traceback_tells_no_values(
    unconfigured: None, capsys: pytest.CaptureFixture[str], configure: Any
) -> None:
    configure()
    token = "".join(["to", "ken of", " Ana"])
    try:
        raise ValueError("something broke")
    except ValueError:
        structlog.get_logger().exception("incident", incident="1")
    told = "".join(capsys.readouterr())
    assert "something broke" in told
    assert token not in told
    assert "locals" not in told


def test_whoever_configured_it_is_not_overruled(unconfigured: None) -> None:
    structlog.configure(processors=[])
    keep_values_out()
    assert structlog.get_config()["processors"] == []
