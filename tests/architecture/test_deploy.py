"""What ``deploy/`` offers stands as it is: nothing in it names a file, setting or part that is not.

What no machine of the tests can run (an image's base, a cluster) is read; ``docs/deploy.md`` says
which. nginx is run by ``tests/browser/test_behind_a_proxy.py``.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.settings import Settings
from tests.builders.places import ROOT

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
CONTAINERFILE = DEPLOY / "container" / "Containerfile"
NO_SETTINGS = {"CLASSPULSE_SECRETS_DIR", "CLASSPULSE_TLS", "CLASSPULSE_NUMBERS"}
"""Read by the settings themselves, or by a script alone."""
OF_PROXIES = {"CLASSPULSE_NAME", "CLASSPULSE_SERVER"}


def files() -> list[Path]:
    return sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def documents() -> list[dict[str, Any]]:
    return [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text("utf-8"))]


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8")))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_each_setting_is_one(path: Path) -> None:
    known = {f"CLASSPULSE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bCLASSPULSE_[A-Z_]+\b", path.read_text("utf-8")))
    assert named - known - NO_SETTINGS - OF_PROXIES == set()


def test_each_file_is_told_of() -> None:
    told = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    for path in files():
        assert path.name in told, path


def test_the_image_is_made_of_what_there_is() -> None:
    text = CONTAINERFILE.read_text("utf-8")
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE)]
    sources = {name for names in copied for name in names}
    assert all((ROOT / name).exists() for name in sources)
    # Every package of the wheel, and what its metadata reads.
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (packages,) = re.findall(r"targets\.wheel\]\npackages = \[(.+)\]", project)
    assert set(re.findall(r'"(\w+)"', packages)) < sources
    ignored = CONTAINERFILE.with_suffix(".dockerignore").read_text("utf-8")
    assert {f"!{name}" for name in sources} <= set(ignored.splitlines())


def test_the_image_runs_as_nobody_and_says_how_it_is() -> None:
    text = CONTAINERFILE.read_text("utf-8")
    assert re.search(r"^USER (?!0|root)\d+:\d+$", text, re.MULTILINE)
    assert "/readyz" in text.partition("HEALTHCHECK")[2]
    assert "ADD " not in text
    assert not re.search(r"(?i)password|token", text)


def containers() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for one in documents():
        if one["kind"] == "Deployment":
            pod = one["spec"]["template"]["spec"]
            for container in pod["containers"]:
                yield one["metadata"]["name"], pod, container


def test_the_cluster_has_web_processes_and_one_scheduler() -> None:
    kinds = {(one["kind"], one["metadata"]["name"]): one for one in documents()}
    assert kinds["Deployment", "web"]["spec"]["replicas"] > 1
    assert kinds["Deployment", "scheduler"]["spec"]["replicas"] == 1
    for name, pod, container in containers():
        assert container["args"] == ["serve" if name == "web" else "scheduler"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in pod["volumes"]}
        # One key for all: who signed in at one process is known at the others.
        assert "/data/secret.key" in {one["mountPath"] for one in container["volumeMounts"]}
    service = kinds["Service", "classpulse"]["spec"]
    labels = kinds["Deployment", "web"]["spec"]["template"]["metadata"]["labels"]
    assert service["selector"].items() <= labels.items()
    (rule,) = kinds["Ingress", "classpulse"]["spec"]["rules"]
    address = kinds["ConfigMap", "classpulse"]["data"]["CLASSPULSE_URL"]
    assert address == f"https://{rule['host']}"


def test_what_compose_names_is_there() -> None:
    found = compose()
    for service in found["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (DEPLOY / "compose" / source).exists()
            else:
                assert source in found["volumes"]
        assert set(service.get("networks", ())) <= set(found["networks"])
        assert set(service.get("secrets", ())) <= set(found["secrets"])
        assert set(service.get("depends_on", ())) <= set(found["services"])
    server = found["services"]["server"]
    assert server["read_only"]
    assert server["cap_drop"] == ["ALL"]
    assert (DEPLOY / "compose" / server["build"]["context"]).resolve() == ROOT
    assert (ROOT / server["build"]["dockerfile"]).exists()
    # No secret stands in the environment.
    assert "postgresql://" not in (DEPLOY / "compose" / "compose.yaml").read_text("utf-8")


def test_both_sides_of_the_database_get_one_password(tmp_path: Path) -> None:
    script = shutil.copy(DEPLOY / "compose" / "secrets.sh", tmp_path)
    subprocess.run(["sh", script], check=True, capture_output=True)
    password = (tmp_path / "secrets" / "postgres_password").read_text()
    assert len(password) == 48
    address = (tmp_path / "secrets" / "classpulse_database").read_text()
    assert address == f"postgresql://classpulse:{password}@database/classpulse"
    # A second call would lock the server out.
    assert subprocess.run(["sh", script], check=False, capture_output=True).returncode == 1
    assert (tmp_path / "secrets" / "postgres_password").read_text() == password


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """As they are, but for where the program lies: that is not installed here."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = []
    for path in sorted((DEPLOY / "systemd").glob("classpulse*")):
        made = tmp_path / path.name
        made.write_text(
            re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", path.read_text("utf-8"))
        )
        units.append(str(made))
    asked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    said = [line for line in asked.stderr.splitlines() if "classpulse" in line]
    assert (asked.returncode, said) == (0, []), asked.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="there is no caddy here")
