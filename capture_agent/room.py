"""``--room``: one camera for many, from the teacher's link to an exit code, wired together."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.outbox import Outbox, forget_stale, outbox_folder
from capture_agent.delivery.transport import Transport
from capture_agent.errors import RefusedError, SettingsError
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import Vision, load_room_vision
from capture_agent.room_agent import RoomAgent
from capture_agent.settings import AgentSettings
from capture_agent.sources.choosing import open_source
from capture_agent.terminal.consent import DeclinedError, told_fields
from capture_agent.terminal.console import Console, Terminal
from capture_agent.terminal.program import exit_code, stop_on_signals
from contract.observations import ROOM_LEAST, RoomFace, RoomObservation
from contract.room import RoomFacts
from models.inference.face_detector import MANY_PRESENCE

QUESTION: Final = "Has everybody whom this camera will see been told of it, and agreed?"


@dataclass(frozen=True, slots=True)
class RoomInvitation:
    """What the teacher's link says."""

    link: str
    secret: str


def read_room_link(word: str) -> RoomInvitation:
    """A room's link, such as ``https://school.example/join/ABC234#room=SECRET``.

    Raises SettingsError: a lecture's code alone opens no room.
    """
    secret = dict(parse_qsl(urlsplit(word).fragment)).get("room", "")
    if not secret:
        raise SettingsError(
            "--room needs the room's link, which the teacher gets by allowing it on the live "
            "page; a lecture's code or a personal link opens none."
        )
    return RoomInvitation(word, secret)


def run(
    settings: AgentSettings,
    console: Console | None = None,
    *,
    vision: Callable[[], Vision] = load_room_vision,
    clock: Clock | None = None,
    connect: Callable[[str, Clock, ClockCorrection], Transport] = Transport,
) -> int:
    """Run one room's camera until its source, its operator or its permission ends; the exit code.

    0: done, and what was captured is with the server or safe in the outbox. 1: something went
    wrong, or the room was ended, which was said in one sentence.
    """
    said_to, time = console or Terminal(), clock or Clock()
    return exit_code(said_to, lambda: _run(settings, said_to, vision, time, connect))


def _run(
    settings: AgentSettings,
    console: Console,
    vision: Callable[[], Vision],
    clock: Clock,
    connect: Callable[[str, Clock, ClockCorrection], Transport],
) -> int:
    invitation = read_room_link(settings.join)
    source = open_source(
        settings.source, clock,
        realtime=settings.realtime, loop=settings.loop, warn=console.warn,
    )  # fmt: skip
    pipeline = Pipeline(vision(), least_present=MANY_PRESENCE)
    folder = outbox_folder(settings.state, settings.server, invitation.link, "room")
    forget_stale(settings.state, clock.now())
    correction = ClockCorrection()
    with (
        closing(source),
        closing(connect(settings.server, clock, correction)) as transport,
        closing(Outbox(folder, settings.outbox_items)) as outbox,
    ):
        try:
            facts = transport.room(invitation.secret)
            _show(facts, console)
            if not settings.yes and not console.ask(QUESTION):
                raise DeclinedError("Then nothing is captured, and nothing was sent.")
        except RefusedError:
            outbox.destroy()
            raise
        except BaseException:
            if not outbox.waiting():
                outbox.destroy()
            raise
        with stop_on_signals(clock):
            return RoomAgent(
                settings, console, clock, correction, source, pipeline, outbox,
                invitation.secret, transport.send, correction.local(facts.lecture.started_at),
            ).run()  # fmt: skip


def _show(facts: RoomFacts, console: Console) -> None:
    """What is looked at, on whose agreement, and every field that will be sent."""
    console.say(f"{facts.lecture.course}: {facts.lecture.title}")
    console.say(
        f"The teacher allows one camera to look at the whole room. {facts.agreed} participants "
        "chose that it may see them; it ends when one of them takes that back."
    )
    console.say("")
    console.say(f"Sent once a second where at least {ROOM_LEAST} faces are in view, and no more:")
    for line in (*told_fields(RoomObservation), "  and of each face:", *told_fields(RoomFace)):
        console.say(line)
    console.say("")
