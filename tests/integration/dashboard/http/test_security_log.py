"""What the operator's log says of sign-ins, refusals and faults, and what it never says."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog

from contract.policy import CourseMode
from tests.builders.world import PASSWORD, SAME_ORIGIN


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as a service manager gets it."""
    made, before = io.StringIO(), structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(made),
        # Whatever another test has set up: a level of its own would leave lines out.
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    yield made
    structlog.configure(**before)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def sign_in(client: Any, login: str, password: str) -> Any:
    form = {"login": login, "password": password}
    return client.post("/signin", data=form, headers=SAME_ORIGIN)


def test_a_sign_in_is_logged_whether_or_not_it_worked(world: Any, log: io.StringIO) -> None:
    sign_in(world.client(), "tara", PASSWORD)
    sign_in(world.client(), "tara", "wrong horse")
    sign_in(world.client(), "nobody", "wrong horse")
    told = [(one["event"], one.get("who"), one.get("status")) for one in lines(log)]
    assert told == [
        ("signed_in", f"user:{world.users['tara'].id}", None),
        ("sign_in_failed", None, 401),
        ("sign_in_failed", None, 401),
    ]


def test_a_refusal_is_logged(world: Any, log: io.StringIO) -> None:
    lecture, otto = world.lecture(CourseMode.OPEN), world.browser("otto")
    ana = world.join(lecture, name="Ana")
    at = f"/api/v1/lectures/{lecture.id}/students"
    for client, headers in ((otto, {}), (world.client(), {}), (world.client(), ana.headers)):
        client.get(at, headers=headers)
    otto.post("/signout", headers={"Origin": "https://evil.example"})
    refused = [one for one in lines(log) if one["event"] == "refused"]
    rule = "/api/v1/lectures/<uuid:lecture_id>/students"
    assert [(one["place"], one["status"], one["who"]) for one in refused[:2]] == [
        (rule, 403, f"user:{world.users['otto'].id}"),
        (rule, 401, "nobody"),
    ]
    assert (refused[-1]["place"], refused[-1]["status"]) == ("/signout", 403)
    assert all(one["timestamp"].endswith("Z") and one["level"] == "info" for one in refused)


def test_a_student_is_a_mark_that_leads_to_nobody(world: Any, log: io.StringIO) -> None:
    """An erasure cannot reach a log. Refusals of one student are still seen to be one student's."""
    lecture = world.lecture(CourseMode.OPEN)
    people = [world.join(lecture, name=name) for name in ("Ana", "Ben")]
    for one in people:
        one.client.delete("/api/v1/consents/me", headers=one.headers)
        for _ in range(2):
            assert one.send([world.observation(world.clock())]).status_code == 403
    page = world.client()
    page.get(people[0].recovery)
    assert page.get(f"/api/v1/lectures/{lecture.id}/students").status_code == 403
    who = [one["who"] for one in lines(log) if one["event"] == "refused"]
    assert all(re.fullmatch(r"student:[0-9a-f]{8}", one) for one in who)
    assert who == [who[0], who[0], who[2], who[2], who[0]]
    assert who[0] != who[2]
    for one in people:
        assert str(one.id) not in log.getvalue()


def test_no_line_holds_a_secret(
    world: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was typed, in whichever field, and whatever the address had in it."""
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    secrets = [ana.agreed["token"], ana.agreed["recovery_link"].rpartition("/")[2], "my secret pw"]
    sign_in(world.client(), "my secret pw", "my secret pw")
    stranger = world.client()
    for secret in secrets:
        stranger.get(f"/me/{secret}x")
        stranger.get(f"/join?link={secret}")
        stranger.get("/api/v1/me/observations", headers={"Authorization": f"Bearer {secret}x"})

    def broken(*_: Any) -> None:
        raise LookupError("something nobody foresaw")

    monkeypatch.setattr("db.people.consents.by_recovery", broken)
    assert stranger.get(f"/me/{secrets[1]}").status_code == 500
    told = log.getvalue()
    assert "something nobody foresaw" in told
    assert len(lines(log)) >= 8
    for secret in secrets:
        assert secret not in told
    assert "127.0.0.1" not in told


def test_a_line_is_one_object(world: Any, log: io.StringIO) -> None:
    """Whoever sends line breaks writes no line of their own."""
    forged = 'x\n{"event": "signed_in", "who": "user:1"}'
    sign_in(world.client(), forged, forged)
    world.client().get(f"/api/v1/lectures/{uuid4()}/students", headers={"User-Agent": "a b"})
    world.client().open("/signin", method="POST", data={"login": forged}, headers=SAME_ORIGIN)
    assert {one["event"] for one in lines(log)} == {"sign_in_failed", "refused"}
