"""The composition root of the agent: from settings to an exit code, everything wired together."""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from capture_agent.agent import Agent
from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.outbox import Kind, Outbox, forget_stale, outbox_folder
from capture_agent.delivery.session import Session
from capture_agent.delivery.transport import Transport
from capture_agent.errors import (
    DeliveryError,
    NotAcceptedError,
    RefusedError,
    SettingsError,
)
from capture_agent.perception.pipeline import Pipeline
from capture_agent.perception.vision import Vision, load_vision
from capture_agent.sampling.baseline import QUESTION
from capture_agent.settings import AgentSettings
from capture_agent.sources.choosing import open_source
from capture_agent.terminal import consent
from capture_agent.terminal.console import Console, Terminal
from capture_agent.terminal.preview import Recording, Stage, View, Window, can_show_windows
from capture_agent.terminal.program import exit_code, stop_on_signals
from capture_agent.terminal.run_summary import given_up_words
from contract.exchange import LectureState


@dataclass(frozen=True, slots=True)
class _Opened:
    """A session, whether it was agreed to just now, and whether its lecture has ended."""

    session: Session
    new: bool = False
    ended: bool = False


def run(
    settings: AgentSettings,
    console: Console | None = None,
    *,
    vision: Callable[[], Vision] = load_vision,
    clock: Clock | None = None,
) -> int:
    """Run one agent until its source, its student or its lecture ends; the exit code.

    0: done, and what was captured is with the server or safe in the outbox. 1: something went
    wrong, which was said in one sentence.
    """
    said_to, time = console or Terminal(), clock or Clock()
    return exit_code(said_to, lambda: _run(settings, said_to, vision, time))


def _run(
    settings: AgentSettings, console: Console, vision: Callable[[], Vision], clock: Clock
) -> int:
    if settings.annotate is not None:
        # A video has one rate.
        steady = {"most_frames_per_second": settings.frames_per_second}
        settings = settings.model_copy(update=steady)
    invitation = consent.read_invitation(settings.join)
    # What can fail without the server fails before the student is asked anything.
    source = open_source(
        settings.source, clock,
        realtime=settings.realtime, loop=settings.loop, warn=console.warn,
    )  # fmt: skip
    pipeline = Pipeline(vision())
    if settings.annotate is not None and not settings.annotate.parent.is_dir():
        raise SettingsError(f"There is no folder {settings.annotate.parent} to write a video into.")
    folder = outbox_folder(settings.state, settings.server, settings.join, settings.name)
    forget_stale(settings.state, clock.now())
    correction = ClockCorrection()
    with (
        closing(source),
        closing(Transport(settings.server, clock, correction)) as transport,
        closing(Outbox(folder, settings.outbox_items)) as outbox,
    ):
        try:
            opened = _open_session(
                settings, invitation, console, clock, correction, outbox, transport
            )
            helps = opened.new and opened.session.baseline_helps
            baseline = helps and console.interactive and console.ask(QUESTION)
        except BaseException:
            if outbox.session() is None:
                # Nobody agreed to anything, so nothing of this visit stays.
                outbox.destroy()
            raise
        with closing(_open_stage(settings, console)) as stage, stop_on_signals(clock):
            return Agent(
                settings, console, clock, correction, source, pipeline, outbox, opened.session,
                transport, stage,
            ).run(lecture_ended=opened.ended, baseline=baseline)  # fmt: skip


def _open_stage(settings: AgentSettings, console: Console) -> Stage:
    views: list[View] = []
    if settings.annotate is not None:
        views.append(Recording(settings.annotate, settings.frames_per_second))
    if settings.preview:
        if threading.current_thread() is threading.main_thread() and can_show_windows():
            views.append(Window())
        else:
            console.warn("No window can be shown here (is there a display?); going on without it.")
    return Stage(views)


def _open_session(
    settings: AgentSettings,
    invitation: consent.Invitation,
    console: Console,
    clock: Clock,
    correction: ClockCorrection,
    outbox: Outbox,
    transport: Transport,
) -> _Opened:
    """The saved session where the server still knows it, else a new one."""
    session = Session.read(outbox.session())
    if session is None:
        # Without a session nothing can say whose these items were.
        outbox.clear()
    else:
        correction.assume(timedelta(milliseconds=session.clock_offset_ms))
        try:
            answer = transport.send(Kind.OBSERVATION, [], session.token)
        except (DeliveryError, NotAcceptedError) as error:
            console.say(f"Going on in {session.title} ({session.course}). {error}")
            return _Opened(session)
        except RefusedError as error:
            given_up = outbox.clear()
            console.warn(f"The earlier session is over: {error} {given_up_words(given_up)}".strip())
        else:
            console.say(f"Going on in {session.title} ({session.course}).")
            ended = answer.lecture is LectureState.ENDED
            if ended:
                console.say("The lecture has ended: nothing is captured, what waits is sent.")
            return _Opened(session, ended=ended)
    if urlsplit(settings.server).scheme == "http" and not _is_local(settings.server):
        console.warn("This address is not encrypted (http): others on the network can read along.")
    session = consent.join(
        transport,
        console,
        clock,
        server=settings.server,
        invitation=invitation,
        name=settings.name,
        guardian=settings.guardian,
        use_earlier=settings.yes,
    )
    outbox.save_session(
        session.model_copy(update={"clock_offset_ms": correction.offset_ms}).model_dump_json()
    )
    return _Opened(session, new=True)


def _is_local(server: str) -> bool:
    return urlsplit(server).hostname in ("localhost", "127.0.0.1", "::1")
