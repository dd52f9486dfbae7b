"""The pages of students as values: joining, and what is theirs."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from contract import Choices, Policy
from contract.exchange import PulseMood
from dashboard.pages.join import page
from dashboard.pages.student import me, self_report
from db.values import (
    ErasureRequest,
    Lecture,
    Participant,
    ParticipantStatus,
    SelfReport,
)
from services.live.values import LivePoint
from services.reading.own import Kept, MayChoose, Standing
from tests.builders.pages import COURSE, LECTURE, NOW, SHARES, text_of


def test_join_gives_the_exact_command_and_what_is_sent() -> None:
    text = text_of(page.layout(LECTURE, COURSE, "https://school.example"))
    assert "classpulse agent --server https://school.example --join ABC234" in text
    assert "no picture, no sound, no text" in text
    over = text_of(page.layout(replace(LECTURE, ended_at=NOW), COURSE, "https://x"))
    assert "opens nothing any more" in over
    pulse = text_of(page.layout(replace(LECTURE, policy=Policy.SELF_REPORT), COURSE, "https://x"))
    assert "classpulse agent" not in pulse
    assert "seven numbers" not in pulse


ANA = Participant(
    uuid4(), LECTURE.id, None, "Ana", ParticipantStatus.ADMITTED, False,
    Choices(class_mood=True, flags=True), NOW, None,
)  # fmt: skip


def me_page(participant: Participant = ANA, *, lecture: Lecture = LECTURE, **kept: Any) -> str:
    told = {"points": [], "seconds": 0, "self_reports": (), "flags": (), "request": None, **kept}
    standing = Standing(participant, lecture, COURSE, None, None)
    return text_of(me.layout(standing, Kept(**told), MayChoose(shown=True, room=True)))


def test_me_says_what_is_stored_and_what_can_be_done() -> None:
    said = me_page(points=[LivePoint(0, SHARES, None, None, 1)], seconds=1976)
    assert "1,976 seconds as numbers, no picture" in said
    assert "the class mood and check-ins by your teacher" in said
    gone = replace(ANA, withdrawn_at=NOW, status=ParticipantStatus.WITHDRAWN)
    assert "taken back at 10:38" in me_page(gone)
    assert "Open your own link" in text_of(me.stranger())


def test_me_asks_only_who_takes_part_while_it_runs() -> None:
    assert "How is it going?" in me_page()
    assert "has not admitted you yet" in me_page(replace(ANA, status=ParticipantStatus.WAITING))
    for status in (ParticipantStatus.WITHDRAWN, ParticipantStatus.REFUSED):
        assert "How is it going?" not in me_page(replace(ANA, status=status))
    assert "How is it going?" not in me_page(lecture=replace(LECTURE, ended_at=NOW))


def test_a_private_question_stands_first_and_the_last_answer_is_said() -> None:
    said = SelfReport(uuid4(), ANA.id, NOW, PulseMood.LOST)
    shown = text_of(self_report.panel(Standing(ANA, LECTURE, COURSE, said, uuid4())))
    assert shown.index("check in with you") < shown.index("How is it going?")
    assert "You said “I am lost” at 10:38" in shown


def test_me_tells_what_became_of_the_wish_to_be_erased() -> None:
    asked = ErasureRequest(uuid4(), ANA.id, None, LECTURE.id, NOW, None, None, None)
    assert "You asked the school on 21 November 2026" in me_page(request=asked)
    declined = replace(asked, answered_at=NOW, verdict="declined", note="An exam is open.")
    assert "did not delete it: An exam is open." in me_page(request=declined)
