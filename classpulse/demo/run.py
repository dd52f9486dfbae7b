"""The demo: a server, a school, one lecture just ended, and two that go on live."""

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from capture_agent.clock import Clock, ClockCorrection
from capture_agent.delivery.transport import Transport
from capture_agent.errors import DeliveryError
from classpulse.console import log_to_stderr, say
from classpulse.demo import plot
from classpulse.demo.names import student_names
from classpulse.demo.play import Cast, Play, Stage, Step
from classpulse.demo.school import ADMIN, TEACHER, choices_of, open_school, policy_of
from classpulse.demo.students import DemoError
from classpulse.opening import make_folder
from classpulse.serving import prepared_app, write_report
from contract import LOOKS
from db.errors import StoreError
from db.values import Course

if TYPE_CHECKING:
    from dashboard.app import App

_TICK_S: Final = 2.0
_DEFAULT_PORT: Final = 8050
_LAB_STUDENTS: Final = 12


def run_demo(*, folder: Path | None, students: int, port: int | None, once: bool) -> None:
    """Run the demo until it is interrupted, or with ``once`` through one short lecture."""
    from dashboard.http.server import listen
    from dashboard.settings import Settings

    log_to_stderr(quiet=True)
    with ExitStack() as closing:
        place = closing.enter_context(_place(folder, keep=once))
        closing.enter_context(_alone(place))
        settings = Settings(
            folder=place,
            port=0 if once else port if port is not None else _DEFAULT_PORT,
            # The students say themselves when all is sent; this is for whoever else has joined.
            report_grace_seconds=10,
            sweep_seconds=1,
        )
        app = prepared_app(settings)
        closing.callback(app.close)
        server = listen(app.flask, settings.host, settings.port, workers=settings.workers)
        web = threading.Thread(target=server.run, name="web", daemon=True)
        web.start()
        closing.callback(web.join)
        closing.callback(server.close)
        demo = Demo(app, server.url, place, students)
        closing.callback(demo.close)
        if once:
            demo.run_once(place)
        else:
            demo.run_live()


