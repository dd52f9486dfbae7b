"""Asking before what cannot be undone: one dialogue, which says what will be gone."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, html

from dashboard.components import ids
from dashboard.components.parts import Children
from dashboard.i18n import text


def register(app: Dash) -> None:
    """Give ``app`` what opens and closes every such dialogue, in the browser alone."""
    # Dash does not type it.
    run: Callable[..., Any] = app.clientside_callback
    for button, name in ((ids.sure_open(MATCH), "toggle"), (ids.sure_cancel(MATCH), "close")):
        run(
            ClientsideFunction(namespace="classpulse", function_name=name),
            Output(ids.sure(MATCH), "opened", allow_duplicate=True),
            Input(button, "n_clicks"),
            State(ids.sure(MATCH), "opened"),
            prevent_initial_call=True,
        )


def button(name: str, words: str, dialogue: Any, **props: Any) -> Any:
    """A button that asks first, with its ``dialogue`` of the same ``name``."""
    shown = {"variant": "default", **props}
    return html.Span([dmc.Button(words, id=ids.sure_open(name), **shown), dialogue])


def dialogue(
    name: str,
    question: str,
    told: Children,
    act: str,
    act_id: Any,
    *,
    keep: str | None = None,
    opened: bool = False,
    grave: bool = True,
) -> Any:
    """The question, what will come of it, and two ways out; ``act_id`` is what is pressed.

    ``opened``: it stands there at once, because something else asked for it. ``grave``: something
    will be gone.
    """
    return dmc.Modal(
        id=ids.sure(name),
        title=question,
        centered=True,
        opened=opened,
        closeButtonProps={"aria-label": text("Close")},
        children=[
            html.Div(told, className="cp-prose"),
            html.Div(
                [
                    dmc.Button(act, id=act_id, **({"color": "red.9"} if grave else {})),
                    dmc.Button(
                        text("Leave it as it is") if keep is None else keep,
                        id=ids.sure_cancel(name),
                        variant="default",
                    ),
                ],
                className="cp-buttons",
                style={"marginTop": "16px"},
            ),
        ],
    )


def listed(*sentences: str | None) -> Any:
    """Several consequences, each on a line."""
    return html.Ul([html.Li(one) for one in sentences if one], className="cp-differences")
