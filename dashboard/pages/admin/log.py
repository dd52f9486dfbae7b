"""`/admin/log`: who looked at, changed or erased whose data; and as a file."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import grid, ids, parts, urls
from dashboard.http.csv_files import csv_text
from dashboard.i18n import log_words, text
from dashboard.pages.admin import school as admin
from db.values import AccessRecord, School, User

SHOWS = 500
"""Of the newest records; the file has all."""


def layout(
    school: School,
    records: Sequence[AccessRecord],
    names: Mapping[str, str],
    users: Sequence[User],
    actions: Sequence[str],
    waiting: int,
) -> Any:
    """The page. ``names``: what actors, objects and subjects are called, where it is known."""
    whos = [{"value": f"user:{user.id}", "label": user.name} for user in users]
    whos += [{"value": name, "label": log_words.ACTOR[name]} for name in ("operator", "scheduler")]
    return admin.room(
        urls.ADMIN_LOG,
        waiting,
        school.name,
        parts.card(
            dcc.Download(id=ids.LOG_FILE),
            html.Div(
                [
                    dmc.Select(
                        id=ids.LOG_WHO,
                        label=text("Who"),
                        data=whos,
                        searchable=True,
                        clearable=True,
                        placeholder=text("anybody"),
                        clearButtonProps={"aria-label": text("Anybody")},
                    ),
                    dmc.Select(
                        id=ids.LOG_WHAT,
                        label=text("What"),
                        data=[{"value": one, "label": log_words.of_action(one)} for one in actions],
                        searchable=True,
                        clearable=True,
                        placeholder=text("anything"),
                        clearButtonProps={"aria-label": text("Anything")},
                    ),
                    dmc.Button(text("Download (CSV)"), id=ids.LOG_BUTTON, variant="default"),
                ],
                className="cp-filter",
            ),
            _grid(rows(school, records, names)),
            html.P(
                [
                    text(
                        "The log can only be added to. Names are shown as long as they are known."
                    ),
                    " ",
                    text("The newest {n} are shown here, and all are in the file.", n=SHOWS),
                ],
                className="cp-caveat",
            ),
            title=text("Access log"),
        ),
    )


def _grid(rows: Sequence[grid.Row]) -> Any:
    columns = [
        grid.shown_column("at", text("When"), "when", minWidth=150),
        grid.words_column("who", text("Who")),
        grid.words_column("what", text("What")),
        grid.words_column("object", text("Of what")),
        grid.words_column("whose", text("Whose data")),
        grid.words_column("more", text("More"), flex=2),
    ]
    return grid.grid(ids.LOG_GRID, columns, rows, text("Access log, newest first"))


def rows(
    school: School, records: Sequence[AccessRecord], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The grid's rows, of the newest records."""
    zone = ZoneInfo(school.timezone)
    return [
        {
            "id": str(record.id),
            "at": record.at.timestamp(),
            "when": f"{record.at.astimezone(zone):%Y-%m-%d %H:%M}",
            **_said(record, names),
        }
        for record in records[:SHOWS]
    ]


def _said(record: AccessRecord, names: Mapping[str, str]) -> dict[str, str]:
    """A record in words."""
    whose = names.get(str(record.subject), text("erased"))
    return {
        "who": log_words.named(record.actor, names),
        "what": log_words.what(record),
        "object": log_words.named(record.object, names),
        "whose": "" if record.subject is None else whose,
        "more": log_words.more(record, names),
    }


def _detail(record: AccessRecord) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in record.detail.items())


def as_csv(records: Sequence[AccessRecord], names: Mapping[str, str]) -> str:
    """The records as they are kept, ids and all, in UTC; behind that the same in words."""
    said = ("who", "what", "object", "whose", "more")
    return csv_text(
        [
            "at",
            "actor",
            "action",
            "object",
            "subject",
            "detail",
            "who",
            "did",
            "to_what",
            "whose_data",
            "more",
        ],
        (
            [
                record.at.isoformat(),
                record.actor,
                record.action,
                record.object,
                record.subject,
                _detail(record),
                *(_said(record, names)[name] for name in said),
            ]
            for record in records
        ),
    )
