from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from capture_agent.delivery.session import Session
from capture_agent.errors import AgentError, NoAnswerError, SettingsError
from capture_agent.terminal import consent
from capture_agent.terminal.consent import DeclinedError, Invitation, fields_sent, read_invitation
from contract.exchange import (
    ConsentAnswer,
    ConsentRequest,
    JoinAnswer,
    JoinRequest,
    LectureFacts,
    LectureState,
)
from contract.notice import notice_for
from contract.observations import Observation
from contract.policy import Choices, CourseMode, Policy

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TOKEN = "a-personal-token-of-ana"


class FakeConsole:
    """Answers as told and remembers what was said and asked."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.said: list[str] = []
        self.asked: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    warn = status = say

    def ask(self, question: str) -> bool:
        self.asked.append(question)
        if not self.answers:
            raise NoAnswerError(f"Nobody answered {question!r}.")
        return self.answers.pop(0)


class FakeTransport:
    def __init__(
        self,
        policy: Policy = Policy.INDIVIDUAL,
        mode: CourseMode = CourseMode.OPEN,
        consented: Choices | None = None,
    ) -> None:
        self.policy, self.mode, self.consented = policy, mode, consented
        self.joins: list[JoinRequest] = []
        self.consents: list[ConsentRequest] = []

    def join(self, request: JoinRequest) -> JoinAnswer:
        self.joins.append(request)
        lecture = LectureFacts(
            id=UUID(int=1),
            title="Fractions",
            course="Maths 7b",
            mode=self.mode,
            state=LectureState.RUNNING,
            started_at=NOW,
        )
        return JoinAnswer(
            lecture=lecture,
            policy=self.policy,
            notice=notice_for(self.policy),
            ticket="ticket",
            consented=self.consented,
        )

    def consent(self, request: ConsentRequest) -> ConsentAnswer:
        self.consents.append(request)
        return ConsentAnswer(
            token="secret", participant=UUID(int=2), recovery_link="/me/door", admitted=False
        )


def join(
    transport: Any,
    console: FakeConsole,
    fake_time: Any,
    *,
    link: str | None = None,
    use_earlier: bool = False,
    guardian: str | None = None,
) -> Session:
    return consent.join(
        transport,
        console,
        fake_time.clock,
        server="http://school.example",
        invitation=Invitation("ABC234", link),
        name="Ana",
        guardian=guardian,
        use_earlier=use_earlier,
    )


@pytest.mark.parametrize(
    ("answers", "choices"),
    [
        ((True, True, True, False), Choices(class_mood=True, flags=True, ask_first=True)),
        ((True, True, False, True), Choices(class_mood=True, flags=True, room=True)),
        ((True, False, True), Choices(class_mood=True, room=True)),
        ((True, False), Choices(class_mood=True)),
    ],
)
def test_each_choice_is_asked_and_sent_with_the_notice_that_was_shown(
    answers: tuple[bool, ...], choices: Choices, fake_time: Any
) -> None:
    transport, console = FakeTransport(), FakeConsole(*answers)
    session = join(transport, console, fake_time)
    assert len(console.asked) == (4 if choices.flags else 3)
    assert not console.answers
    (sent,) = transport.consents
    assert sent.choices == session.choices == choices
    assert sent.notice_version == notice_for(Policy.INDIVIDUAL).version
    assert (session.token, session.participant) == ("secret", UUID(int=2))
    assert transport.joins == [JoinRequest(code="ABC234", name="Ana")]


def test_the_student_sees_lecture_policy_notice_and_every_field_before_being_asked(
    fake_time: Any,
) -> None:
    console = FakeConsole(False)
    with pytest.raises(DeclinedError):
        join(FakeTransport(), console, fake_time)
    shown = "\n".join(console.said)
    for part in ("Maths 7b: Fractions", "individual", notice_for(Policy.INDIVIDUAL).text):
        assert part in shown
    for name in Observation.model_fields:
        assert f"  {name}: " in shown, name
    assert [name for name, _ in fields_sent()] == list(Observation.model_fields)


def test_a_no_sends_nothing(fake_time: Any) -> None:
    transport = FakeTransport()
    with pytest.raises(DeclinedError, match="nothing was sent"):
        join(transport, FakeConsole(False), fake_time)
    assert transport.consents == []


@pytest.mark.parametrize(
    ("policy", "mode"),
    [(Policy.AGGREGATE, CourseMode.OPEN), (Policy.INDIVIDUAL, CourseMode.ANONYMOUS)],
)
def test_what_is_never_shown_is_not_asked(policy: Policy, mode: CourseMode, fake_time: Any) -> None:
    console = FakeConsole(True)
    session = join(FakeTransport(policy, mode), console, fake_time)
    assert [question.partition(" ")[0] for question in console.asked] == ["May", "If"]
    assert session.choices == Choices(class_mood=True)


def test_where_nothing_is_inferred_nothing_is_captured(fake_time: Any) -> None:
    with pytest.raises(AgentError, match="nothing be inferred from faces"):
        join(FakeTransport(Policy.SELF_REPORT), FakeConsole(), fake_time)


def test_yes_goes_on_with_earlier_choices_only_with_a_link_that_has_them(fake_time: Any) -> None:
    earlier = Choices(class_mood=True, flags=True)
    console = FakeConsole()
    session = join(
        FakeTransport(consented=earlier), console, fake_time, link=TOKEN, use_earlier=True
    )
    assert session.choices == earlier
    assert console.asked == []
    for link, known in ((None, earlier), (TOKEN, None)):
        console = FakeConsole(True, False)
        join(FakeTransport(consented=known), console, fake_time, link=link, use_earlier=True)
        assert console.asked
        assert any("--yes needs" in line for line in console.said)


def test_who_does_not_answer_has_not_agreed_to_a_room(fake_time: Any) -> None:
    """It stands for the others' choice too."""
    transport = FakeTransport(Policy.AGGREGATE)
    session = join(transport, FakeConsole(True), fake_time)
    (sent,) = transport.consents
    assert sent.choices == session.choices == Choices(class_mood=True, room=False)


