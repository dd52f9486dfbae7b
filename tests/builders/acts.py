"""How each use case and command of the table of promises is called, in a trial's school."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc.jwk import OctKey

from contract.exchange import JoinRequest, PulseMood
from contract.languages import Language
from contract.policy import CourseMode, Policy
from dashboard.auth.sealing import ServerKey
from db.values import Role
from services import (
    administration,
    erasure,
    joining,
    my_data,
    room_camera,
    taking_back,
    teaching,
)
from services.access import Action
from services.accounts import own as accounts
from services.accounts import second_factor
from services.acting import viewing
from services.errors import ForbiddenError
from services.reading import administration as office
from services.reading import lectures as shelves
from services.reading import own, people
from services.reporting import exporting
from services.reporting.retry import retry
from services.rosters import courses as kept_courses
from services.rosters import enrolment, lists
from services.rosters.roster import RosterStudent
from tests.builders.trial import Trial
from tests.builders.world import PASSWORD

Act = Callable[[Trial, Any], object]


def viewed(action: Action) -> Act:
    return lambda t, who: viewing.lecture(
        t.services, who, action, (t.over if "report" in action else t.lecture).id
    )


def _listed(t: Trial, who: Any) -> object:
    """The shelf is everybody's; what stands on it is not."""
    found = [one.shelved.lecture.id for one in shelves.reports(t.services, who).rows]
    if t.over.id not in found:
        raise ForbiddenError("Nothing on the shelf.")
    return found


