"""What fails again and again is said once, and once more when it is over."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from contract.errors import ClassPulseError
from services.failures import Failures


@pytest.fixture(autouse=True)
def every_level(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lines of every level, whatever a program that ran before has chosen to say."""
    before = structlog.get_config()
    structlog.reset_defaults()
    monkeypatch.setattr("services.failures._log", structlog.get_logger())
    yield
    structlog.configure(**before)


def test_what_fails_at_every_tick_is_two_lines() -> None:
    failures = Failures("tick_failed")
    with capture_logs() as logs:
        for _ in range(50):
            failures.failed("a", ClassPulseError("The store is away."))
        failures.worked("a")
        failures.worked("a")
    assert [(log["event"], log.get("times")) for log in logs] == [
        ("tick_failed", None),
        ("tick_failed_over", 50),
    ]
    assert (logs[0]["detail"], "exc_info" in logs[0]) == ("The store is away.", False)
    assert failures.count == 50


def test_what_nobody_foresaw_has_its_traceback_once() -> None:
    failures, error = Failures("job_failed", "job"), LookupError("gone")
    with capture_logs() as logs:
        failures.failed("sweep", error)
        failures.failed("sweep", error)
        failures.failed("other", error)
    assert [(log["job"], log["exc_info"]) for log in logs] == [("sweep", error), ("other", error)]