def test_who_does_not_answer_at_all_has_agreed_to_nothing(fake_time: Any) -> None:
    transport = FakeTransport()
    with pytest.raises(NoAnswerError):
        join(transport, FakeConsole(), fake_time)
    assert transport.consents == []


def test_the_guardian_is_passed_on(fake_time: Any) -> None:
    transport = FakeTransport()
    join(transport, FakeConsole(True, False), fake_time, guardian="Eva")
    assert transport.consents[0].guardian == "Eva"


@pytest.mark.parametrize(
    ("word", "invitation"),
    [
        ("abc234", Invitation("ABC234")),
        (f"https://s.example/join/ABC234?link={TOKEN}", Invitation("ABC234", TOKEN)),
        (f"https://s.example/join?code=abc234&link={TOKEN}", Invitation("ABC234", TOKEN)),
        (f"https://s.example/join/ABC234#link={TOKEN}", Invitation("ABC234", TOKEN)),
        ("https://s.example/join/ABC234", Invitation("ABC234")),
    ],
)
def test_codes_and_links_are_read(word: str, invitation: Invitation) -> None:
    assert read_invitation(word) == invitation


@pytest.mark.parametrize(
    ("invitation", "name", "rule"),
    [
        (Invitation("ABC"), "Ana", "six capital letters or digits from 2 to 9"),
        (Invitation("ABC234", "short"), "Ana", "not complete"),
        (Invitation("ABC234"), "A" * 201, "1 to 200 signs"),
    ],
)
def test_a_bad_invitation_is_said_in_words(
    invitation: Invitation, name: str, rule: str, fake_time: Any
) -> None:
    with pytest.raises(SettingsError, match=rule):
        consent.join(
            FakeTransport(),  # type: ignore[arg-type]
            FakeConsole(),
            fake_time.clock,
            server="http://school.example",
            invitation=invitation,
            name=name,
            guardian=None,
            use_earlier=False,
        )
    with pytest.raises(SettingsError, match="names no lecture's code"):
        read_invitation("https://s.example/join")


def test_a_session_is_read_back_and_a_strange_one_is_not(fake_time: Any) -> None:
    session = join(FakeTransport(), FakeConsole(True, False), fake_time)
    assert Session.read(session.model_dump_json()) == session
    assert Session.read('{"server": 3}') is None
    assert Session.read(None) is None
