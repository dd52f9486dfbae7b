"""Users, sessions, courses, rosters, links, and the school's settings."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contract.policy import CourseMode, Policy
from db.engine.secrets import mint
from db.engine.store import Store
from db.errors import ConflictError, NotFoundError
from db.people import audit, courses, identities, names, school_settings, users
from db.people import rostered as lists
from db.teaching import lectures
from db.values import Role, School
from tests.builders.clock import START as NOW
from tests.builders.lecture import Sitting

HOUR = timedelta(hours=1)


def test_a_school_is_unset_until_somebody_sets_it(store: Store) -> None:
    assert school_settings.school(store).policy is None
    chosen = School("Lycée", "Europe/Paris", Policy.AGGREGATE, True, 30)
    school_settings.set_school(store, School("Old", "UTC", Policy.INDIVIDUAL), NOW)
    school_settings.set_school(store, chosen, NOW)
    assert school_settings.school(store) == chosen


def test_a_new_store_lets_nobody_in(store: Store) -> None:
    assert list(users.list_users(store)) == []
    for login in ("admin", "root", "teacher", ""):
        assert users.credentials(store, login) is None


def test_a_user_is_found_by_login_and_id(store: Store) -> None:
    added = users.add_user(
        store, login="bo", name="Bo", role=Role.ADMIN, password_hash="hash", now=NOW
    )

    assert users.credentials(store, "bo") == (added, "hash")
    assert users.credentials(store, "nobody") is None
    assert users.user(store, added.id) == added
    assert users.user(store, uuid4()) is None
    assert list(users.list_users(store)) == [added]


def test_a_login_is_taken_once(store: Store) -> None:
    def add() -> None:
        users.add_user(store, login="bo", name="B", role=Role.ADMIN, password_hash=None, now=NOW)

    add()
    with pytest.raises(ConflictError, match="'bo' is taken"):
        add()


def test_a_session_ends_by_time_by_sign_out_and_with_its_user(classroom: Sitting) -> None:
    store, teacher = classroom.store, classroom.teacher
    secrets = [mint() for _ in range(4)]
    for secret in secrets:
        users.open_session(store, secret, teacher.id, now=NOW, expires_at=NOW + HOUR)

    assert users.session_user(store, secrets[0], NOW) == teacher
    assert users.session_user(store, mint(), NOW) is None
    assert users.session_user(store, secrets[0], NOW + HOUR) is None
    users.revoke_session(store, secrets[0], NOW)
    assert users.session_user(store, secrets[0], NOW) is None
    assert users.session_user(store, secrets[1], NOW) == teacher
    users.set_password_hash(store, teacher.id, "new", NOW)
    assert users.session_user(store, secrets[1], NOW) is None


def test_a_disabled_user_is_out_everywhere_and_their_sessions_do_not_return(
    classroom: Sitting,
) -> None:
    store, teacher, secret = classroom.store, classroom.teacher, mint()
    users.open_session(store, secret, teacher.id, now=NOW, expires_at=NOW + HOUR)
    users.set_disabled(store, teacher.id, True, NOW)
    assert users.session_user(store, secret, NOW) is None
    users.set_disabled(store, teacher.id, False, NOW)
    assert users.session_user(store, secret, NOW) is None


def test_who_is_disabled_is_nobody_whatever_their_session_says(classroom: Sitting) -> None:
    """A sign-in may be under way while its user is locked out, and open its session afterwards."""
    store, teacher, secret = classroom.store, classroom.teacher, mint()
    users.set_disabled(store, teacher.id, True, NOW)
    users.open_session(store, secret, teacher.id, now=NOW, expires_at=NOW + HOUR)
    assert users.session_user(store, secret, NOW) is None


def test_a_better_hash_of_the_same_password_keeps_sessions(classroom: Sitting) -> None:
    store, teacher, secret = classroom.store, classroom.teacher, mint()
    users.open_session(store, secret, teacher.id, now=NOW, expires_at=NOW + HOUR)
    users.rehash_password(store, teacher.id, "stronger")

    assert users.credentials(store, teacher.login) == (teacher, "stronger")
    assert users.session_user(store, secret, NOW) == teacher
    users.drop_old_sessions(store, NOW + HOUR)
    assert users.session_user(store, secret, NOW) is None


def test_an_unknown_user_is_named(store: Store) -> None:
    nobody = uuid4()
    with pytest.raises(NotFoundError, match=str(nobody)):
        users.set_disabled(store, nobody, True, NOW)


def test_a_teacher_sees_the_courses_they_teach(classroom: Sitting) -> None:
    store, teacher = classroom.store, classroom.teacher
    other = courses.add_course(
        store, title="Art", mode=CourseMode.ANONYMOUS, timezone="Asia/Kolkata", now=NOW
    )

    assert list(courses.list_courses(store)) == [other, classroom.course]
    assert list(courses.list_courses(store, teacher.id)) == [classroom.course]
    assert not courses.teaches(store, other.id, teacher.id)
    for _ in range(2):
        courses.add_teacher(store, other.id, teacher.id)
    assert courses.teaches(store, other.id, teacher.id)
    assert list(courses.teachers_of(store, other.id)) == [teacher]
    courses.remove_teacher(store, other.id, teacher.id)
    assert not courses.teaches(store, other.id, teacher.id)
    assert courses.course(store, other.id) == other
    assert courses.course(store, uuid4()) is None


def test_students_are_put_on_a_roster_and_brought_up_to_date(rostered: Sitting) -> None:
    store, course = rostered.store, rostered.course
    first = courses.add_student(store, course.id, "Ana", now=NOW, external_id="S1")
    courses.add_student(store, course.id, "Ana", now=NOW)
    courses.add_student(store, course.id, "Ana", now=NOW, email="ana@example.org")
    courses.change_students(store, [replace(first, name="Ana Maria", email="am@example.org")])
    courses.change_students(store, [])
    roster = courses.roster(store, course.id)
    assert [student.name for student in roster] == ["Ana", "Ana", "Ana Maria"]
    assert roster[2] == replace(first, name="Ana Maria", email="am@example.org")
    assert courses.student(store, roster[2].id) == roster[2]
    assert courses.student(store, uuid4()) is None


def test_every_student_gets_a_link_of_their_own(rostered: Sitting) -> None:
    store, course = rostered.store, rostered.course
    roster = [courses.add_student(store, course.id, name, now=NOW) for name in ("Ana", "Bo")]
    secrets = courses.issue_links(
        store, course.id, now=NOW, lecture_id=rostered.lecture.id, expires_at=NOW + HOUR
    )

    assert set(secrets) == {student.id for student in roster}
    for student in roster:
        link = courses.find_link(store, secrets[student.id])
        assert link is not None
        assert (link.student, link.lecture_id) == (student, rostered.lecture.id)
        assert (link.expires_at, link.used_at) == (NOW + HOUR, None)
    assert courses.find_link(store, mint()) is None
    with pytest.raises(NotFoundError):
        courses.issue_link(store, uuid4(), now=NOW)


def test_the_access_log_is_read_newest_first(store: Store) -> None:
    ana, bo = uuid4(), uuid4()
    for second, subject in enumerate((ana, bo, ana)):
        audit.record(
            store,
            actor="user:1",
            action="view",
            object="lecture:1",
            at=NOW + timedelta(seconds=second),
            subject=subject,
            detail={"second": second},
        )

    def seconds(**wanted: object) -> list[int]:
        found = audit.records(store, **wanted)  # type: ignore[arg-type]
        return [record.detail["second"] for record in found]

    assert seconds() == [2, 1, 0]
    assert seconds(subject=ana) == [2, 0]
    assert seconds(since=NOW + timedelta(seconds=1)) == [2, 1]
    assert seconds(limit=1) == [2]


def test_what_is_listed_of_all_courses_equals_what_is_asked_of_each(rostered: Sitting) -> None:
    store, course = rostered.store, rostered.course
    empty = courses.add_course(store, title="Empty", mode=CourseMode.OPEN, timezone="UTC", now=NOW)
    other = users.add_user(
        store, login="abe", name="Abe", role=Role.TEACHER, password_hash=None, now=NOW
    )
    courses.add_teacher(store, course.id, other.id)
    for name in ("Bo", "Ana"):
        courses.add_student(store, course.id, name, now=NOW)

    teachers, sizes = courses.teachers(store), courses.roster_sizes(store)
    for one in (course, empty):
        assert list(teachers.get(one.id, ())) == list(courses.teachers_of(store, one.id))
        assert sizes.get(one.id, 0) == len(courses.roster(store, one.id))
    assert [user.name for user in teachers[course.id]] == ["Abe", "Tea"]
    assert sizes == {course.id: 2}


def test_open_sessions_are_counted_by_user(classroom: Sitting) -> None:
    store, teacher = classroom.store, classroom.teacher
    ended = mint()
    for secret in (mint(), mint(), ended):
        users.open_session(store, secret, teacher.id, now=NOW, expires_at=NOW + HOUR)
    users.revoke_session(store, ended, NOW)

    assert users.open_session_counts(store, NOW) == {teacher.id: 2}
    assert users.open_session_counts(store, NOW + HOUR) == {}


def test_names_are_told_of_those_there_are(rostered: Sitting) -> None:
    store = rostered.store
    ana = courses.add_student(store, rostered.course.id, "Ana", now=NOW)
    joined = rostered.join(ana)

    wanted = [ana.id, joined.id, uuid4()]
    assert names.of_people(store, wanted) == {ana.id: "Ana", joined.id: joined.name}
    assert names.of_lectures(store, wanted) == {}
    assert names.of_lectures(store, [rostered.lecture.id]) == {rostered.lecture.id: "Heat"}
    assert names.of_people(store, []) == {}


def test_a_signed_in_student_is_known_by_the_schools_key_alone(rostered: Sitting) -> None:
    store, course = rostered.store, rostered.course
    noor = identities.add_user(
        store, issuer="https://a", subject="1", login="noor", name="Noor", role=Role.STUDENT,
        school_key="7", now=NOW,
    )  # fmt: skip
    keyless = identities.add_user(
        store, issuer="https://a", subject="2", login="noor2", name="Noor", role=Role.STUDENT,
        school_key=None, now=NOW,
    )  # fmt: skip
    courses.add_student(store, course.id, "Noor", now=NOW)
    assert lists.student(store, course.id, noor.id) is None
    assert lists.running(store, noor.id) == []

    listed = courses.add_student(store, course.id, "N.", now=NOW, external_id="7")
    assert lists.student(store, course.id, noor.id) == listed
    assert lists.running(store, noor.id) == [(rostered.lecture, course)]
    assert lists.student(store, course.id, keyless.id) is None
    assert lists.running(store, keyless.id) == []
    # Two sign-ins with one key are still one student of one lecture.
    identities.link(store, "https://b", "1", noor.id, school_key="7", now=NOW)
    assert lists.running(store, noor.id) == [(rostered.lecture, course)]

    lectures.end(store, rostered.lecture.id, NOW)
    assert lists.running(store, noor.id) == []
