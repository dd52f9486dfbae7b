"""From a ticket to an agreement and out of it again."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from contract.policy import Choices, CourseMode, Policy
from db.engine.secrets import mint
from db.errors import ConflictError, NotFoundError, TicketError
from db.people import consents, courses, tickets
from db.teaching import lectures
from db.values import Participant, ParticipantStatus
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting

ALL = Choices(class_mood=True, flags=True, ask_first=True)


def test_an_open_courses_student_waits_for_the_teacher(classroom: Sitting) -> None:
    participant = classroom.join()
    assert (participant.status, participant.verified) == (ParticipantStatus.WAITING, False)

    assert consents.admit(classroom.store, participant.id).status is ParticipantStatus.ADMITTED
    assert consents.refuse(classroom.store, participant.id, NOW).status is ParticipantStatus.REFUSED
    found = consents.participant(classroom.store, participant.id)
    assert found is not None
    assert found.status is ParticipantStatus.REFUSED


def test_a_rostered_student_is_admitted_and_verified(rostered: Sitting) -> None:
    ana = courses.add_student(rostered.store, rostered.course.id, "Ana", now=NOW)
    participant = rostered.join(ana)

    assert (participant.status, participant.verified) == (ParticipantStatus.ADMITTED, True)
    assert (participant.student_id, participant.name) == (ana.id, "Ana")


def test_an_anonymous_student_is_admitted_and_unverified(
    store: object, request: pytest.FixtureRequest
) -> None:
    classroom = Sitting.begin(store, mode=CourseMode.ANONYMOUS)  # type: ignore[arg-type]
    participant = classroom.join()
    assert (participant.status, participant.verified) == (ParticipantStatus.ADMITTED, False)


def test_a_ticket_works_once(classroom: Sitting) -> None:
    ticket = classroom.ticket()
    classroom.join(ticket=ticket)

    with pytest.raises(TicketError, match="works only once"):
        classroom.join(ticket=ticket)


def test_a_ticket_expires(classroom: Sitting) -> None:
    with pytest.raises(TicketError, match="expired"):
        classroom.join(ticket=classroom.ticket(expires_at=NOW))


def test_an_unknown_ticket_is_said_so(classroom: Sitting) -> None:
    with pytest.raises(TicketError, match="not known"):
        classroom.join(ticket=mint())


def test_a_used_ticket_keeps_no_name(classroom: Sitting) -> None:
    ticket = classroom.ticket()
    before = tickets.find_ticket(classroom.store, ticket)
    classroom.join(ticket=ticket)
    after = tickets.find_ticket(classroom.store, ticket)

    assert before is not None
    assert after is not None
    assert (before.name[:7], before.used_at) == ("Student", None)
    assert (after.name, after.used_at) == ("", NOW)


def test_a_personal_link_for_the_course_opens_lecture_after_lecture(rostered: Sitting) -> None:
    store = rostered.store
    ana = courses.add_student(store, rostered.course.id, "Ana", now=NOW)
    link = courses.find_link(store, courses.issue_link(store, ana.id, now=NOW))
    assert link is not None
    phone, laptop = mint(), mint()
    first = rostered.join(ticket=rostered.ticket(ana, link_id=link.id), token=phone)
    again = rostered.join(ticket=rostered.ticket(ana, link_id=link.id), token=laptop)

    # One student is one participant, whatever the device: a link adds nobody to a small group.
    assert again.id == first.id
    assert consents.agent_context(store, phone) is None
    assert len(consents.history(store, first.id)) == 2
    lectures.end(store, rostered.lecture.id, rostered.at(60))
    later = lectures.start(store, rostered.course.id, "Next", Policy.INDIVIDUAL, rostered.at(120))
    ticket = rostered.ticket(ana, link_id=link.id, lecture_id=later.id)
    assert rostered.join(ticket=ticket).lecture_id == later.id


def test_a_new_personal_link_for_the_course_ends_the_one_before(rostered: Sitting) -> None:
    store = rostered.store
    ana, bo = (courses.add_student(store, rostered.course.id, n, now=NOW) for n in ("Ana", "Bo"))
    lost, of_bo = (courses.issue_link(store, one.id, now=NOW) for one in (ana, bo))
    once = courses.issue_link(store, ana.id, now=NOW, lecture_id=rostered.lecture.id)
    held = courses.find_link(store, lost)
    assert held is not None
    ticket = rostered.ticket(ana, link_id=held.id)
    new = courses.issue_link(store, ana.id, now=NOW)

    with pytest.raises(TicketError, match="link ended at 2026"):
        rostered.join(ticket=ticket)
    ends = [courses.find_link(store, secret) for secret in (lost, of_bo, once, new)]
    assert [one and one.expires_at for one in ends] == [NOW, None, None, None]


def test_a_personal_link_for_one_lecture_works_once(rostered: Sitting) -> None:
    ana = courses.add_student(rostered.store, rostered.course.id, "Ana", now=NOW)
    secret = courses.issue_link(rostered.store, ana.id, now=NOW, lecture_id=rostered.lecture.id)
    link = courses.find_link(rostered.store, secret)
    assert link is not None
    assert (link.student, link.used_at) == (ana, None)
    first, second = (rostered.ticket(ana, link_id=link.id) for _ in range(2))
    rostered.join(ticket=first)

    with pytest.raises(TicketError, match="link was used"):
        rostered.join(ticket=second)
    untouched = tickets.find_ticket(rostered.store, second)
    assert untouched is not None
    assert untouched.used_at is None


def test_a_personal_link_expires(rostered: Sitting) -> None:
    ana = courses.add_student(rostered.store, rostered.course.id, "Ana", now=NOW)
    secret = courses.issue_link(rostered.store, ana.id, now=NOW, expires_at=NOW)
    link = courses.find_link(rostered.store, secret)
    assert link is not None
    with pytest.raises(TicketError, match="link ended"):
        rostered.join(ticket=rostered.ticket(ana, link_id=link.id))


def test_a_second_device_replaces_the_first(rostered: Sitting) -> None:
    ana = courses.add_student(rostered.store, rostered.course.id, "Ana", now=NOW)
    phone, laptop = mint(), mint()
    one = rostered.join(ana, token=phone)
    two = rostered.join(ana, token=laptop)

    assert one.id == two.id
    assert consents.agent_context(rostered.store, phone) is None
    context = consents.agent_context(rostered.store, laptop)
    assert context is not None
    assert context.participant == two
    assert len(consents.history(rostered.store, one.id)) == 2


def test_a_token_answers_all_that_ingest_needs(classroom: Sitting) -> None:
    token = mint()
    participant = classroom.join(token=token)
    context = consents.agent_context(classroom.store, token)

    assert context is not None
    assert context.participant == participant
    assert context.lecture == classroom.lecture
    assert context.course == classroom.course
    assert context.course_mode is CourseMode.OPEN
    assert context.choices == Choices(class_mood=True, flags=True)
    assert (context.withdrawn, context.admitted) == (False, False)
    lectures.end(classroom.store, classroom.lecture.id, classroom.at(60))
    ended = consents.agent_context(classroom.store, token)
    assert ended is not None
    assert ended.lecture.ended_at == classroom.at(60)
    assert consents.agent_context(classroom.store, mint()) is None
    assert consents.agent_context(classroom.store, "") is None


def test_withdrawing_is_seen_at_once_and_kept_as_history(classroom: Sitting) -> None:
    token = mint()
    participant = classroom.join(token=token)
    first = consents.withdraw(classroom.store, participant.id, classroom.at(60))
    again = consents.withdraw(classroom.store, participant.id, classroom.at(99))

    assert first == again
    assert (first.status, first.withdrawn_at) == (ParticipantStatus.WITHDRAWN, classroom.at(60))
    context = consents.agent_context(classroom.store, token)
    assert context is not None
    assert context.withdrawn
    (consent,) = consents.history(classroom.store, participant.id)
    assert consent.withdrawn_at == classroom.at(60)


@pytest.mark.parametrize("judge", [consents.admit, partial(consents.refuse, now=NOW)])
def test_who_withdrew_can_be_judged_no_more(
    classroom: Sitting, judge: Callable[..., Participant]
) -> None:
    participant = classroom.join()
    consents.withdraw(classroom.store, participant.id, NOW)
    with pytest.raises(ConflictError):
        judge(classroom.store, participant.id)
    with pytest.raises(ConflictError):
        consents.change_choices(classroom.store, participant.id, ALL, notice_version="1", now=NOW)


def test_agreeing_again_after_a_withdrawal_begins_anew(rostered: Sitting) -> None:
    ana = courses.add_student(rostered.store, rostered.course.id, "Ana", now=NOW)
    participant = rostered.join(ana)
    consents.withdraw(rostered.store, participant.id, NOW)
    again = rostered.join(ana)

    assert again.id == participant.id
    assert (again.status, again.withdrawn_at) == (ParticipantStatus.ADMITTED, None)
    former, present = consents.history(rostered.store, participant.id)
    assert (former.withdrawn_at, present.withdrawn_at) == (NOW, None)


def test_choices_can_change_and_the_former_ones_are_kept(classroom: Sitting) -> None:
    participant = classroom.join()
    changed = consents.change_choices(
        classroom.store, participant.id, ALL, notice_version="2", now=classroom.at(9)
    )

    assert changed.choices == ALL
    assert [
        (row.notice_version, row.choices.ask_first)
        for row in consents.history(classroom.store, participant.id)
    ] == [("1", False), ("2", True)]


def test_earlier_choices_are_remembered_for_the_same_notice(rostered: Sitting) -> None:
    ana = courses.add_student(rostered.store, rostered.course.id, "Ana", now=NOW)

    def earlier(version: str) -> Choices | None:
        return consents.earlier_choices(rostered.store, rostered.course.id, ana.id, version)

    assert earlier("1") is None
    participant = rostered.join(ana)
    assert earlier("1") == Choices(class_mood=True, flags=True)
    assert earlier("2") is None
    consents.withdraw(rostered.store, participant.id, NOW)
    assert earlier("1") is None


def test_a_recovery_link_opens_ones_own_page(classroom: Sitting) -> None:
    recovery = mint()
    participant = classroom.join(recovery=recovery, guardian="Mother")

    assert consents.by_recovery(classroom.store, recovery) == participant
    assert consents.by_recovery(classroom.store, mint()) is None
    (consent,) = consents.history(classroom.store, participant.id)
    assert consent.guardian == "Mother"


@pytest.mark.parametrize("judge", [consents.admit, partial(consents.refuse, now=NOW)])
def test_an_unknown_participant_is_named(
    classroom: Sitting, judge: Callable[..., Participant]
) -> None:
    nobody = uuid4()
    with pytest.raises(NotFoundError, match=str(nobody)):
        judge(classroom.store, nobody)
    with pytest.raises(NotFoundError, match=str(nobody)):
        consents.withdraw(classroom.store, nobody, NOW)
    assert consents.participant(classroom.store, nobody) is None


def test_secrets_are_not_stored(classroom: Sitting) -> None:
    """Whoever reads the store cannot act as anybody."""
    from sqlalchemy import select

    from db.schema.tables import agent_tokens, recovery_links, tickets

    token, ticket = mint(), classroom.ticket()
    classroom.join(ticket=ticket, token=token)
    with classroom.store.read() as connection:
        for table in (tickets, agent_tokens, recovery_links):
            rows = connection.execute(select(table)).all()
            assert rows, table.name
            for row in rows:
                assert token not in str(row)
                assert ticket not in str(row)
                assert len(row.hash) == 32


def test_tickets_outlive_no_second_past_their_time(classroom: Sitting) -> None:
    just = classroom.ticket(expires_at=NOW + timedelta(seconds=1))
    assert classroom.join(ticket=just).joined_at == NOW
