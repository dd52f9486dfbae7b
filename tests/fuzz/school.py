"""The school that is fuzzed: every kind of data, every role, and an ear at the log."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

import structlog
from argon2 import PasswordHasher

from contract.exchange import API
from contract.flags import FlagKind
from contract.policy import CourseMode, Policy
from db.engine.migrate import upgrade
from db.people import consents
from db.teaching import flags
from services.accounts import passwords
from tests.builders.students import Student
from tests.builders.world import PASSWORD, SAME_ORIGIN, World, make_world
from tests.integration.dashboard.api.test_lectures import write_report

MANY: Final = 10.0**6
"""More a second than anybody sends: here no limit hides what lies behind it."""
STUDENTS: Final = 8
_TICKETS: Final = 40


@dataclass
class School:
    """A world with its callers by role, and what their requests can name."""

    world: World
    browsers: dict[str, Any]
    agents: list[Student]
    camera: dict[str, str]
    lectures: list[str]
    over: str
    """the one that has ended, with its report"""
    alike: str
    """the one whose students all chose the room"""
    course: str
    """that of the one that has ended"""
    named: list[str]
    """ids of everything else"""
    codes: list[str]
    tickets: list[tuple[str, str]]
    links: list[str]
    heard: list[str] = field(default_factory=list)
    """what the log said that it should not have"""

    def ask(self, role: str, method: str, address: str, **request: Any) -> Any:
        """One request; ``role``: of a browser, an agent's number, or the camera."""
        headers = {**SAME_ORIGIN, **request.pop("headers", {})}
        if role == "camera":
            headers = {**self.camera, **headers}
        if role.isdigit():
            headers = {**self.agents[int(role)].headers, **headers}
        browser = self.browsers.get(role, self.browsers["nobody"])
        return browser.open(address, method=method, headers=headers, buffered=True, **request)

    def complaints(self) -> list[str]:
        """What was heard since the last time."""
        heard, self.heard[:] = list(self.heard), []
        return heard


class _Ear(logging.Handler):
    """Hears errors of every library that logs."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(logging.Formatter().format(record)[-2000:])


@contextmanager
def opened(folder: Path, random: Random) -> Iterator[School]:
    """A school of its own in ``folder``, whose passwords are hashed quickly."""
    template = folder.parent / "template.db"
    if not template.exists():
        upgrade(f"sqlite:///{template}")
    folder.mkdir(parents=True)
    store = shutil.copy(template, folder / "store.db")
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    heard: list[str] = []

    def listen(_logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        if method in ("error", "exception", "critical"):
            heard.append(repr({**event, "exc_info": repr(event.get("exc_info"))}))
        raise structlog.DropEvent

    ear, before = _Ear(heard), structlog.get_config()
    with mock.patch.object(passwords, "PasswordHasher", quick):
        passwords._hasher.cache_clear()
        structlog.configure(processors=[listen])
        logging.getLogger().addHandler(ear)
        world = make_world(
            f"sqlite:///{store}", folder, passwords.hash_password(PASSWORD),
            agent_requests_per_second=MANY, address_requests_per_second=MANY,
            guesses_per_minute=MANY, signin_failures_per_hour=MANY,
        )  # fmt: skip
        try:
            yield _furnished(world, heard, random)
        finally:
            world.app.close()
            logging.getLogger().removeHandler(ear)
            structlog.configure(**before)
            passwords._hasher.cache_clear()
            shutil.rmtree(folder, ignore_errors=True)


def _furnished(world: World, heard: list[str], random: Random) -> School:
    over = world.lecture(CourseMode.OPEN)
    write_report(world, over)
    live = world.lecture(CourseMode.OPEN)
    alike = world.lecture(CourseMode.ANONYMOUS)
    others = [world.lecture(CourseMode.ROSTER), world.lecture(CourseMode.OPEN, Policy.AGGREGATE),
              world.lecture(CourseMode.OPEN, Policy.SELF_REPORT)]  # fmt: skip
    choices = {"class_mood": True, "flags": True, "room": True}
    agents = [world.join(live, name=f"S{n}", choices=choices) for n in range(STUDENTS)]
    agents += [world.join(alike, choices=choices) for _ in range(STUDENTS)]
    agents += [world.join(one, name="Zoe") for one in others[1:]]
    world.clock.forward(seconds=60)
    for one in agents[:STUDENTS]:
        consents.admit(world.store, one.id)
        one.send([world.observation(world.clock.now, random.randrange(7)) for _ in range(3)])
    flag = flags.raise_flag(
        world.store, lecture_id=live.id, participant_id=agents[0].id, kind=FlagKind.SAD,
        raised_at=world.clock(), evidence={}, reason="low",
    )  # fmt: skip
    flags.ask(world.store, flag.id, world.clock())
    browsers = {name: world.browser(name) for name in ("tara", "otto", "ada")}
    browsers |= {"nobody": world.client(), "student": world.client()}
    browsers["student"].get(agents[1].recovery)
    room = browsers["tara"].post(
        f"{API}/lectures/{alike.id}/room", json={"everybody_agreed": True}, headers=SAME_ORIGIN
    )
    secret = room.json["link"].partition("#room=")[2]
    tickets = [_ticket(world, live.code, n) for n in range(_TICKETS)]
    world.app.board.tick(world.clock.forward(seconds=30))
    return School(
        world, browsers, agents, {"Authorization": f"Bearer {secret}"},
        lectures=[str(one.id) for one in (live, over, alike, *others)], over=str(over.id),
        alike=str(alike.id), course=str(over.course_id),
        named=[str(one) for one in (flag.id, agents[0].id, world.users["tara"].id,
                                    world.courses[CourseMode.OPEN].id, world.students[0].id)],
        codes=[one.code for one in (live, alike, *others, over)],
        tickets=tickets, links=[world.link(one) for one in world.students], heard=heard,
    )  # fmt: skip


def _ticket(world: World, code: str, number: int) -> tuple[str, str]:
    asked = world.client().post(f"{API}/join", json={"code": code, "name": f"T{number}"}).json
    return asked["ticket"], asked["notice"]["version"]
