"""A real nginx with TLS in front of a server, by the file that ``deploy/`` offers."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.builders.certificate import self_signed
from tests.builders.places import ROOT

CONF: Final = ROOT / "deploy" / "nginx" / "classpulse.conf"
_AROUND: Final = """daemon off; master_process off;
pid {here}/nginx.pid; error_log {here}/error.log info;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {here}/body; proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
    {conf}
}}
"""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def configured(text: str, changes: dict[str, str]) -> str:
    """The file with each of these lines said otherwise; all must be there."""
    for line, other in changes.items():
        assert line in text, line
        text = text.replace(line, other)
    return text


@contextmanager
def in_front_of(server: int, *, plain: int, secure: int, path: str, folder: Path) -> Iterator[None]:
    """nginx at two ports of 127.0.0.1, its server standing at ``path``, until the block ends."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.fail("This test needs nginx; `make setup-test` installs it.")
    folder.mkdir()
    chain, key = self_signed(folder)
    conf = CONF.read_text("utf-8")
    (lines,) = re.findall(r"location / \{\n(.*?)\n    \}", conf, re.DOTALL)
    conf = configured(
        conf,
        {
            "127.0.0.1:8050": f"127.0.0.1:{server}",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{secure} ssl http2;",
            "classpulse.school.example;": "127.0.0.1;",
            "https://$host$request_uri": f"https://127.0.0.1:{secure}$request_uri",
            "/etc/ssl/classpulse/chain.pem": str(chain),
            "/etc/ssl/classpulse/key.pem": str(key),
            "/var/log/nginx/classpulse.log": str(folder / "access.log"),
            "location / {": f"location {path}/ {{",
            # Otherwise than in the file a port stands in the address.
            "proxy_set_header Host $host;": "proxy_set_header Host $http_host;",
            "proxy_set_header X-Forwarded-Host $host;": "proxy_set_header X-Forwarded-Host $http_host;",  # noqa: E501
        },
    )
    assert "proxy_pass http://classpulse;" in lines
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(here=folder, conf=conf), "utf-8")
    words = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")]
    tried = subprocess.run([*words, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    running = subprocess.Popen(words)
    try:
        _wait_for(secure)
        yield
    finally:
        running.terminate()
        running.wait(timeout=10)


def _wait_for(port: int) -> None:
    for _ in range(2000):
        with socket.socket() as trial:
            trial.settimeout(0.05)
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"nginx does not listen at {port}.")
