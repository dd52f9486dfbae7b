"""What students' pages do: join, say how it goes, choose, take back, delete, ask for erasure."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from dash import ALL, Dash, Input, Output, State, no_update
from pydantic import ValidationError

from contract.batches import first_rule
from contract.exchange import ConsentAnswer, ConsentRequest, JoinRequest, PulseMood
from contract.policy import Choices, Policy
from dashboard import i18n
from dashboard.api.limits import current_limits
from dashboard.auth import codes
from dashboard.auth.signin import (
    current_actor,
    current_participant,
    provider_label,
    remember_participant,
    secured_callback,
)
from dashboard.components import ids, shell, urls
from dashboard.http import untrusted
from dashboard.http.hosts import public_address
from dashboard.i18n import text
from dashboard.pages.join import here
from dashboard.pages.join import page as join
from dashboard.pages.student import own_page, self_report, way_back
from db.values import Lecture
from services import joining, my_data
from services.access import SCHOOL, Action, ParticipantActor
from services.acting import lookup
from services.context import Services
from services.errors import InvalidError
from services.reading import own

Act = TypeVar("Act", bound=Callable[..., Any])


def register(app: Dash, services: Services) -> None:
    """Give ``app`` the callbacks of ``/join`` and ``/me``."""
    _joining_form(app, services)
    _taking_part(app, services)
    _saying(app, services)
    _choosing(app, services)
    _leaving(app, services)
    _coming_back(app, services)


def _by_code(services: Services) -> Callable[..., Any]:
    """The lecture whose code a page sends last but one."""

    def target(*arguments: Any) -> Any:
        return lookup.lecture_target(services, _lecture(services, arguments[-2]).id)

    return target


def _joining_form(app: Dash, services: Services) -> None:
    @secured_callback(
        app,
        Action.JOIN,
        _by_code(services),
        Output(ids.JOIN_FORM, "children"),
        Output(ids.JOIN_COMMAND, "children"),
        Output(ids.JOIN_CAMERA, "href"),
        Input(ids.JOIN_CODE, "data"),
        State(ids.LOCATION, "search"),
    )
    def form(code: str, search: str | None) -> Any:
        lecture, link = _lecture(services, code), _link(search)
        found = joining.way(services, current_actor(), lecture, link)
        way = here.Way(
            mode=found.course.mode,
            known_as=None if found.known is None else found.known.name,
            guardian=found.guardian,
            provider=provider_label(),
        )
        told: Any = no_update
        camera: Any = no_update
        if found.by_link and lecture.policy is not Policy.SELF_REPORT:
            told = join.command(lecture, public_address(), link)
            camera = urls.at(urls.join_camera(lecture.code, link))
        return here.form(lecture, way), told, camera


def _taking_part(app: Dash, services: Services) -> None:
    @secured_callback(
        app,
        Action.JOIN,
        _by_code(services),
        Output(ids.JOIN_FORM, "children", allow_duplicate=True),
        Output(ids.JOIN_ANSWER, "children"),
        Input(ids.JOIN_BUTTON, "n_clicks"),
        State(ids.JOIN_AGREE, "checked"),
        State(ids.JOIN_ROOM, "checked"),
        State(ids.JOIN_NAME, "value"),
        State(ids.JOIN_GUARDIAN, "value"),
        State(ids.JOIN_CODE, "data"),
        State(ids.LOCATION, "search"),
        prevent_initial_call=True,
    )
    def take_part(
        clicks: int | None,
        agreed: bool | None,
        room: bool | None,
        name: str | None,
        guardian: str | None,
        code: str,
        search: str | None,
    ) -> Any:
        if not clicks:
            return no_update, no_update
        if agreed is not True:
            return no_update, shell.notice(
                text("Please read the notice, and tick that you agree."), good=False
            )
        answer = _agreed(
            services,
            {"code": code, "link": _link(search), "name": untrusted.typed(name) or None},
            guardian=untrusted.typed(guardian) or None,
            room=room is True,
        )
        remember_participant(answer.participant)
        return way_back.joined(f"{public_address()}{answer.recovery_link}"), no_update


def _agreed(
    services: Services, given: Mapping[str, Any], *, guardian: str | None, room: bool
) -> ConsentAnswer:
    """Join and agree in one step."""
    try:
        asked = joining.ask(
            services, JoinRequest.model_validate(given), current_actor(), i18n.language()
        )
        choices = asked.consented or Choices(class_mood=True)
        answer = joining.agree(
            services,
            ConsentRequest(
                ticket=asked.ticket,
                notice_version=asked.notice.version,
                # What is left out of the form has not been agreed to, whatever was before.
                choices=choices.model_copy(update={"class_mood": True, "room": room}),
                guardian=guardian,
            ),
        )
    except ValidationError as error:
        raise InvalidError("This breaks a rule: {error}.", error=first_rule(error)) from error
    return answer


def _lecture(services: Services, code: object) -> Lecture:
    """The lecture of a code, which may be a guess: wrong ones are counted as in the API."""
    return codes.lecture_of(services, untrusted.typed(code).upper())


def _link(search: object) -> str | None:
    """The personal link's token in the page's address."""
    return untrusted.behind_address(search).get("link")


def _own(
    app: Dash, services: Services, action: Action, *dependencies: Any, **options: Any
) -> Callable[[Act], Act]:
    """A callback about the student whose page this browser has opened, who comes first."""

    def concerned(*_: Any) -> Any:
        student = current_participant()
        if not isinstance(student, ParticipantActor):
            return SCHOOL
        return lookup.participant_target(services, student.participant_id)

    def decorate(function: Act) -> Act:
        @secured_callback(app, action, concerned, *dependencies, **options)
        def acts(*arguments: Any) -> Any:
            student = current_participant()
            # access has let nobody else in.
            assert isinstance(student, ParticipantActor)  # noqa: S101
            return function(student, *arguments)

        return function

    return decorate


def _saying(app: Dash, services: Services) -> None:
    tapped = (
        Output(ids.ME_TAP, "children", allow_duplicate=True),
        Output(ids.ME_TAP, "data-print", allow_duplicate=True),
    )

    def panel(student: ParticipantActor) -> tuple[Any, str]:
        made = self_report.panel(own.standing(services, student))
        return made, self_report.fingerprint(made)

    @_own(
        app,
        services,
        Action.ANSWER_PULSE,
        *tapped,
        Input(ids.self_report(ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def say(student: ParticipantActor, clicks: list[int | None]) -> Any:
        pressed = untrusted.pressed(clicks, "mood")
        if pressed is None:
            return no_update, no_update
        if pressed["mood"] not in tuple(PulseMood):
            raise InvalidError("An answer must be one of {join}.", join=", ".join(PulseMood))
        current_limits().self_reports.take(student.participant_id)
        my_data.say(services, student, student.participant_id, PulseMood(pressed["mood"]))
        return panel(student)

    @_own(
        app,
        services,
        Action.ANSWER_PULSE,
        *tapped,
        Input(ids.private_answer(ALL, ALL), "n_clicks"),
        prevent_initial_call=True,
    )
    def answer(student: ParticipantActor, clicks: list[int | None]) -> Any:
        pressed = untrusted.pressed(clicks, "flag", "answer")
        if pressed is None:
            return no_update, no_update
        flag_id: UUID = lookup.as_uuid(pressed["flag"], "question")
        my_data.answer(
            services, student, student.participant_id, flag_id, pressed["answer"] == "yes"
        )
        return panel(student)

    @_own(
        app,
        services,
        Action.VIEW_OWN,
        *tapped,
        Input(ids.ME_TICK, "n_intervals"),
        State(ids.ME_TAP, "data-print"),
        prevent_initial_call=True,
    )
    def look_again(student: ParticipantActor, _ticks: int, shown: str | None) -> Any:
        made, known = panel(student)
        # A panel drawn anew would take the focus from who is about to press.
        return (no_update, no_update) if shown == known else (made, known)


def _choosing(app: Dash, services: Services) -> None:
    @_own(
        app,
        services,
        Action.CHOOSE,
        Output(ids.NOTICE, "children", allow_duplicate=True),
        Output(ids.ME_ASK_FIRST, "disabled"),
        Input(ids.ME_FLAGS, "checked"),
        Input(ids.ME_ASK_FIRST, "checked"),
        prevent_initial_call=True,
    )
    def choose(student: ParticipantActor, flags: bool | None, ask_first: bool | None) -> Any:
        chosen = lookup.participant(services, student.participant_id)[0].choices
        if (flags is True, ask_first is True) == (chosen.flags, chosen.ask_first):
            # The switches have just been drawn.
            return no_update, no_update
        my_data.choose(
            services,
            student,
            student.participant_id,
            flags=flags is True,
            ask_first=ask_first is True,
            language=i18n.language(),
        )
        return shell.notice(text("Saved. It holds from now on."), good=True), flags is not True

    @_own(
        app,
        services,
        Action.CHOOSE,
        Output(ids.NOTICE, "children", allow_duplicate=True),
        Input(ids.ME_ROOM, "checked"),
        prevent_initial_call=True,
    )
    def choose_room(student: ParticipantActor, agreed: bool | None) -> Any:
        chosen = lookup.participant(services, student.participant_id)[0].choices
        if (agreed is True) == chosen.room:
            return no_update
        my_data.choose_room(
            services,
            student,
            student.participant_id,
            agreed=agreed is True,
            language=i18n.language(),
        )
        return shell.notice(text("Saved. It holds from now on."), good=True)


def _leaving(app: Dash, services: Services) -> None:
    page = Output(ids.CONTENT, "children", allow_duplicate=True)

    def acting(button: str, action: Action, act: Callable[[ParticipantActor], Any]) -> None:
        @_own(app, services, action, page, Input(button, "n_clicks"), prevent_initial_call=True)
        def pressed(student: ParticipantActor, clicks: int | None) -> Any:
            if not clicks:
                return no_update
            act(student)
            return own_page.page(services, student)

    acting(
        ids.ME_WITHDRAW,
        Action.WITHDRAW,
        lambda student: my_data.withdraw(services, student, student.participant_id),
    )
    acting(
        ids.ME_DELETE,
        Action.ERASE_OWN,
        lambda student: my_data.erase(services, student, student.participant_id),
    )
    acting(
        ids.ME_ERASE,
        Action.ERASE_OWN,
        lambda student: my_data.ask_to_be_erased(services, student, student.participant_id),
    )


def _coming_back(app: Dash, services: Services) -> None:
    @_own(
        app,
        services,
        Action.VIEW_OWN,
        Output(ids.ME_LINK_PANEL, "children"),
        Output(ids.sure(way_back.RENEW), "opened", allow_duplicate=True),
        Input(ids.ME_LINK, "n_clicks"),
        prevent_initial_call=True,
    )
    def renew(student: ParticipantActor, clicks: int | None) -> Any:
        if not clicks:
            return no_update, no_update
        secret = my_data.new_link(services, student, student.participant_id)
        # This browser came by one of the links that have just ended.
        remember_participant(student.participant_id)
        return way_back.renewed(f"{public_address()}{urls.own_page(secret)}"), False
