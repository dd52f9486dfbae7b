"""Tests that need Keras and TensorFlow, which only the training environment has.

``make test-training`` runs them there. Elsewhere they are not collected, and the summary says so.
"""

from importlib.util import find_spec

import pytest

TRAINABLE = find_spec("keras") is not None

collect_ignore_glob = [] if TRAINABLE else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not TRAINABLE:
        terminalreporter.write_line(
            "tests/training was not collected: Keras is not in this environment; "
            "`make test-training` runs it where it is"
        )
