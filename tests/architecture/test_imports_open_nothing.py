"""Importing opens nothing: no thread, no engine, no model, and the command starts light."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.builders.places import ROOT

PROBE = """
import json, pkgutil, sys, threading, importlib
for package in {packages!r}:
    module = importlib.import_module(package)
    for info in pkgutil.walk_packages(module.__path__, package + "."):
        if ".migrations" in info.name or info.name in {skip!r} or info.name.endswith("__main__"):
            continue
        importlib.import_module(info.name)
threads = [thread.name for thread in threading.enumerate()]
print(json.dumps({{"threads": threads, "modules": sorted(sys.modules)}}))
"""


EDGES = {
    "flask", "werkzeug", "tornado", "dash", "dash_mantine_components", "dash_ag_grid", "plotly",
    "pandas", "typst", "babel", "cv2", "ai_edge_litert", "onnxruntime", "keras", "tensorflow",
}  # fmt: skip
"""What the web, the agent and the models need, and no use case."""


def probe(packages: list[str], skip: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    code = PROBE.format(packages=packages, skip=set(skip))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_importing_every_module_starts_no_thread() -> None:
    found = probe(
        [
            "contract", "models", "db", "analytics", "services", "capture_agent", "dashboard",
            "classpulse",
        ],
        # What trains by PyTorch cannot be imported where PyTorch is not: it is not locked.
        frozenset() if find_spec("torch") else frozenset({"models.training.pytorch"}),
    )  # fmt: skip
    assert found["threads"] == ["MainThread"]
    assert "models.training.architectures.pulse" in found["modules"]


def test_the_command_starts_without_the_heavy_parts() -> None:
    code = "import sys, classpulse.cli; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"dash", "plotly", "pandas", "cv2", "sqlalchemy", "numpy", "tensorflow", "keras"}
    assert not heavy & set(done.stdout.split())


def test_the_agent_needs_nothing_of_the_server() -> None:
    found = probe(["contract", "capture_agent"])
    loaded = {name.partition(".")[0] for name in found["modules"]}
    assert not loaded & {"tensorflow", "keras", "dash", "pandas", "sqlalchemy", "flask", "plotly"}


def test_the_use_cases_load_no_web_no_camera_and_no_model() -> None:
    found = probe(["services"])
    assert "services.reporting.compute" in found["modules"]
    assert not {name.partition(".")[0] for name in found["modules"]} & EDGES


def test_a_command_on_the_store_loads_no_web_no_camera_and_no_model(tmp_path: Path) -> None:
    main = "from classpulse.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", main, "user", "list"],
        env=os.environ | {"CLASSPULSE_FOLDER": str(tmp_path)},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert {"sqlalchemy", "db.people.users"} <= loaded, "the command did its work"
    assert not {name.partition(".")[0] for name in loaded} & EDGES
