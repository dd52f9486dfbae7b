"""Ask who keeps advisories whether a locked package has a known vulnerability: ``make audit``.

Exit code 0: none has; 1: some have, and are told; 2: nobody could be asked, so nothing is known.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

_UV: Final = Path(sys.executable).with_name("uv")
_AWAY: Final = ("error sending request", "dns error", "Failed to fetch", "unrecognized subcommand")
"""What uv says where it reaches no advisory source, or is too old to know of any."""


def main() -> int:
    """Ask, and say what came of it."""
    try:
        asked = subprocess.run(  # noqa: S603 - a fixed command
            [str(_UV), "audit", "--frozen"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        print(f"NOT AUDITED: {_UV} cannot be run: {error.strerror}.")
        return 2
    told = asked.stdout + asked.stderr
    if asked.returncode and any(sign in told for sign in _AWAY):
        print("NOT AUDITED: no advisory source can be reached from here. uv said:")
        print(told.strip())
        return 2
    print(told.strip())
    return 1 if asked.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