SEALING: Final = ServerKey(OctKey.generate_key(256))
ROSTER: Final = {"Maths open": [RosterStudent("Cleo", "9", None)]}
ACTS: Final[Mapping[str, Act]] = {
    "reading.lectures.home": lambda t, who: shelves.home(t.services, who),
    "reading.lectures.to_join": lambda t, who: shelves.to_join(t.services, who),
    "reading.lectures.reports": _listed,
    "accounts.own.sessions": lambda t, who: accounts.sessions(t.services, who),
    "accounts.own.end_session": lambda t, who: accounts.end_session(t.services, who, t.ana.id),
    "accounts.own.end_other_sessions": lambda t, who: accounts.end_other_sessions(
        t.services, who, None
    ),
    "accounts.own.change_password": lambda t, who: accounts.change_password(
        t.services, who, PASSWORD, "seven grey whales swim"
    ),
    "accounts.own.account": lambda t, who: accounts.account(t.services, who, "none", "none"),
    "joining.ask": lambda t, who: joining.ask(
        t.services, JoinRequest(code=t.lecture.code, name="Zoe"), who, Language.EN
    ),
    "teaching.start_lecture": lambda t, who: teaching.start_lecture(
        t.services, who, t.lecture.course_id, "Week 4"
    ),
    "teaching.end_lecture": lambda t, who: teaching.end_lecture(t.services, who, t.lecture.id),
    "acting.viewing.opened": lambda t, who: viewing.opened(t.services, who, t.lecture.id),
    "teaching.answer_flag": lambda t, who: teaching.answer_flag(
        t.services, who, t.lecture.id, t.flag.id, "wrong"
    ),
    "teaching.add_marker": lambda t, who: teaching.add_marker(
        t.services, who, t.lecture.id, "group work"
    ),
    "teaching.admit": lambda t, who: teaching.admit(t.services, who, t.lecture.id, t.ana.id),
    "taking_back.reopen_flag": lambda t, who: taking_back.reopen_flag(
        t.services, who, t.lecture.id, t.flag.id
    ),
    "taking_back.wait_again": lambda t, who: taking_back.wait_again(
        t.services, who, t.lecture.id, t.ana.id
    ),
    "taking_back.rename_marker": lambda t, who: taking_back.rename_marker(
        t.services, who, t.lecture.id, t.flag.id, "group work"
    ),
    "taking_back.remove_marker": lambda t, who: taking_back.remove_marker(
        t.services, who, t.lecture.id, t.flag.id
    ),
    "taking_back.restore_marker": lambda t, who: taking_back.restore_marker(
        t.services, who, t.lecture.id, t.world.clock(), "group work"
    ),
    "teaching.refuse": lambda t, who: teaching.refuse(t.services, who, t.lecture.id, t.ana.id),
    "room_camera.allow": lambda t, who: room_camera.allow(
        t.services, who, t.lecture.id, everybody_agreed=True
    ),
    "room_camera.stop": lambda t, who: room_camera.stop(t.services, who, t.lecture.id),
    "room_camera.state": lambda t, who: room_camera.state(t.services, who, t.lecture.id),
    "administration.add_user": lambda t, who: administration.add_user(
        t.services, who, login="vera", name="Vera", role=Role.TEACHER, password=None
    ),
    "administration.set_disabled": lambda t, who: administration.set_disabled(
        t.services, who, t.world.users["otto"].id, True
    ),
    "administration.set_password": lambda t, who: administration.set_password(
        t.services, who, t.world.users["otto"].id, "seven grey whales swim"
    ),
    "administration.set_role": lambda t, who: administration.set_role(
        t.services, who, t.world.users["otto"].id, Role.ADMIN
    ),
    "administration.new_password": lambda t, who: administration.new_password(
        t.services, who, t.world.users["otto"].id
    ),
    "administration.end_sessions": lambda t, who: administration.end_sessions(
        t.services, who, t.world.users["otto"].id
    ),
    "accounts.second_factor.begin": lambda t, who: second_factor.begin(t.services, who, SEALING),
    "accounts.second_factor.confirm": lambda t, who: second_factor.confirm(
        t.services, who, SEALING, "000000"
    ),
    "accounts.second_factor.turn_off": lambda t, who: second_factor.turn_off(
        t.services, who, SEALING, "000000"
    ),
    "administration.drop_second_factor": lambda t, who: administration.drop_second_factor(
        t.services, who, t.world.users["otto"].id
    ),
    "reading.lectures.places_of_reports": lambda t, who: shelves.places_of_reports(t.services, who),
    "reading.lectures.report": lambda t, who: shelves.report(t.services, who, t.over.id),
    "reporting.retry.retry": lambda t, who: retry(t.services, who, t.over.id),
    "reporting.exporting.of_lecture": lambda t, who: exporting.of_lecture(
        t.services, who, t.over.id
    ),
    "reporting.exporting.of_course": lambda t, who: list(
        exporting.of_course(t.services, who, t.over.course_id)
    ),
    "administration.set_policy": lambda t, who: administration.set_policy(
        t.services, who, Policy.AGGREGATE
    ),
    "administration.set_school": lambda t, who: administration.set_school(
        t.services, who, name="Anew", timezone="UTC", guardian_required=True, retention_days=7
    ),
    "reading.administration.school": lambda t, who: office.school(t.services, who),
    "reading.administration.people": lambda t, who: office.people(t.services, who),
    "reading.administration.all_courses": lambda t, who: office.all_courses(t.services, who),
    "reading.administration.erasure": lambda t, who: office.erasure(t.services, who),
    "reading.administration.log": lambda t, who: office.log(t.services, who, most=9),
    "reading.administration.narrowed": lambda t, who: office.narrowed(
        t.services, who, None, None, most=9
    ),
    "reading.administration.taken_log": lambda t, who: office.taken_log(
        t.services, who, None, None, most=9
    ),
    "rosters.lists.add_course": lambda t, who: lists.add_course(
        t.services, who, title="Art", mode=CourseMode.OPEN
    ),
    "rosters.lists.set_teaches": lambda t, who: lists.set_teaches(
        t.services, who, t.lecture.course_id, t.world.users["otto"].id, teaches=True
    ),
    "rosters.lists.differences": lambda t, who: lists.differences(t.services, who, ROSTER),
    "rosters.lists.import_roster": lambda t, who: lists.import_roster(t.services, who, ROSTER),
    "administration.user": lambda t, who: administration.user(
        t.services, who, t.world.users["otto"].id
    ),
    "reading.administration.one_course": lambda t, who: office.one_course(
        t.services, who, t.lecture.course_id
    ),
    "reading.administration.first_steps": lambda t, who: office.first_steps(t.services, who),
    "rosters.courses.add_taught": lambda t, who: kept_courses.add_taught(
        t.services, who, title="Art", mode=CourseMode.OPEN, teacher=t.world.users["tara"].id
    ),
    "rosters.courses.change": lambda t, who: kept_courses.change(
        t.services, who, t.lecture.course_id, title="Art", timezone="UTC"
    ),
    **{
        f"rosters.courses.{it}": lambda t, who, it=it: getattr(kept_courses, it)(
            t.services, who, t.world.courses[CourseMode.ROSTER].id
        )
        for it in ("archive", "bring_back", "doomed", "delete")
    },
    "rosters.enrolment.enrol": lambda t, who: enrolment.enrol(
        t.services, who, t.lecture.course_id, name="Cy", external_id="", email=""
    ),
    "rosters.enrolment.change": lambda t, who: enrolment.change(
        t.services, who, t.world.students[0].id, name="Cy", external_id="", email=""
    ),
    **{
        f"rosters.enrolment.{it}": lambda t, who, it=it: getattr(enrolment, it)(
            t.services, who, t.world.students[0].id
        )
        for it in ("take_off", "put_back")
    },
    "reading.people.everybody": lambda t, who: people.everybody(t.services, who),
    "reading.people.person": lambda t, who: people.person(t.services, who, t.ana.id),
    "reading.people.part": lambda t, who: people.part(t.services, who, t.ana.id),
    "reading.people.person_named": lambda t, who: people.person_named(
        t.services, who, t.lecture.course_id, "S0"
    ),
    "reading.people.exported": lambda t, who: people.exported(t.services, who, t.ana.id),
    "erasure.erase_all": lambda t, who: erasure.erase_all(t.services, who, [t.ana.id]),
    "my_data.new_link": lambda t, who: my_data.new_link(t.services, who, t.ana.id),
    "rosters.lists.personal_links": lambda t, who: lists.personal_links(
        t.services, who, t.lecture.course_id
    ),
    "erasure.erase": lambda t, who: erasure.erase(t.services, who, t.ana.id),
    "erasure.grant": lambda t, who: erasure.grant(t.services, who, t.request.id),
    "erasure.decline": lambda t, who: erasure.decline(t.services, who, t.request.id, "no"),
    "my_data.say": lambda t, who: my_data.say(t.services, who, t.ana.id, PulseMood.GOOD),
    "my_data.answer": lambda t, who: my_data.answer(t.services, who, t.ana.id, t.flag.id, True),
    "my_data.choose": lambda t, who: my_data.choose(
        t.services, who, t.ana.id, flags=False, ask_first=False, language=Language.EN
    ),
    "my_data.choose_room": lambda t, who: my_data.choose_room(
        t.services, who, t.ana.id, agreed=False, language=Language.EN
    ),
    "my_data.withdraw": lambda t, who: my_data.withdraw(t.services, who, t.ana.id),
    "my_data.erase": lambda t, who: my_data.erase(t.services, who, t.ana.id),
    "my_data.ask_to_be_erased": lambda t, who: my_data.ask_to_be_erased(t.services, who, t.ana.id),
}
OF_WHO_ASKS: Final[Mapping[str, Act]] = {
    "reading.own.page": lambda t, who: own.page(t.services, who),
    "reading.own.standing": lambda t, who: own.standing(t.services, who),
    "reading.own.rows": lambda t, who: own.rows(t.services, who, most=9, after=None),
}
"""Only a student can ask, and for nobody but themselves."""


WORDS: Final[Mapping[str, Callable[[Trial], list[str]]]] = {
    "lecture start": lambda t: [str(t.lecture.course_id)],
    "lecture end": lambda t: [str(t.lecture.id)],
    "lecture room": lambda t: [str(t.lecture.id)],
    "report": lambda t: [str(t.lecture.id), "--pdf", "never.pdf"],
    "export": lambda t: [str(t.over.id), "--to", str(t.services.settings.folder / "taken")],
    "user add": lambda _: ["teacher", "vera"],
    "user disable": lambda _: ["otto"],
    "roster import": lambda t: [str(t.world.app.services.settings.folder / "list.csv")],
    "user unbind": lambda _: ["otto"],
    "policy set": lambda _: ["aggregate"],
    "policy clear": lambda _: [],
    "erase": lambda t: [str(t.ana.id)],
}
