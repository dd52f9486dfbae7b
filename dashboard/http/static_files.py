"""The pages' scripts and styles: compressed once, and kept by browsers for as long as they hold.

Without this each load of a page would compress a megabyte anew, and ask again for what it has.
"""

import gzip
import threading
from typing import Final

from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from dashboard.http.browser_agent import PREFIX

_OURS: Final = "/assets/"
_OF_DASH: Final = "/_dash-component-suites/"
_WORTH: Final = (
    "text/",
    "application/javascript",
    "application/json",
    "application/wasm",
    "image/svg+xml",
)
_NETWORKS: Final = ".tflite"
_LEAST_BYTES: Final = 500
_MOST_FILES: Final = 200
"""Bound of what is kept: more files than all pages load."""

_FOREVER: Final = "public, max-age=31536000, immutable"


class StaticFiles:
    """What has been compressed since the server started. For many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._packed: dict[tuple[str, str], bytes] = {}

    def finish(self, response: Response) -> Response:
        """Compress a file that is being answered, and let the browser keep it."""
        if not request.path.startswith((_OURS, _OF_DASH, PREFIX)):
            return response
        if response.status_code == 304:
            # Nobody reads the file that has been opened for it, so nobody else closes it.
            response.close()
        if response.status_code != 200:
            return response
        if request.path.startswith(_OF_DASH) or "m" in request.args:
            # The address changes with the content.
            response.headers["Cache-Control"] = _FOREVER
        if not _worth(response):
            return response
        packed = self._pack((request.full_path, response.headers.get("ETag", "")), response)
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    def _pack(self, key: tuple[str, str], response: Response) -> bytes:
        response.direct_passthrough = False
        if key not in self._packed:
            content = response.get_data()
            # Under the lock: many that come at once wait for one to compress.
            with self._lock:
                if key not in self._packed:
                    if len(self._packed) >= _MOST_FILES:
                        self._packed.clear()
                    self._packed[key] = gzip.compress(content, 9, mtime=0)
        else:
            # What is put in its place still has to be closed: it is an open file.
            response.close()
        return self._packed[key]


def _worth(response: Response) -> bool:
    """Whether this browser takes gzip and this file gets smaller by it."""
    return (
        request.method == "GET"
        and request.accept_encodings.quality("gzip") > 0
        and "Content-Encoding" not in response.headers
        and ((response.mimetype or "").startswith(_WORTH) or request.path.endswith(_NETWORKS))
        and (response.content_length or 0) >= _LEAST_BYTES
    )


def register(flask: Flask) -> None:
    """Finish static files before any other compression sees them: call after Dash is made."""
    flask.after_request(StaticFiles().finish)
    # A script that Dash does not have is an address like any other, no fault of the server's.
    flask.register_error_handler(
        DependencyException, lambda _: flask.handle_user_exception(NotFound())
    )
