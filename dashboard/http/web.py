"""What the web hands around beside the use cases' services, and how a request reaches it."""

from dataclasses import dataclass, field
from typing import Final, cast

from flask import current_app

from dashboard.http.browser_agent import BrowserAgent
from dashboard.live.delta_feed import DeltaFeeds
from dashboard.settings import Settings
from services.context import Services

EXTENSION: Final = "classpulse"
"""Under which name the Flask server carries its services."""


@dataclass(frozen=True, kw_only=True)
class WebServices(Services):
    """The services with the server's settings and what open live pages were told."""

    settings: Settings
    feeds: DeltaFeeds = field(default_factory=DeltaFeeds)
    program_path: str | None = None
    """Where on this server students install the program from."""
    browser_agent: BrowserAgent | None = None
    """What looks at students' cameras in their browsers; None where this server offers none."""


def current_services() -> WebServices:
    """The services of the server that is answering this request."""
    return cast(WebServices, current_app.extensions[EXTENSION])
