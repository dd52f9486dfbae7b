"""A real Firefox with its own fake camera, driven over WebDriver BiDi (W3C), which it speaks."""

import asyncio
import json
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any, Final, Self

from tornado.websocket import WebSocketClientConnection, websocket_connect

_NAMES: Final = ("firefox-esr", "firefox")
_PREFERENCES: Final = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "remote.active-protocols": 1,
    "datareporting.policy.dataSubmissionEnabled": False,
}
_PATIENCE_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.2


class Firefox:
    """One tab. Every wait ends in an error where what is waited for never comes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self._port = port
        # A loop of its own in a thread of its own: Playwright's runs in the tests'.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._count = 0
        self._line: WebSocketClientConnection | None = None
        self._tab = ""

    @classmethod
    def start(cls, profile: Path) -> Self:
        """Start one with a fresh ``profile``."""
        found = next((path for name in _NAMES if (path := shutil.which(name))), None)
        assert found is not None, "this test needs Firefox; `make setup-test` installs it"
        (profile / "user.js").write_text(
            "".join(
                f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in _PREFERENCES.items()
            )
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        process = subprocess.Popen(
            [found, "--headless", "--no-remote", "--profile", str(profile),
             "--remote-debugging-port", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        made = cls(process, port)
        try:
            made._run(made._connect())
        except BaseException:
            made.close()
            raise
        return made

    def open(self, address: str) -> None:
        """Go there, and wait for the page."""
        where = {"context": self._tab, "url": address, "wait": "complete"}
        self._run(self._call("browsingContext.navigate", where))

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; None where it has none."""
        asked = {"expression": expression, "target": {"context": self._tab}, "awaitPromise": True}
        return self._run(self._call("script.evaluate", asked))["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true in the page."""

        async def look() -> None:
            while True:
                asked = {
                    "expression": f"Boolean({expression})",
                    "target": {"context": self._tab},
                    "awaitPromise": True,
                }
                if (await self._call("script.evaluate", asked))["result"].get("value"):
                    return
                await asyncio.sleep(_LOOK_EVERY_S)

        self._run(look())

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._hang_up)
        self._process.terminate()
        self._process.wait(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()

    def _run(self, work: Any) -> Any:
        waited = asyncio.wait_for(work, _PATIENCE_S)
        return asyncio.run_coroutine_threadsafe(waited, self._loop).result()

    async def _connect(self) -> None:
        while True:
            try:
                self._line = await websocket_connect(f"ws://127.0.0.1:{self._port}/session")
                break
            except OSError:
                await asyncio.sleep(_LOOK_EVERY_S)
        await self._call("session.new", {"capabilities": {}})
        tree = await self._call("browsingContext.getTree", {})
        self._tab = tree["contexts"][0]["context"]

    async def _call(self, method: str, params: dict[str, Any]) -> Any:
        assert self._line is not None
        self._count += 1
        await self._line.write_message(
            json.dumps({"id": self._count, "method": method, "params": params})
        )
        while True:
            said = await self._line.read_message()
            assert said is not None, "Firefox has closed the line"
            told = json.loads(said)
            if told.get("id") == self._count:
                assert "error" not in told, told
                return told["result"]
