"""Reading what a browser sends to a callback, which may be anything: nothing here is trusted."""

from collections.abc import Mapping

from dash import ctx

from services.errors import InvalidError


def typed(given: object) -> str:
    """What somebody typed into a field; nothing where it is no text."""
    return given.strip() if isinstance(given, str) else ""


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


def button(identifier: object, *names: str) -> Mapping[str, str]:
    """A button's id of several parts, each of ``names`` a text. InvalidError where it is not."""
    if not isinstance(identifier, Mapping):
        raise InvalidError("This is no button of this page.")
    read = {name: identifier.get(name) for name in names}
    if not all(isinstance(value, str) for value in read.values()):
        raise InvalidError("This is no button of this page.")
    return {name: str(value) for name, value in read.items()}
