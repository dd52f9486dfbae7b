"""Every page people see: made from values, served by Dash, judged by ``access``."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard.pages.account.signin import signin_html

if TYPE_CHECKING:
    from dash import Dash

    from dashboard.http.web import WebServices

ASSETS: Final = Path(__file__).parents[1] / "assets"
"""Style sheet, scripts, fonts: all that a page needs beside Dash's own files."""


def register_pages(dash_app: "Dash", services: "WebServices") -> None:
    """Give ``dash_app`` its frame, its pages and their callbacks."""
    from dashboard.components import document, shell
    from dashboard.live import feed_route
    from dashboard.pages import callbacks

    dash_app.index_string = document.INDEX
    dash_app.layout = shell.frame
    callbacks.register(dash_app, services)
    dash_app.server.register_blueprint(feed_route.blueprint)


__all__ = ["ASSETS", "register_pages", "signin_html"]
