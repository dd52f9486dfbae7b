"""The live page's keys: their list under ``?``, and the switch that puts them out of use.

What a key does is in ``assets/classpulse.js``; none of them refuses or dismisses anybody.
"""

from typing import Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.components import ids, parts
from dashboard.i18n import Said, mark, text

KEYS: Final = Said(
    {
        "M": mark("Mark this moment with words of your own"),
        "1–4": mark("Mark this moment with the words beside the number"),
        "I": mark("Open the intervals of the shares"),
        "P": mark("Present, and stop presenting"),
        "A": mark("Admit who has waited longest"),
        "/": mark("Find a student"),
        "?": mark("Show these keys"),
    }
)


def button() -> Any:
    """What opens the list, also while the keys are off."""
    return dmc.Button(
        text("Keys"),
        id=ids.KEYS_OPEN,
        variant="default",
        rightSection=dmc.Kbd("?"),
        n_clicks=0,
    )


def modal() -> Any:
    """The list, and the switch."""
    return dmc.Modal(
        id=ids.KEYS_MODAL,
        title=text("Keys of this page"),
        centered=True,
        closeButtonProps={"aria-label": text("Close")},
        children=[
            html.Dl(
                [
                    part
                    for key, meaning in KEYS.items()
                    for part in (html.Dt(dmc.Kbd(key)), html.Dd(meaning))
                ],
                className="cp-keys",
            ),
            dmc.Switch(
                id=ids.KEYS_ON,
                label=text("Keys do something"),
                description=text("Kept in this browser. Switch them off where you dictate."),
                checked=True,
                style={"marginTop": "16px"},
                **parts.aria(label=text("Keys do something")),
            ),
        ],
    )
