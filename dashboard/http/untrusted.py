"""Reading what a browser sends to a callback, which may be anything: nothing here is trusted."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from dash import ctx

from contract.policy import CourseMode
from dashboard.http.readable import require_plain
from services.errors import InvalidError

_MOST_FIELDS: Final = 32


def typed(given: object) -> str:
    """What somebody typed into a field; nothing where it is no text."""
    return given.strip() if isinstance(given, str) else ""


def behind_address(search: object) -> Mapping[str, str]:
    """What stands behind the question mark of a page's address; the first of each name.

    The one place where a callback decodes anything: raises InvalidError where that is no text.
    """
    if not isinstance(search, str):
        return {}
    try:
        read = parse_qs(search.removeprefix("?"), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidError("What stands behind an address must be text.") from error
    fields = {name: values[0] for name, values in read.items()}
    for told in (*fields, *fields.values()):
        require_plain(told)
    return fields


def pressed(clicks: object, *names: str) -> Mapping[str, str] | None:
    """The id of the button that was pressed, with ``names`` in it; None where none was.

    A button that has just been drawn also calls; only a click has a count. Raises InvalidError
    where the id is none of ours.
    """
    if not isinstance(clicks, list) or not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return None
    return button(ctx.triggered_id, *names)


def chosen(told: object) -> tuple[str, str] | None:
    """What was pressed in a grid: the row's id and what it does; None where nothing was.

    Raises InvalidError where a grid tells nothing of the kind.
    """
    if told is None:
        return None
    read = button(told, "rowId", "value")
    return read["rowId"], read["value"]


def course_mode(given: object) -> CourseMode:
    """How students join, as a form chose it. InvalidError where it chose none."""
    if given not in [one.value for one in CourseMode]:
        raise InvalidError("Choose how students join.")
    return CourseMode(given)


def button(identifier: object, *names: str) -> Mapping[str, str]:
    """A button's id of several parts, each of ``names`` a text. InvalidError where it is not."""
    if not isinstance(identifier, Mapping):
        raise InvalidError("This is no button of this page.")
    read = {name: identifier.get(name) for name in names}
    if not all(isinstance(value, str) for value in read.values()):
        raise InvalidError("This is no button of this page.")
    return {name: str(value) for name, value in read.items()}
