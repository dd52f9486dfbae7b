"""The log: whatever happens to it, what it tells of goes on."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from classpulse import console


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    raises, handlers = logging.raiseExceptions, list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    logging.raiseExceptions = raises
    logging.getLogger().handlers[:] = handlers


class _Full:
    def isatty(self) -> bool:
        return False

    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_loses_lines_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", _Full())
    console.log_to_stderr()
    console.take_in_other_logs()
    before = console.lost_lines()
    structlog.get_logger().error("incident", exc_info=LookupError("gone"))
    logging.getLogger("tornado.general").error("broken")
    assert console.lost_lines() == before + 2


def test_lines_of_a_request_and_of_libraries_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    console.log_to_stderr()
    console.take_in_other_logs()
    with structlog.contextvars.bound_contextvars(request="abc"):
        structlog.get_logger().warning("store_unavailable")
    try:
        raise LookupError("gone")
    except LookupError:
        logging.getLogger("asyncio").exception("Exception in callback %s", "x")
    logging.getLogger("apscheduler").warning("a job was late")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("request")) for line in lines] == [
        ("store_unavailable", "abc"),
        ("Exception in callback x", None),
    ]
    assert "LookupError: gone" in lines[1]["exception"]
