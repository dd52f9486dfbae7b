"""From a code to an agreement to a token, in every course mode, and all that may go wrong."""

from dataclasses import replace
from typing import Any

import pytest

from contract.notice import NOTICE_VERSION
from contract.policy import CourseMode, Policy
from dashboard.api import limits
from db.people import consents, courses
from db.teaching import lectures
from db.values import ParticipantStatus

YES = {"class_mood": True, "flags": True, "ask_first": False}


def agree(world: Any, ticket: str, **extra: Any) -> Any:
    body = {"ticket": ticket, "notice_version": NOTICE_VERSION, "choices": YES, **extra}
    return world.client().post("/api/v1/consents", json=body)


def test_an_open_course_takes_a_name_and_lets_the_student_wait(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    joined = world.client().post("/api/v1/join", json={"code": lecture.code, "name": " Ana "}).json
    assert joined["lecture"]["title"] == "Algebra"
    assert joined["policy"] == "individual"
    assert "never pictures" in joined["notice"]["text"]
    agreed = agree(world, joined["ticket"])
    assert agreed.status_code == 201
    assert agreed.json["admitted"] is False
    student = consents.by_recovery(world.store, agreed.json["recovery_link"].removeprefix("/me/"))
    assert student is not None
    assert (student.name, student.status, student.verified) == (
        "Ana", ParticipantStatus.WAITING, False,
    )  # fmt: skip


def test_a_personal_link_opens_the_courses_lectures_until_a_new_one_is_made(world: Any) -> None:
    link, ids = world.link(world.students[0]), []
    for _ in range(2):
        lecture = world.lecture(CourseMode.ROSTER)
        ana = world.join(lecture, link=link)
        found = consents.participant(world.store, ana.id)
        assert found is not None
        assert (found.name, found.verified, ana.agreed["admitted"]) == ("Ana", True, True)
        ids.append(ana.id)
        lectures.end(world.store, lecture.id, world.clock.forward(minutes=1))
    assert len(set(ids)) == 2
    world.link(world.students[0])
    lecture = world.lecture(CourseMode.ROSTER)
    lost = world.client().post("/api/v1/join", json={"code": lecture.code, "link": link})
    assert lost.status_code == 403
    assert "personal link ended at" in lost.json["detail"]


def test_a_personal_link_for_one_lecture_is_taken_once(world: Any) -> None:
    lecture = world.lecture(CourseMode.ROSTER)
    link = courses.issue_link(
        world.store, world.students[0].id, now=world.clock(), lecture_id=lecture.id
    )
    ana = world.join(lecture, link=link)
    assert ana.agreed["admitted"] is True
    found = consents.participant(world.store, ana.id)
    assert found is not None
    assert (found.name, found.verified) == ("Ana", True)
    again = world.client().post("/api/v1/join", json={"code": lecture.code, "link": link})
    assert again.status_code == 403
    assert "works only once" in again.json["detail"]


def test_a_second_device_replaces_the_first(world: Any) -> None:
    lecture, link = world.lecture(CourseMode.ROSTER), world.link(world.students[0])
    first, second = (world.join(lecture, link=link) for _ in range(2))
    assert second.id == first.id
    assert first.send([]).status_code == 401
    assert second.send([]).status_code == 200


def test_earlier_choices_of_the_course_come_back(world: Any) -> None:
    world.join(world.lecture(CourseMode.ROSTER), link=world.link(world.students[0]), choices=YES)
    next_week = world.lecture(CourseMode.ROSTER)
    joined = world.client().post(
        "/api/v1/join", json={"code": next_week.code, "link": world.link(world.students[0])}
    )
    assert joined.json["consented"] == YES | {"room": False}


def test_an_anonymous_course_keeps_no_name_and_no_wish_to_be_seen(world: Any) -> None:
    ana = world.join(world.lecture(CourseMode.ANONYMOUS), name="Ana")
    found = consents.participant(world.store, ana.id)
    assert found is not None
    assert "Ana" not in found.name
    assert found.status is ParticipantStatus.ADMITTED
    assert found.choices.flags is False


@pytest.mark.parametrize(
    ("mode", "body", "status", "word"),
    [
        (CourseMode.OPEN, {"code": "ZZZZZZ", "name": "Ana"}, 404, "No lecture has the code"),
        (CourseMode.OPEN, {}, 422, "name"),
        (CourseMode.OPEN, {"name": "   "}, 422, "name"),
        (CourseMode.OPEN, {"name": "A\nB"}, 422, "name"),
        (CourseMode.OPEN, {"name": "Ana", "picture": "…"}, 422, "picture"),
        (CourseMode.OPEN, {"code": "abc"}, 422, "code"),
        (CourseMode.ROSTER, {"name": "Ana"}, 403, "personal link"),
        (CourseMode.ROSTER, {"link": "x" * 43}, 403, "not known"),
    ],
)
def test_a_join_that_cannot_be(
    world: Any, mode: CourseMode, body: dict[str, Any], status: int, word: str
) -> None:
    lecture = world.lecture(mode)
    answer = world.client().post("/api/v1/join", json={"code": lecture.code, **body})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert word in answer.json["detail"]


def test_a_link_of_another_course_opens_nothing(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    link = world.link(world.students[0])
    answer = world.client().post("/api/v1/join", json={"code": lecture.code, "link": link})
    assert answer.status_code == 403


def test_an_ended_lecture_cannot_be_joined_or_agreed_to(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    body = {"code": lecture.code, "name": "Ana"}
    joined = world.client().post("/api/v1/join", json=body).json
    lectures.end(world.store, lecture.id, world.clock.forward(minutes=1))
    assert world.client().post("/api/v1/join", json=body).status_code == 409
    assert agree(world, joined["ticket"]).status_code == 409


def test_a_ticket_works_once_and_for_a_while(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)

    def ticket() -> str:
        body = {"code": lecture.code, "name": "Ana"}
        return str(world.client().post("/api/v1/join", json=body).json["ticket"])

    used, late = ticket(), ticket()
    assert agree(world, used).status_code == 201
    assert agree(world, used).status_code == 403
    world.clock.forward(minutes=16)
    assert agree(world, late).status_code == 403
    assert agree(world, "no such ticket").status_code == 403


def test_only_the_notice_that_holds_now_can_be_agreed_to(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    joined = world.client().post("/api/v1/join", json={"code": lecture.code, "name": "Ana"}).json
    answer = agree(world, joined["ticket"], notice_version="2020-01-01")
    assert answer.status_code == 409
    assert NOTICE_VERSION in answer.json["detail"]


def test_a_school_may_ask_for_a_guardian(world: Any) -> None:
    world.set_policy(Policy.INDIVIDUAL, guardian_required=True)
    lecture = world.lecture(CourseMode.OPEN)
    joined = world.client().post("/api/v1/join", json={"code": lecture.code, "name": "Ana"}).json
    assert agree(world, joined["ticket"]).status_code == 422
    assert agree(world, joined["ticket"], guardian="Eva").status_code == 201


def test_a_policy_that_shows_no_rows_keeps_no_wish_to_be_seen(world: Any) -> None:
    ana = world.join(world.lecture(CourseMode.OPEN, Policy.AGGREGATE), name="Ana")
    found = consents.participant(world.store, ana.id)
    assert found is not None
    assert found.choices.flags is False


def test_guessing_codes_is_slowed_down_but_a_right_code_costs_nothing(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    right, wrong = {"code": lecture.code, "name": "Ana"}, {"code": "ZZZZZZ", "name": "Ana"}
    client = world.client()
    # However slow the machine is, no time passes in which a guess would be forgiven.
    bounds = world.app.flask.extensions[limits.EXTENSION]
    still = limits.GuessLimit(1, 60, lambda: 0.0)
    world.app.flask.extensions[limits.EXTENSION] = replace(bounds, guesses=still)
    for _ in range(80):
        assert client.post("/api/v1/join", json=right).status_code == 200
    answers = [client.post("/api/v1/join", json=wrong) for _ in range(61)]
    assert [answer.status_code for answer in answers[:60]] == [404] * 60
    assert answers[60].status_code == 429
    assert int(answers[60].headers["Retry-After"]) >= 1
    # Whoever types it right is let in, and the class that sits behind the same address.
    assert client.post("/api/v1/join", json=right).status_code == 200
    # But not while somebody tries one code after the other without an end.
    for _ in range(60 * (limits.HARDER - 1) - 1):
        assert client.post("/api/v1/join", json=wrong).status_code == 429
    assert client.post("/api/v1/join", json=right).status_code == 429
