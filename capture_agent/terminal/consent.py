"""Joining: the lecture, the policy and the notice are shown, and each choice is the student's."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError

from capture_agent.clock import Clock
from capture_agent.delivery.session import Session
from capture_agent.delivery.transport import Transport
from capture_agent.errors import AgentError, NoAnswerError, SettingsError
from capture_agent.terminal.console import Console
from capture_agent.terminal.controls import KEYS
from contract.base import Message
from contract.exchange import LONGEST_NAME, ConsentRequest, JoinAnswer, JoinRequest
from contract.observations import Observation
from contract.policy import Choices, CourseMode, Policy

_POLICIES = {
    Policy.INDIVIDUAL: "individual: class figures, and rows of the students who choose so",
    Policy.AGGREGATE: "aggregate: figures of the whole class only",
    Policy.SELF_REPORT: "self-report: nothing is inferred from faces",
}


SENT: Final = (
    "How your face looks: seven numbers between 0 and 1, one for each expression.",
    "Whether a face is there: the share of that second, and how many faces.",
    "Where your head is turned: three angles, and how open your eyes are.",
    "Nothing else: no picture, no sound, no text; the server refuses anything more.",
)
"""What is sent, in the words of the page that students join by."""


class DeclinedError(AgentError):
    """The student said no. Nothing was captured, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What ``--join`` said: the lecture's code, and the token of a personal link."""

    code: str
    link: str | None = None


def read_invitation(word: str) -> Invitation:
    """A code of six signs, or a link that holds the code and a personal token.

    Links look like ``https://school.example/join/ABC234?link=TOKEN``; the code may also stand in
    ``code=``, and either part behind ``#``. Raises SettingsError.
    """
    if "://" not in word:
        return Invitation(code=word.strip().upper())
    parts = urlsplit(word)
    fields = dict(parse_qsl(parts.query)) | dict(parse_qsl(parts.fragment))
    code = fields.get("code") or parts.path.rstrip("/").rpartition("/")[2]
    if not code or code == "join":
        raise SettingsError(f"The link {parts.path!r} names no lecture's code.")
    return Invitation(code=code.upper(), link=fields.get("link"))


def join(
    transport: Transport,
    console: Console,
    clock: Clock,
    *,
    server: str,
    invitation: Invitation,
    name: str | None,
    guardian: str | None,
    use_earlier: bool,
) -> Session:
    """Join the lecture and agree to it, asking the student.

    Raises DeclinedError where the student says no, NoAnswerError where nobody answers, and the
    transport's errors.
    """
    answer = transport.join(_request(invitation, name))
    _show(answer, console)
    if answer.policy is Policy.SELF_REPORT:
        raise AgentError(
            "This school lets nothing be inferred from faces, so there is nothing to capture; "
            f"answer the one-tap question in a browser instead: {server}/join"
        )
    choices = _choose(answer, console, invitation, use_earlier)
    if not choices.class_mood:
        raise DeclinedError("You said no, so nothing is captured and nothing was sent.")
    agreed = transport.consent(
        ConsentRequest(
            ticket=answer.ticket,
            notice_version=answer.notice.version,
            choices=choices,
            guardian=guardian,
        )
    )
    console.say(f"Your own page, to see or delete what was sent: {server}{agreed.recovery_link}")
    if not agreed.admitted:
        console.say("Your teacher has not admitted you yet; what you send waits until then.")
    return Session(
        server=server,
        lecture=answer.lecture.id,
        title=answer.lecture.title,
        course=answer.lecture.course,
        policy=answer.policy,
        participant=agreed.participant,
        token=agreed.token,
        recovery_link=agreed.recovery_link,
        choices=choices,
        joined_at=clock.now(),
        began_at=answer.lecture.started_at,
        baseline_helps=agreed.baseline,
    )


def fields_sent(kind: type[Message] = Observation) -> list[tuple[str, str]]:
    """Every field of what is sent and what it is, from the schema that the server enforces."""
    schema = kind.model_json_schema()
    return [(name, _meaning(prop, schema)) for name, prop in schema["properties"].items()]


def told_fields(kind: type[Message]) -> list[str]:
    """The same for a terminal, a field a line or more."""
    return [
        textwrap.fill(f"{name}: {meaning}", 96, initial_indent="  ", subsequent_indent="      ")
        for name, meaning in fields_sent(kind)
    ]


def _meaning(prop: dict[str, Any], schema: dict[str, Any]) -> str:
    if told := prop.get("description"):
        return str(told)
    for part in prop.get("anyOf", [prop]):
        reference = part.get("$ref", "").rpartition("/")[2]
        if reference:
            inner = schema["$defs"][reference]
            names = ", ".join(inner.get("properties", {}))
            summary = str(inner.get("description", "")).partition("\n")[0]
            return f"{names}: {summary}" if summary else names
    return str(prop.get("title", "")).lower()


def _request(invitation: Invitation, name: str | None) -> JoinRequest:
    try:
        return JoinRequest(code=invitation.code, link=invitation.link, name=name)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]["loc"][0]
        rule = {
            "code": "A lecture's code is six capital letters or digits from 2 to 9, "
            f"but this is {invitation.code!r}.",
            "link": "The personal link is not complete; copy it whole.",
        }.get(str(wrong), f"A name has 1 to {LONGEST_NAME} signs, but this is {name!r}.")
        raise SettingsError(rule) from error


def _show(answer: JoinAnswer, console: Console) -> None:
    lecture = answer.lecture
    console.say(f"{lecture.course}: {lecture.title}")
    console.say(f"The school's policy is {_POLICIES[answer.policy]}.")
    console.say("")
    console.say(answer.notice.text)
    console.say("")
    if answer.policy is not Policy.SELF_REPORT:
        console.say("What your camera sends, once a second:")
        for line in SENT:
            console.say(f"  {line}")
        console.say("")
        console.say("The same field by field, as the server accepts them, and no other:")
        for line in told_fields(Observation):
            console.say(line)
        console.say("")
        console.say(f"Whenever you like: {KEYS}.")
        console.say("You are asked now; nothing is captured or sent before you have said yes.")
        console.say("")


def _choose(
    answer: JoinAnswer, console: Console, invitation: Invitation, use_earlier: bool
) -> Choices:
    if use_earlier:
        if invitation.link is not None and answer.consented is not None:
            console.say("Going on with the choices you made before.")
            return answer.consented
        console.say("--yes needs a personal link that has agreed before, so you are asked.")
    return _ask(answer, console.ask)


def _ask(answer: JoinAnswer, ask: Callable[[str], bool]) -> Choices:
    if not ask("May your numbers count in the mood of the class?"):
        return Choices(class_mood=False)
    flags = first = False
    if answer.policy is Policy.INDIVIDUAL and answer.lecture.mode is not CourseMode.ANONYMOUS:
        flags = ask("May your teacher see your own row, and be told to check in with you?")
    if flags:
        first = ask("Should you be asked privately before a check-in is shown to your teacher?")
    try:
        room = ask(
            "If your teacher uses a camera for the whole room or the gallery view, may it see you?"
        )
    except NoAnswerError:
        # It stands for others' choice too: whoever does not answer has not agreed.
        room = False
    return Choices(class_mood=True, flags=flags, ask_first=first, room=room)
