"""The demo: a server, a school, one lecture just ended, and one that goes on live."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from analytics.simulation.lectures import SimulatedLecture
from classpulse.console import log_to_stderr, say
from classpulse.demo import plot
from classpulse.demo.names import student_names
from classpulse.demo.school import (
    ADMIN,
    TEACHER,
    DemoSchool,
    choices_of,
    open_school,
    set_markers,
    start_lecture,
)
from classpulse.demo.students import SimulatedClass
from classpulse.opening import make_folder
from classpulse.serving import prepared_app, write_report
from contract import LOOKS
from db.people import consents
from db.teaching import lectures
from db.values import Lecture

if TYPE_CHECKING:
    from dashboard.app import App

_TICK_S = 2.0
_DEFAULT_PORT = 8050


def run_demo(*, folder: Path | None, students: int, port: int | None, once: bool) -> None:
    """Run the demo until it is interrupted, or with ``once`` through one short lecture."""
    from dashboard.http.server import listen
    from dashboard.settings import Settings

    log_to_stderr(quiet=True)
    with _place(folder, keep=once) as place:
        settings = Settings(
            folder=place,
            port=0 if once else port if port is not None else _DEFAULT_PORT,
            report_grace_seconds=0,
        )
        app = prepared_app(settings)
        server = None
        try:
            server = listen(app.flask, settings.host, settings.port, workers=settings.workers)
            threading.Thread(target=server.run, name="web", daemon=True).start()
            with httpx.Client(base_url=server.url, timeout=30) as client:
                demo = Demo(app, client, students)
                if once:
                    demo.run_once(place)
                else:
                    demo.run_live()
        finally:
            if server is not None:
                server.close()
            app.close()


class Demo:
    """The simulated part: everything goes through the API of the server behind ``client``."""

    def __init__(self, app: "App", client: httpx.Client, students: int) -> None:
        self._app = app
        self._address = str(client.base_url).rstrip("/")
        self._names = student_names(students)
        # All faces of the bank and not the clear ones alone: the model's known errors, which shares
        # are corrected for, were measured on faces like these.
        self._bank = [app.services.card.posteriors(look) for look in LOOKS]
        self._client = client
        self._stopping = threading.Event()

    def run_once(self, place: Path) -> None:
        """One whole short lecture, its report written into ``place``."""
        now = _whole_second()
        school = open_school(self._app.store, now)
        lecture = self._held_lecture(
            school,
            "A short lecture",
            plot.short_lecture(len(self._names), self._bank),
            now - timedelta(minutes=plot.ONCE_MINUTES),
            plot.ONCE_MARKS,
        )
        self._app.scheduler.run_due(datetime.now(UTC))
        for path in write_report(
            self._app.store, lecture.id, pdf=place / "report.pdf", csv=place / "report"
        ):
            say(str(path))

    def run_live(self) -> None:
        """The past lecture and its report, then the running one, until interrupted."""
        now = _whole_second()
        school = open_school(self._app.store, now)
        say(f"Preparing two lectures of {len(self._names)} simulated students …")
        behind = timedelta(minutes=plot.BEHIND_MINUTES)
        self._held_lecture(
            school,
            "Cells and tissues",
            plot.past_lecture(len(self._names), self._bank),
            now - behind - timedelta(minutes=plot.PAST_MINUTES + 15),
            plot.PAST_MARKS,
        )
        lecture = start_lecture(self._app.store, school, "How plants breathe", now - behind)
        script = plot.live_lecture(len(self._names), self._bank)
        group = self._seated(lecture, script, waiting=1)
        set_markers(self._app.store, school, lecture, plot.LIVE_MARKS)
        group.send_until(_seconds_since(lecture))
        self._app.start_background()
        self._announce(lecture)
        while not self._stopping.wait(_TICK_S):
            group.send_until(_seconds_since(lecture))

    def _held_lecture(
        self,
        school: DemoSchool,
        title: str,
        script: SimulatedLecture,
        started_at: datetime,
        marks: dict[int, str],
    ) -> Lecture:
        """A lecture from its first to its last second, then ended."""
        lecture = start_lecture(self._app.store, school, title, started_at)
        group = self._seated(lecture, script, waiting=0)
        set_markers(self._app.store, school, lecture, marks)
        group.send_until(group.length)
        return lectures.end(
            self._app.store,
            lecture.id,
            started_at + timedelta(seconds=group.length),
            grace=timedelta(0),
        )

    def _seated(
        self, lecture: Lecture, script: SimulatedLecture, *, waiting: int
    ) -> SimulatedClass:
        """Everybody joins through the API; the teacher admits all but the last ``waiting``."""
        group = SimulatedClass(
            self._client, script, lecture.started_at, self._app.services.card.model_id
        )
        joined = group.join(lecture.code, self._names, choices_of(len(self._names)))
        for participant in joined[: len(joined) - waiting]:
            consents.admit(self._app.store, participant)
        return group

    def _announce(self, lecture: Lecture) -> None:
        say()
        say(f"  ClassPulse demo   {self._address}")
        for who in (TEACHER, ADMIN):
            say(f"  {who.role:<16}  sign in as {who.login} with the password {who.password}")
        say(f"  live page         {self._address}/live/{lecture.id}")
        say(f"  join code         {lecture.code}")
        say("  policy            individual: class figures, and rows of students who chose so")
        say()
        say("Join it yourself, from another terminal in this folder (agree with y):")
        say(
            f"  .venv/bin/classpulse agent --server {self._address} --join {lecture.code} "
            "--name Ana --source demo --realtime --loop 600"
        )
        say()
        say("Everybody else in it is simulated. Stop with Ctrl-C.")


def _whole_second() -> datetime:
    # The wire carries milliseconds; what begins on a second cannot begin after its first item.
    return datetime.now(UTC).replace(microsecond=0)


def _seconds_since(lecture: Lecture) -> int:
    return int((datetime.now(UTC) - lecture.started_at).total_seconds())


@contextmanager
def _place(folder: Path | None, *, keep: bool) -> Iterator[Path]:
    """The named folder, or a temporary one; what was asked for as files is kept."""
    if folder is not None:
        make_folder(folder)
        yield folder
    elif keep:
        yield Path(tempfile.mkdtemp(prefix="classpulse-demo-"))
    else:
        with tempfile.TemporaryDirectory(prefix="classpulse-demo-") as made:
            yield Path(made)
