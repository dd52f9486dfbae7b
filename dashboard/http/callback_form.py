"""Whether a callback request has the form that a page of ours gives it: asked before Dash reads it.

Dash takes the ids in a request for granted; what lacks a key would fail somewhere inside it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.http.readable import read_json
from services.errors import InvalidError

_MANY: Final = (["ALL"], ["ALLSMALLER"])


def fits(body: Mapping[str, Any], callback: Mapping[str, Any]) -> bool:
    """Whether ``body`` asks for ``callback``, an entry of Dash's callback map, as a page would."""
    return (
        _parts_fit(body.get("inputs"), callback["inputs"])
        and _parts_fit(body.get("state", []), callback["state"])
        and _outputs_fit(body.get("outputs"), str(body["output"]))
        and _triggers_fit(body.get("changedPropIds", []))
    )


def _parts_fit(given: Any, specs: Sequence[Mapping[str, str]]) -> bool:
    if not isinstance(given, list) or len(given) != len(specs):
        return False
    return all(
        _fits(part, spec["id"], spec["property"]) for part, spec in zip(given, specs, strict=True)
    )


def _outputs_fit(given: Any, output: str) -> bool:
    """``output`` names one place, or several as ``..one.children...other.children..``."""
    many = output.startswith("..")
    names = output.strip(".").split("...") if many else [output]
    parts = given if many else [given]
    if not isinstance(parts, list) or len(parts) != len(names):
        return False
    places = (name.rpartition(".") for name in names)
    return all(_fits(part, name, prop) for part, (name, _, prop) in zip(parts, places, strict=True))


def _fits(part: Any, name: str, prop: str) -> bool:
    pattern = json.loads(name) if name.startswith("{") else None
    if pattern is not None and any(value in _MANY for value in pattern.values()):
        return isinstance(part, list) and all(_is(one, name, pattern, prop) for one in part)
    return _is(part, name, pattern, prop)


def _is(part: Any, name: str, pattern: Mapping[str, Any] | None, prop: str) -> bool:
    if not isinstance(part, dict) or not isinstance(part.get("property"), str):
        return False
    if part["property"].partition("@")[0] != prop.partition("@")[0]:
        return False
    given = part.get("id")
    if pattern is None:
        return given == name.partition("@")[0] or given == name
    if not isinstance(given, dict) or given.keys() != pattern.keys():
        return False
    return all(
        isinstance(given[key], str | int | float)
        if isinstance(value, list)
        else given[key] == value
        for key, value in pattern.items()
    )


def _triggers_fit(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) and _named(one) for one in given)


def _named(trigger: str) -> bool:
    """Whether a trigger names an element: by its id, or by the parts of one."""
    name = trigger.rpartition(".")[0]
    if not name.startswith("{"):
        return True
    try:
        return isinstance(read_json(name), dict)
    except InvalidError:
        return False