class Demo:
    """The simulated part: everything live goes through the API of the server at ``address``."""

    def __init__(self, app: "App", address: str, folder: Path, students: int) -> None:
        self._app = app
        self._address = address
        self._students = students
        self._stopping = threading.Event()
        self._transport = Transport(address, Clock(), ClockCorrection())
        self._now = _whole_second()
        self._school = open_school(app.store, self._now)
        self._stage = Stage(
            store=app.store,
            transport=self._transport,
            # All faces of the bank and not the clear ones alone: the model's known errors, which
            # shares are corrected for, were measured on faces like these.
            bank=[app.services.card.posteriors(look) for look in LOOKS],
            model=app.services.card.model_id,
            folder=folder,
            teacher=self._school.teacher,
        )

    def close(self) -> None:
        """Close the students' connections."""
        self._transport.close()

    def run_once(self, place: Path) -> None:
        """One whole short lecture, its report written into ``place``."""
        lecture = Play(self._stage, self._biology()).hold(
            "A short lecture",
            plot.short_lecture(self._students, self._stage.bank),
            self._now - timedelta(minutes=plot.ONCE_MINUTES),
            plot.ONCE_MARKS,
            lambda: None,
            at_once=False,
        )
        self._app.scheduler.run_due(datetime.now(UTC))
        for path in write_report(
            self._app.store, lecture.id, pdf=place / "report.pdf", csv=place / "report"
        ):
            say(str(path))

    def run_live(self) -> None:
        """The past lecture and its report, then the running ones, until interrupted."""
        biology = Play(self._stage, self._biology())
        lab = Play(self._stage, self._lab())
        try:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, lambda *_: self._stopping.set())
            self._prepare(biology, lab)
            self._app.start_background()
            self._announce(biology, lab)
            self._follow(biology, lab)
        except KeyboardInterrupt:
            self._stopping.set()
        say()
        say("The demo has ended.")

    def _prepare(self, biology: Play, lab: Play) -> None:
        now, going_on = self._now, []
        for play in (biology, lab):
            if (lecture := play.resume(now)) is not None:
                going_on.append(play)
                say(f"Going on with “{lecture.title}”, which the last start left running.")
        lectures = [
            (play, count, "past" if past else "running")
            for play, count, past in (
                (biology, self._students, not biology.held_before()),
                (lab, _LAB_STUDENTS, False),
            )
            if play not in going_on
        ]
        steps = sum(2 * count * (2 if kind == "past" else 1) for _, count, kind in lectures)
        if not lectures:
            return
        with _progress(f"Preparing {self._students} simulated students", steps) as step:
            for play, _, kind in lectures:
                if kind == "past":
                    self._hold_the_past(play, step)
                play.begin(now, step)

    def _hold_the_past(self, biology: Play, step: Step) -> None:
        length = plot.BEHIND_MINUTES + plot.PAST_MINUTES + 15
        biology.hold(
            plot.PAST_TITLE,
            plot.past_lecture(self._students, self._stage.bank),
            self._now - timedelta(minutes=length),
            plot.PAST_MARKS,
            step,
            at_once=True,
        )

    def _follow(self, *plays: Play) -> None:
        silent = False
        while not self._stopping.wait(_TICK_S):
            try:
                for play in plays:
                    play.tick(datetime.now(UTC))
                silent = False
            except (DeliveryError, StoreError) as error:
                if not silent:
                    say(f"The students wait and try again: {error}")
                silent = True

    def _biology(self) -> Cast:
        return self._cast(
            self._school.biology, student_names(self._students), "live", plot.LIVE_TITLE,
            plot.BEHIND_MINUTES, plot.LIVE_MARKS,
        )  # fmt: skip

    def _lab(self) -> Cast:
        others = student_names(self._students + _LAB_STUDENTS)[self._students :]
        return self._cast(
            self._school.lab, others, "room", plot.ROOM_TITLE, plot.ROOM_BEHIND_MINUTES, {}
        )

    def _cast(
        self, course: Course, names: list[str], script: plot.Script, title: str,
        behind_minutes: int, marks: dict[int, str],
    ) -> Cast:  # fmt: skip
        in_room = course == self._school.lab
        return Cast(
            course=course,
            names=names,
            choices=choices_of(len(names), room=in_room),
            waiting=0 if in_room else 1,
            script=script,
            title=title,
            behind_minutes=behind_minutes,
            marks=marks,
        )

    def _announce(self, biology: Play, lab: Play) -> None:
        say()
        say(f"  ClassPulse demo   {self._address}")
        for who in (TEACHER, ADMIN):
            say(f"  {who.role:<16}  sign in as {who.login} with the password {who.password}")
        say(f"  policy            {policy_of(self._app.store)}; the admin may change it")
        if (lecture := biology.lecture) is not None:
            say(f"  live page         {self._address}/live/{lecture.id}")
            say(f"  join code         {lecture.code}")
        if (lecture := lab.lecture) is not None:
            say(f"  room camera       {self._address}/live/{lecture.id}")
            say("                    Everybody there chose it: allow it by the page's button, and")
            say("                    start the command that it shows, with a --source that shows")
            say("                    five faces or more (a picture, a video, or the screen).")
        if (lecture := biology.lecture) is not None:
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


@contextmanager
def _progress(what: str, steps: int) -> Iterator[Step]:
    """A line that fills up on a terminal; elsewhere only what is being done."""
    terminal = Console(stderr=True)
    if not terminal.is_terminal:
        say(f"{what} …")
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=terminal, transient=True) as shown:
        task = shown.add_task(what, total=steps)
        yield lambda: shown.advance(task)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second demo out of the folder: both would play the same students."""
    lock = FileLock(folder / "demo.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise DemoError(
            f"A demo runs in the folder {folder} already: stop it first, or name another folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


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
