"""A real ``classpulse serve`` of its own folder, as an operator starts it."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final, Self

from tests.builders.places import ROOT

PATIENCE_S: Final = 120.0


class ServerProcess:
    """The program, what it says, and its end."""

    def __init__(self, folder: Path, **settings: str) -> None:
        environ = {f"CLASSPULSE_{name.upper()}": value for name, value in settings.items()}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from classpulse.cli import main; main()", "serve"],
            cwd=ROOT,
            env=os.environ
            | {
                "CLASSPULSE_FOLDER": str(folder),
                "CLASSPULSE_PORT": "0",
                "PYTHONUNBUFFERED": "1",
            }
            | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._heard = threading.Condition()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._heard:
                    self.said.append(line.rstrip("\n"))
                    self._heard.notify_all()

    def line(self, words: str) -> str:
        """The line that has those words, once it is said."""

        def there() -> bool:
            return any(words in line for line in self.said)

        with self._heard:
            assert self._heard.wait_for(there, PATIENCE_S), self.said
        return next(line for line in self.said if words in line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=60)
        self._ear.join(timeout=10)
