"""Students sit at Windows and macOS: what only some systems have stands behind a question."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.places import ROOT

PACKAGES = (
    "contract", "models", "db", "analytics", "services", "capture_agent", "dashboard", "classpulse",
)  # fmt: skip

MODULES = {
    "crypt", "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "spwd",
    "syslog", "termios", "tty",
    "msvcrt", "nt", "winreg", "winsound",
}  # fmt: skip
"""Of one system only; importing one elsewhere raises ImportError."""

NAMES = {
    "os": {
        "chown", "chroot", "fchdir", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid",
        "getgid", "getgroups", "getloadavg", "getpgid", "getpriority", "getuid", "initgroups",
        "killpg", "lchown", "mkfifo", "mknod", "nice", "openpty", "pidfd_open", "posix_spawn",
        "register_at_fork", "sched_getaffinity", "sched_setaffinity", "sched_yield", "setegid",
        "seteuid", "setgid", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync",
        "sysconf", "tcgetpgrp", "uname", "wait", "wait3", "wait4", "startfile",
    },
    "signal": {
        "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2",
        "alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "sigwait",
        "CTRL_BREAK_EVENT", "CTRL_C_EVENT",
    },
    "select": {"poll", "epoll", "kqueue", "devpoll"},
    "socket": {"AF_UNIX", "SO_REUSEPORT", "socketpair", "send_fds", "recv_fds"},
    "time": {"tzset", "clock_settime", "pthread_getcpuclockid"},
    "asyncio": {"open_unix_connection", "start_unix_server"},
    "multiprocessing": {"get_all_start_methods"},
    "subprocess": {"STARTUPINFO", "CREATE_NEW_CONSOLE", "CREATE_NO_WINDOW"},
}  # fmt: skip
"""Attributes of modules that every system has, which not every system has."""

PLACES = ("/dev/", "/proc/", "/sys/", "/etc/", "/tmp/", "/usr/", "C:\\")
"""Where only some systems keep things."""


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def asks(test: ast.expr) -> bool:
    """Whether a condition asks which system this is, or whether it has something."""
    words = ast.unparse(test)
    return any(
        word in words
        for word in ("platform", "os.name", "hasattr(", ".exists()", ".is_dir()", "WINDOWS")
    )


def leaves(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Return | ast.Raise | ast.Continue)


def unasked(tree: ast.AST, asked: bool = False) -> Iterator[ast.AST]:
    """Every node that is reached without such a question."""
    if not asked:
        yield tree
    for _, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            yield from unasked(value, asked or guards(tree, value))
        elif isinstance(value, list):
            behind = asked
            for item in value:
                if not isinstance(item, ast.AST):
                    continue
                yield from unasked(item, behind or guards(tree, item))
                # ``if win32: return`` asks for everything that follows it.
                if isinstance(item, ast.If) and asks(item.test) and leaves(item.body):
                    behind = True


def guards(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(parent, ast.If | ast.IfExp):
        return child is not parent.test and asks(parent.test)
    if isinstance(parent, ast.BoolOp) and child in parent.values:
        return any(asks(value) for value in parent.values[: parent.values.index(child)])
    return isinstance(parent, ast.Try) and any(
        handler.type is not None and "ImportError" in ast.unparse(handler.type)
        for handler in parent.handlers
    )


def of_one_system(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import):
        return next((it.name for it in node.names if it.name.split(".")[0] in MODULES), None)
    if isinstance(node, ast.ImportFrom) and node.module:
        if node.module.split(".")[0] in MODULES:
            return node.module
        only = NAMES.get(node.module, set())
        return next((f"{node.module}.{it.name}" for it in node.names if it.name in only), None)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        name = f"{node.value.id}.{node.attr}"
        return name if node.attr in NAMES.get(node.value.id, set()) else None
    return None


def test_what_only_some_systems_have_is_asked_for_first() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} uses {name}"
        for path in modules()
        for node in unasked(ast.parse(path.read_text(encoding="utf-8")))
        if (name := of_one_system(node)) is not None
    ]
    assert not wrong


def test_no_place_of_one_system_is_taken_for_granted() -> None:
    """In the agent, which students install; the rest may name what a server has."""
    wrong = []
    for path in (ROOT / "capture_agent").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in unasked(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Path", "open"):
                named = [it for it in node.args if isinstance(it, ast.Constant)]
                if any(str(it.value).startswith(PLACES) for it in named):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    # Both are only looked at where they exist.
    allowed = {"capture_agent/sources/camera.py"}
    assert {it.partition(":")[0] for it in wrong} <= allowed


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("from termios import tcgetattr", ["termios"]),
        ("import os\nos.fork()", ["os.fork"]),
        ("import sys\nif sys.platform != 'win32':\n    import fcntl\n", []),
        ("import sys\nif sys.platform == 'win32':\n    import msvcrt\nelse:\n    import tty\n", []),
        ("import os\nif hasattr(os, 'getuid') and os.getuid() == 0:\n    pass\n", []),
        ("try:\n    import fcntl\nexcept ImportError:\n    fcntl = None\n", []),
        ("def f():\n    if os.name == 'nt':\n        return 0\n    return os.getuid()\n", []),
        ("def f():\n    return os.getuid()\n", ["os.getuid"]),
        ("from signal import SIGKILL", ["signal.SIGKILL"]),
    ],
)
def test_the_test_itself_sees(code: str, found: list[str]) -> None:
    seen = [name for node in unasked(ast.parse(code)) if (name := of_one_system(node))]
    assert seen == found


@pytest.mark.parametrize("path", sorted((ROOT / "capture_agent").rglob("*.py")), ids=str)
def test_files_are_read_and_written_in_a_named_encoding(path: Path) -> None:
    """Windows' own encoding is not UTF-8."""
    wrong = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "write_text")
        and not any(word.arg == "encoding" for word in node.keywords)
    ]
    assert not wrong
