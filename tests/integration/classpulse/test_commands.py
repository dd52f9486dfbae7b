"""The commands as people type them: a sentence or JSON out, and the promised exit codes."""

import io
import json
import tomllib
from pathlib import Path

import pytest

from classpulse import cli
from db.engine.store import open_store
from db.people import audit
from db.schema.tables import REVISION
from tests.builders.places import ROOT


class Terminal:
    """Runs ``classpulse …`` in this process, with a data folder of the test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capfd = monkeypatch, capfd
        self.err = ""

    def run(self, *words: str, stdin: str = "") -> tuple[int, str]:
        self._monkeypatch.setattr("sys.argv", ["classpulse", *words])
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, self.err = self._capfd.readouterr()
        assert "Traceback" not in out + self.err
        return int(left.value.code or 0), out

    def fine(self, *words: str, stdin: str = "") -> str:
        code, out = self.run(*words, stdin=stdin)
        assert code == 0, self.err
        return out


@pytest.fixture
def terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Terminal:
    monkeypatch.setenv("CLASSPULSE_FOLDER", str(tmp_path / "server"))
    return Terminal(monkeypatch, capfd)


def test_the_version_is_the_checkouts_own(terminal: Terminal) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert terminal.fine("--version").split() == ["classpulse", project["version"]]


def test_from_an_empty_machine_to_a_running_and_an_ended_lecture(terminal: Terminal) -> None:
    code, _ = terminal.run("lecture", "start", "Algebra I", "--create", "open")
    assert code == 1
    assert "policy" in terminal.err.lower()
    assert json.loads(terminal.fine("policy", "show", "--json")) == {"policy": None}
    terminal.fine("policy", "set", "individual")
    assert terminal.fine("policy", "show").strip() == "individual"

    terminal.fine("user", "add", "teacher", "ada", "--name", "Ada L.", stdin="long and uncommon\n")
    assert json.loads(terminal.fine("user", "list", "--json"))[0]["login"] == "ada"

    started = json.loads(terminal.fine("lecture", "start", "Algebra I", "--json"))
    assert len(started["code"]) == 6
    (listed,) = json.loads(terminal.fine("lecture", "list", "--json"))
    assert (listed["code"], listed["ended_at"]) == (started["code"], None)
    terminal.fine("lecture", "end", started["code"])
    (listed,) = json.loads(terminal.fine("lecture", "list", "--json"))
    assert listed["ended_at"] is not None


def test_a_room_is_allowed_only_where_enough_agreed(terminal: Terminal) -> None:
    terminal.fine("policy", "set", "aggregate")
    started = json.loads(terminal.fine("lecture", "start", "A", "--create", "open", "--json"))
    state = json.loads(terminal.fine("lecture", "room", started["code"], "--json"))
    assert (state["allowed"], state["agreed"], state["missing"]) == (False, 0, 0)
    code, _ = terminal.run("lecture", "room", started["code"], "--allow")
    assert (code, "at least 5" in terminal.err) == (1, True)
    code, _ = terminal.run("lecture", "room", started["code"], "--allow", "--stop")
    assert code == 2
    assert "not allowed; 0 students" in terminal.fine("lecture", "room", started["code"], "--stop")


def test_a_report_is_written_to_files(terminal: Terminal, tmp_path: Path) -> None:
    terminal.fine("policy", "set", "individual")
    started = json.loads(terminal.fine("lecture", "start", "A", "--create", "open", "--json"))
    pdf, tables = tmp_path / "report.pdf", tmp_path / "tables"
    code, _ = terminal.run("report", started["code"], "--pdf", str(pdf))
    assert code == 1
    assert "has not ended" in terminal.err
    terminal.fine("lecture", "end", started["id"])
    terminal.fine("report", started["id"], "--pdf", str(pdf), "--csv", str(tables))
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert (tables / "summary.csv").is_file()
    store = open_store(f"sqlite:///{tmp_path / 'server' / 'classpulse.db'}")
    looked = [one for one in audit.records(store) if one.action == "download_report"]
    store.close()
    assert [(one.actor, one.object) for one in looked] == [("operator", f"lecture:{started['id']}")]
    code, _ = terminal.run("report", started["id"], "--pdf", str(tmp_path / "no" / "r.pdf"))
    assert code == 1
    assert "cannot be written" in terminal.err


def test_a_roster_is_imported_and_a_student_erased(terminal: Terminal, tmp_path: Path) -> None:
    terminal.fine("policy", "set", "individual")
    names = tmp_path / "names.csv"
    names.write_text("name\nAna\nBo\n", encoding="utf-8")
    words = ("roster", "import", str(names), "--course", "Art")
    dry = json.loads(terminal.fine(*words, "--dry-run", "--json"))
    assert dry["courses"] == [{"title": "Art", "added": 2, "known": 0, "changed": 0, "unlisted": 0}]
    assert dry["remarks"] == []
    code, _ = terminal.run(*words[:3])
    assert code == 2
    assert "--course TITLE" in terminal.err
    assert terminal.fine(*words, "--links").count("\t") == 2
    assert "0 added, 2 known" in terminal.fine(*words)
    names.write_text("name,id\nAna,1\nAna,1\n", encoding="utf-8")
    assert "counted once. Lines: 3." in terminal.fine(*words, "--dry-run")
    code, _ = terminal.run("erase", "Ana")
    assert code == 2
    assert "'Ana'" in terminal.err


def test_the_store_is_upgraded_and_checked(terminal: Terminal, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other' / 'school.db'}"
    assert REVISION in terminal.fine("db", "upgrade", "--database", url)
    assert json.loads(terminal.fine("db", "check", "--database", url, "--json"))["ok"]
    terminal.fine("db", "prune", "--days", "30", "--database", url)
    copy = str(tmp_path / "copy.db")
    assert "bytes" in terminal.fine("db", "backup", copy, "--database", url)
    code, _ = terminal.run("db", "restore", copy, "--database", url)
    assert code == 1
    assert "--yes" in terminal.err
    terminal.fine("db", "restore", copy, "--yes", "--database", url)
    open_store(url).close()


WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "no such command": (("dance",), 2, "dance"),
    "no such option": (("serve", "--loud"), 2, "--loud"),
    "a port that is none": (("serve", "--port", "99999"), 2, "65535"),
    "no such role": (("user", "add", "king", "ada"), 2, "'king'"),
    "a short password": (("user", "add", "teacher", "ada"), 1, "password"),
    "no such policy": (("policy", "set", "anything"), 2, "'anything'"),
    "no such user": (("user", "disable", "nobody"), 1, "'nobody'"),
    "no such lecture": (("lecture", "end", "ABCDEF"), 1, "'ABCDEF'"),
    "no such course": (("lecture", "start", "Nothing"), 1, "'Nothing'"),
    "nowhere to write": (("report", "ABCDEF"), 2, "--pdf"),
    "no such picture": (("predict", "absent.jpg"), 1, "absent.jpg"),
    "not an address": (("agent", "--server", "school", "--join", "ABCDEF"), 1, "'school'"),
    "not a database": (("db", "upgrade", "--database", "mysql://x/y"), 1, "mysql"),
    "no database server": (
        ("db", "upgrade", "--database", "postgresql://u@127.0.0.1:1/x"), 1, "127.0.0.1"
    ),
    "an unwritable folder": (("demo", "--once", "--folder", "/dev/null/x"), 1, "/dev/null/x"),
    "a window on a room": (
        ("agent", "--server", "http://x", "--join", "ABCDEF", "--room", "--preview"), 2, "--room"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "code", "named"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_in_a_sentence(
    terminal: Terminal, words: tuple[str, ...], code: int, named: str
) -> None:
    left, out = terminal.run(*words, stdin="short\n")
    assert left == code
    assert named in terminal.err
    assert not out


def test_a_video_that_is_none_is_named(terminal: Terminal, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"not a video at all" * 100)
    code, _ = terminal.run("predict", str(clip))
    assert code == 1
    assert "clip.mp4" in terminal.err
