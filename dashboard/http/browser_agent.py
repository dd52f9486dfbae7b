"""The browser agent's files: what was built, and the networks it runs, from this server alone."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

if TYPE_CHECKING:
    from models.cards import Card

PREFIX: Final = "/join/agent/"
_MANIFEST: Final = "manifest.json"
_ENTRY: Final = "src/page/main.ts"
_NETWORKS: Final = "networks/"
_FOREVER: Final = "public, max-age=31536000, immutable"
_NAMED_BY_PEOPLE: Final = frozenset({_MANIFEST, "app.webmanifest"})

POLICY: Final = "; ".join(
    [
        "default-src 'self'",
        # WebAssembly is compiled, and nothing else is: no other page of ours may even that.
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
"""The content security policy of the browser agent's page and of its worker, which has its own."""


@dataclass(frozen=True)
class BrowserAgent:
    """``built``: the folder that Vite wrote. ``networks``: the files of ``detector``, ``mesh`` and
    ``expression``, which are those of the program that students install."""

    built: Path
    networks: Mapping[str, Path]
    card: "Card"
    _digests: dict[str, str] = field(default_factory=dict)

    @cached_property
    def precision(self) -> str:
        """Of the expression model's file, as its card says."""
        return self.card.file(self.networks["expression"].name).precision

    @cached_property
    def script(self) -> str:
        """Where the page's script is, below the agent's folder."""
        return str(self._entry["file"])

    @cached_property
    def styles(self) -> tuple[str, ...]:
        """Where the page's own styles are, below the agent's folder."""
        return tuple(self._entry.get("css", ()))

    def network(self, name: str) -> str:
        """Where a network is, below the agent's folder: an address that changes with its bytes."""
        if name not in self._digests:
            content = self.networks[name].read_bytes()
            self._digests[name] = hashlib.sha256(content).hexdigest()[:12]
        return f"{_NETWORKS}{self.networks[name].name}?v={self._digests[name]}"

    @cached_property
    def _entry(self) -> Mapping[str, Any]:
        told = json.loads((self.built / _MANIFEST).read_text(encoding="utf-8"))
        entry: Mapping[str, Any] = told[_ENTRY]
        return entry


def register(flask: Flask, agent: BrowserAgent) -> None:
    """Serve the files to everybody under ``/join/agent/``."""
    networks = {path.name: path for path in agent.networks.values()}

    def agent_file(name: str) -> Response:
        if not name.startswith(_NETWORKS):
            response = send_from_directory(agent.built, name)
            lasting = name not in _NAMED_BY_PEOPLE
        else:
            path = networks.get(name.removeprefix(_NETWORKS))
            if path is None:
                raise NotFound
            response = send_from_directory(path.parent, path.name)
            lasting = "v" in request.args
        if lasting:
            response.headers["Cache-Control"] = _FOREVER
        # A worker obeys the policy that came with its own script.
        response.headers["Content-Security-Policy"] = POLICY
        return response

    flask.add_url_rule(f"{PREFIX}<path:name>", view_func=agent_file)
