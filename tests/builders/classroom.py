"""A school on loopback for a browser: a real server, a clock to turn, real requests."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from werkzeug.serving import BaseWSGIServer, make_server

from classpulse.browser_agent import built_files, model_assets
from contract import Policy
from dashboard.app import App, create_app
from dashboard.settings import Settings
from db.engine import migrate
from db.measurements import queries
from db.people import consents, school_settings
from db.teaching import lectures
from db.values import Course, Lecture, ParticipantStatus, Role, User
from models.cards import Card
from services.accounts.passwords import hash_password
from tests.builders.clock import START, Clock, RealClock
from tests.builders.school import employ, offer, settle
from tests.builders.students import Student

PASSWORD = "correct horse battery"


@dataclass
class Classroom:
    """A running server with one open course, one teacher and one admin."""

    app: App
    clock: Clock
    url: str
    teacher: User
    admin: User
    course: Course
    _server: BaseWSGIServer
    _thread: threading.Thread
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=20)

    @classmethod
    def open(
        cls,
        folder: Path,
        card: Card,
        policy: Policy = Policy.INDIVIDUAL,
        *,
        in_browsers: bool = False,
        **settings: Any,
    ) -> Self:
        """``in_browsers``: students' browsers may look at cameras, which keep real time."""
        config = Settings(folder=folder, port=0, tick_seconds=0.2, sweep_seconds=0.2, **settings)
        migrate.upgrade(config.database_url)
        clock = RealClock() if in_browsers else Clock(START + timedelta(seconds=5))
        built = built_files() if in_browsers else None
        app = create_app(config, built, model_assets(card), clock=clock)
        store, now = app.store, clock()
        # Five minutes to the first check-in, not twenty.
        settle(store, policy, now=now, check_ins_per_hour=12)
        hashed = hash_password(PASSWORD)
        teacher, admin = (
            employ(store, login, role, name=name, password_hash=hashed, now=now)
            for login, name, role in (
                ("teacher", "Maria Okafor", Role.TEACHER),
                ("admin", "Jonas Weber", Role.ADMIN),
            )
        )
        course = offer(store, teachers=[teacher], now=now)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        server = make_server("127.0.0.1", 0, app.flask, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        app.start_background(jobs=False)
        return cls(
            app,
            clock,
            f"http://127.0.0.1:{server.server_port}",
            teacher,
            admin,
            course,
            server,
            thread,
        )

    def start_lecture(self, title: str = "Thermodynamics: the second law") -> Lecture:
        store, policy = self.app.store, school_settings.school(self.app.store).policy
        assert policy is not None
        return lectures.start(store, self.course.id, title, policy, self.clock())

    def students(self, lecture: Lecture, names: Sequence[str]) -> list[Student]:
        """Students who joined and were admitted."""
        joined = [Student(self.http, name).join(lecture.code) for name in names]
        for someone in queries.participants(self.app.store, lecture.id):
            if someone.status is ParticipantStatus.WAITING:
                consents.admit(self.app.store, someone.id)
        return joined

    def unplug(self) -> None:
        """Nothing answers at the address any more; the store stays."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def plug_in(self) -> None:
        """The server is back, at the same address."""
        port = self._server.server_port
        self._server = make_server("127.0.0.1", port, self.app.flask, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.http.close()
        self._server.shutdown()
        self._server.server_close()
        self.app.close()
        self._thread.join(timeout=10)
