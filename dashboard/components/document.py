"""The document around every page: its language, and the words that scripts say by themselves."""

import json
from typing import Any, Final

from dash import Dash
from dash._utils import AttributeDict

from dashboard import i18n
from dashboard.components import grid, urls
from dashboard.i18n import text

INDEX: Final = """<!DOCTYPE html>
<html lang="{%language%}">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="cp-grid" content="{%grid%}">
<meta name="cp-root" content="{%root%}">
<title>{%title%}</title>
<link rel="icon" href="{%mark%}" type="image/svg+xml">
{%css%}
</head>
<body>
<script type="application/json" id="cp-words">{%words%}</script>
{%app_entry%}
<div>{%config%}{%scripts%}{%renderer%}</div>
</body>
</html>"""


class _Standing(AttributeDict):
    """Dash's settings; browsers ask for its parts below the path that their request came by."""

    def __getattr__(self, key: str) -> Any:
        if key == "requests_pathname_prefix":
            return urls.at("/")
        return super().__getattr__(key)  # type: ignore[no-untyped-call]


class Pages(Dash):
    """Dash, whose document is in the viewer's language and below the server's own path."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self.config = _Standing(self.config)

    def interpolate_index(self, *parts: Any, **named: Any) -> str:
        """The document, with its parts filled in by Dash."""
        made: str = super().interpolate_index(*parts, **named)  # type: ignore[no-untyped-call]
        # In a script's data only this one sign could end the element early.
        words = json.dumps(browser_words(), ensure_ascii=False).replace("<", "\\u003c")
        made = made.replace("{%language%}", i18n.language().value)
        made = made.replace("{%mark%}", urls.asset("mark.svg")).replace("{%root%}", urls.at(""))
        return made.replace("{%words%}", words).replace("{%grid%}", grid.script_address())


def browser_words() -> dict[str, str]:
    """What ``assets/classpulse.js`` says without asking the server; ``{age}`` is filled there."""
    return {
        "lost": text("Connection lost. What you see is {age} old; it will catch up by itself."),
        "old": text("Data is {age} old. No student's device has sent anything since."),
        "seconds": text("{n} s"),
        "minutes": text("{n} min"),
        "present": text("Present"),
        "stop_presenting": text("Stop presenting"),
        "found": text("Found: {n}"),
    }
