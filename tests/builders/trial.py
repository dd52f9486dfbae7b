"""A furnished school, with one of everything that the promises speak of, and who may ask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from contract.flags import FlagKind
from contract.policy import CourseMode, Policy
from db.engine.secrets import mint
from db.people import consents, erasure_requests
from db.teaching import flags, rooms
from services import (
    access,
)
from services.access import OperatorActor, ParticipantActor, RoomActor, UserActor
from tests.builders.promises import CALLERS, Promise
from tests.builders.sandbox import Sandbox
from tests.builders.world import World
from tests.integration.dashboard.api.test_lectures import write_report

HERE: Final = {"Origin": "http://localhost"}
POLICIES: Final = (None, *Policy)


def may(promise: Promise, role: str, policy: Policy | None) -> bool:
    """What the table says; a lecture keeps the policy it was started under, ``individual`` here,
    when the school takes its own back."""
    if policy is None and not promise.on & {"school", "course"}:
        policy = Policy.INDIVIDUAL
    return role in promise.who and policy in promise.policies


@dataclass
class Trial:
    """A school under one policy, somebody in each role, and ids to fill in."""

    policy: Policy | None
    world: World
    sandbox: Sandbox
    actors: Mapping[str, Any]
    clients: Mapping[str, Any]
    headers: Mapping[str, Mapping[str, str]]
    lecture: Any
    over: Any
    ana: Any
    flag: Any
    request: Any

    @property
    def services(self) -> Any:
        return self.world.app.services

    @contextmanager
    def undone(self, client: Any = None) -> Iterator[None]:
        """Whatever is done or signed out of meanwhile is as before at the end."""
        cookies = None if client is None else dict(client._cookies)
        with self.sandbox.undone():
            yield
        if client is not None:
            client._cookies = cookies

    def fill(self, address: str) -> str:
        lecture = self.over if "report" in address else self.lecture
        filled = address.replace("<uuid:lecture_id>", str(lecture.id))
        filled = filled.replace("<uuid:course_id>", str(self.over.course_id))
        return filled.replace("<uuid:known_as>", str(self.ana.id))


def furnished(world: World, sandbox: Sandbox, policy: Policy | None) -> Trial:
    store, kept = world.store, policy or Policy.INDIVIDUAL
    world.set_policy(policy)
    lecture, over, elsewhere = (world.lecture(CourseMode.OPEN, kept) for _ in range(3))
    choices = {"class_mood": True, "flags": True, "room": True}
    class_of_six = [world.join(lecture, name=f"S{n}", choices=choices) for n in range(6)]
    for student in class_of_six:
        consents.admit(store, student.id)
    ana, ben = class_of_six[:2]
    stray = world.join(elsewhere, name="Zoe")
    write_report(world, over)
    secret = mint()
    room = rooms.allow(store, lecture.id, secret, user_id=world.users["tara"].id, now=world.clock())
    flag = flags.raise_flag(
        store, lecture_id=lecture.id, participant_id=ana.id, kind=FlagKind.SAD,
        raised_at=world.clock(), evidence={}, reason="",
    )  # fmt: skip
    flags.ask(store, flag.id, world.clock())
    asked = erasure_requests.ask(store, ana.id, world.clock())
    world.app.board.tick(world.clock.forward(seconds=30))
    own_pages = {"student": ana, "other student": ben}
    clients = {name: world.client() for name in CALLERS}
    for name, student in own_pages.items():
        clients[name].get(student.recovery)
    logins = {"teacher": "tara", "other teacher": "otto", "admin": "ada"}
    clients |= {role: world.browser(login) for role, login in logins.items()}
    taught = frozenset(course.id for course in world.courses.values())
    actors = {
        "stranger": access.Nobody(),
        "student": ParticipantActor(ana.id, lecture.id),
        "other student": ParticipantActor(ben.id, lecture.id),
        "teacher": UserActor(world.users["tara"], taught),
        "other teacher": UserActor(world.users["otto"], frozenset()),
        "admin": UserActor(world.users["ada"]),
        "camera": RoomActor(room.id, lecture.id),
        "operator": OperatorActor(),
    }
    headers = {
        "agent": ana.headers,
        "other lecture's agent": stray.headers,
        "camera": {"Authorization": f"Bearer {secret}"},
    }
    return Trial(policy, world, sandbox, actors, clients, headers, lecture, over, ana, flag, asked)