def test_caddy_takes_its_file(tmp_path: Path) -> None:
    environ = os.environ | {"CLASSPULSE_NAME": "classpulse.school.example", "HOME": str(tmp_path)}
    file = DEPLOY / "caddy" / "Caddyfile"
    words = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    asked = subprocess.run(words, env=environ, check=False, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    shown = subprocess.run(["caddy", "fmt", str(file)], check=False, capture_output=True, text=True)
    assert shown.stdout == file.read_text("utf-8")


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_one(path: Path) -> None:
    subprocess.run(["sh", "-n", str(path)], check=True)
    assert "set -eu" in path.read_text("utf-8")


def test_a_backup_holds_the_store_the_keys_and_the_erasures(
    sqlite_template: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "classpulse.db")
    (folder / "secret.key").write_bytes(bytes(32))
    program = tmp_path / "classpulse"
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "from classpulse.cli import main; main()" "$@"\n'
    )
    program.chmod(0o755)
    environ = os.environ | {
        "CLASSPULSE": str(program), "CLASSPULSE_FOLDER": str(folder), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    script, backups = DEPLOY / "systemd" / "backup.sh", tmp_path / "backups"
    asked = subprocess.run([script, backups], env=environ, check=False, capture_output=True)
    assert asked.returncode == 0, asked.stderr
    kinds = {path.suffix for path in backups.iterdir()}
    assert kinds == {".db", ".key", ".json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in backups.iterdir())


def test_a_laptop_makes_a_certificate_that_browsers_can_check(tmp_path: Path) -> None:
    program = tmp_path / "classpulse"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    tls = tmp_path / "tls"
    environ = os.environ | {
        "CLASSPULSE": str(program), "CLASSPULSE_TLS": str(tls), "CLASSPULSE_NUMBERS": "192.0.2.7",
    }  # fmt: skip
    script = DEPLOY / "laptop" / "serve.sh"
    for _ in range(2):
        asked = subprocess.run(
            [script, "room12"], env=environ, check=False, capture_output=True, text=True
        )
        assert asked.returncode == 0, asked.stderr
    assert "serve --host 0.0.0.0 --port 8443 --tls server.pem server.key" in asked.stdout
    assert "https://192.0.2.7:8443" in asked.stdout
    for name in ("-verify_hostname room12.local", "-verify_ip 192.0.2.7"):
        words = ["openssl", "verify", "-CAfile", tls / "authority.pem", *name.split()]
        subprocess.run([*words, tls / "server.pem"], check=True, capture_output=True)
    assert (tls / "server.key").stat().st_mode & 0o077 == 0
