"""`/admin/erasure`: what students asked the school to delete, and what it answers."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html

from dashboard import i18n
from dashboard.components import ids, parts, sure, urls
from dashboard.i18n import text
from dashboard.pages.admin import school as admin
from db.values import School
from services.reading.administration import Asked


def layout(school: School, asked: Sequence[Asked]) -> Any:
    """The page: open requests to answer, then those that were."""
    zone = ZoneInfo(school.timezone)
    waiting = [one for one in asked if one.request.verdict is None]
    done = [one for one in asked if one.request.verdict is not None]
    first = (
        [_open(one, zone) for one in waiting]
        if waiting
        else [
            parts.card(
                parts.empty(
                    text("Nobody is waiting"),
                    text("Students ask on their own page; their wishes appear here."),
                ),
                title=text("To be answered"),
            )
        ]
    )
    return admin.room(urls.ADMIN_ERASURE, len(waiting), school.name, *first, _answered(done, zone))


def _open(asked: Asked, zone: ZoneInfo) -> Any:
    request = asked.request
    reach = (
        text("Everything: the roster, all lectures, reports written anew.")
        if request.student_id is not None
        else text("All of this one lecture; on no roster, nothing else is known.")
    )
    name = asked.name or text("Somebody already erased")
    return parts.card(
        html.P(reach),
        html.Div(
            [
                dmc.TextInput(
                    id=ids.erasure_reason(request.id),
                    label=text("Reason, if you decline: the student reads it"),
                    inputProps={"maxLength": 200},
                ),
                html.Div(
                    [
                        sure.button(
                            f"wish-{request.id}",
                            text("Erase for good"),
                            _dialogue(asked, name, reach),
                            variant="filled",
                            color="red.9",
                            **parts.aria(label=text("Erase {name} for good", name=name)),
                        ),
                        dmc.Button(
                            text("Decline"),
                            id=ids.erasure_act(request.id, "decline"),
                            variant="default",
                            **parts.aria(label=text("Decline the wish of {name}", name=name)),
                        ),
                    ],
                    className="cp-buttons",
                ),
            ],
            className="cp-form",
            style={"marginTop": "12px"},
        ),
        title=name,
        aside=parts.quiet(
            text(
                "asked on {day}, in {lecture}",
                day=i18n.full_day(request.at.astimezone(zone)),
                lecture=asked.lecture,
            )
        ),
    )


def _dialogue(asked: Asked, name: str, reach: str) -> Any:
    return sure.dialogue(
        f"wish-{asked.request.id}",
        text("Erase {name} for good?", name=name),
        sure.listed(reach, text("Nobody can bring it back.")),
        text("Erase for good"),
        ids.erasure_act(asked.request.id, "erase"),
    )


def _answered(done: Sequence[Asked], zone: ZoneInfo) -> Any:
    if not done:
        return None
    rows: list[list[Any]] = [
        [
            one.name or text("erased"),
            one.lecture,
            i18n.full_day(one.request.answered_at.astimezone(zone))
            if one.request.answered_at
            else "",
            text("Erased") if one.request.verdict == "erased" else text("Declined"),
            one.request.note or "",
        ]
        for one in done
    ]
    head = [text("Student"), text("Lecture"), text("Answered"), text("Answer"), text("Reason")]
    return parts.card(
        parts.table(head, rows, text("Answered requests"), set()), title=text("Answered")
    )
