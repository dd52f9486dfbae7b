"""An agent in a process of its own, with eyes that see one face at once and need no weights."""

import json
import sys

from capture_agent.runtime import run
from capture_agent.settings import AgentSettings
from tests.builders.vision import ONE_FACE, quick_vision

if __name__ == "__main__":
    sys.exit(run(AgentSettings(**json.loads(sys.argv[1])), vision=lambda: quick_vision(ONE_FACE)))
