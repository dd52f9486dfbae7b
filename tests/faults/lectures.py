"""The two hard days of a lecture: everything is killed again and again; the network goes away."""

import json
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.faults.ledger import Lecture, Ledger, compare
from tests.faults.nursery import Nursery
from tests.faults.programs import FaultError, Program, agent, classpulse, serve
from tests.faults.proxy import Fault, Network, Proxy

Say = Callable[[str], None]

_STUDENTS: Final = 2
_PICTURE_S: Final = 0.1
"""Each picture takes as long as on a slow laptop, which makes five observations a second."""

_STUCK_S: Final = 900.0
_DRAIN_S: Final = 600.0
_COUNT_EVERY: Final = 10
_WHOM: Final = ("agent", "server", "both")


class Day:
    """A lecture with its server, its network and its students."""

    def __init__(
        self,
        nursery: Nursery,
        folder: Path,
        database: str,
        students: int,
        picture_seconds: float,
        **settings: Any,
    ) -> None:
        folder.mkdir(parents=True)
        self.nursery = nursery
        self.folder = folder
        self.lecture = Lecture(database)
        self.proxy = Proxy()
        self._picture_seconds = picture_seconds
        self._settings = {"server": self.proxy.url, "join": self.lecture.code, **settings}
        self._names = [f"Student{number}" for number in range(students)]
        self._up = threading.Event()
        self.server: Program | None = None
        self.agents: dict[str, Program] = {}

    def start_server(self) -> None:
        """Start it, and lead the network to it as soon as it says where it listens."""
        self.server = serve(self.nursery, self.folder, self.lecture.url)

        def connect(server: Program) -> None:
            try:
                port = int(server.wait_for(r"listens at \S+:(\d+)")[1])
            except FaultError:
                # Killed on its way up; or the day's own waiting finds it dead.
                return
            if server is self.server:
                self.proxy.forward_to(port)
                self._up.set()

        threading.Thread(target=connect, args=(self.server,), daemon=True).start()

    def kill_server(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.proxy.forward_to(None)

    def start_agent(self, name: str) -> None:
        self.agents[name] = agent(
            self.nursery, self.folder / name, self._picture_seconds, name=name, **self._settings
        )

    def begin(self) -> None:
        """Start the server, and when it listens all the agents."""
        self.start_server()
        if not self._up.wait(_STUCK_S):
            raise FaultError(f"the server did not start: {_last_words(self)}")
        for name in self._names:
            self.start_agent(name)

    def ledger(self) -> Ledger:
        files = (self.folder / name / "ledger" for name in self._names)
        return Ledger.read(*(file for file in files if file.exists()))

    def waiting(self) -> int:
        """Items left in the outboxes; only while no agent runs."""
        left = 0
        for file in self.folder.glob("*/state/*/outbox.sqlite3"):
            connection = sqlite3.connect(file)
            left += int(connection.execute("SELECT count(*) FROM item").fetchone()[0])
            connection.close()
        return left

    def close(self) -> None:
        for program in (self.server, *self.agents.values()):
            if program is not None and program.running:
                program.kill()
        self.proxy.close()


def killed(
    nursery: Nursery,
    folder: Path,
    database: str,
    kills: int,
    seed: int,
    say: Say,
    students: int = _STUDENTS,
) -> dict[str, Any]:
    """Kill agents, the server or both ``kills`` times at random moments, while the network also
    fails. Every ten kills the outboxes are sent and all is counted: every item is stored exactly
    once. Raises FaultError where one is not.
    """
    chance = random.Random(seed)
    day = Day(
        nursery, folder, database, students, _PICTURE_S, loop=70_000.0, drain_seconds=_DRAIN_S
    )
    done: Counter[str] = Counter()
    begin = time.monotonic()
    told: dict[str, Any] = {}
    try:
        day.begin()
        for number in range(1, kills + 1):
            _live_on(day, chance)
            done[_kill(day, chance)] += 1
            if number % _COUNT_EVERY == 0 or number == kills:
                told = _count(day)
                say(f"{number} of {kills} kills {dict(done)} {json.dumps(told)}")
                for name in day.agents:
                    day.start_agent(name)
    finally:
        day.close()
    return {
        "kills": dict(done),
        "network": dict(day.proxy.struck),
        **told,
        "seconds": round(time.monotonic() - begin),
    }


def _count(day: Day) -> dict[str, Any]:
    """Heal the network, end the agents as a student does, and compare. Raises FaultError."""
    day.proxy.disarm()
    _until_answered(day)
    for name in day.agents:
        _until_it_shares(day, name)
    for name, one in day.agents.items():
        if (code := one.ask_to_end(_DRAIN_S + 60)) != 0:
            raise FaultError(f"the agent of {name} ended with {code}: {one.said()[-2000:]}")
    return compare(day.lecture, day.ledger(), waiting=day.waiting())


def _until_it_shares(day: Day, name: str) -> None:
    """Wait for an agent that is on its way up; one that could not join is started once more."""
    for _ in range(3):
        with suppress(FaultError):
            day.agents[name].wait_for("Sharing numbers")
            return
        day.start_agent(name)
    raise FaultError(f"the agent of {name} does not start: {_last_words(day)}")


def _live_on(day: Day, chance: random.Random) -> None:
    """Let the lecture go on for a random while, with a random fault or two of the network."""
    for fault in chance.sample(list(Fault), k=chance.choice((0, 1, 2))):
        day.proxy.arm(fault)
    if chance.random() < 0.8:
        _until_answered(day, chance.randint(1, 4))
    # A kill in the middle of starting up is one in five.
    threading.Event().wait(chance.uniform(0.0, 0.6))


def _kill(day: Day, chance: random.Random) -> str:
    whom = chance.choice(_WHOM)
    victims = chance.sample(list(day.agents), k=chance.randint(1, len(day.agents)))
    blows: list[Callable[[], None]] = []
    if whom != "agent":
        blows.append(day.kill_server)
    if whom != "server":
        blows += [day.agents[name].kill for name in victims]
    chance.shuffle(blows)
    for blow in blows:
        blow()
    if whom != "server":
        for name in victims:
            day.start_agent(name)
    if whom != "agent":
        day.start_server()
    return whom


def _until_answered(day: Day, count: int = 1) -> None:
    """Wait until data flows again; an agent that could not even join is started once more."""
    deadline, wanted = time.monotonic() + _STUCK_S, day.proxy.answered + count
    while not day.proxy.wait_for_answers(wanted, 2.0):
        for name, one in list(day.agents.items()):
            if not one.running:
                day.start_agent(name)
        fell = day.server is not None and not day.server.running
        if fell or time.monotonic() > deadline:
            raise FaultError(f"nothing is delivered any more: {_last_words(day)}")


def _last_words(day: Day) -> str:
    programs = [day.server, *day.agents.values()]
    return " | ".join(one.said()[-600:] for one in programs if one is not None)


def cut_off(
    nursery: Nursery,
    folder: Path,
    database: str,
    seconds: float,
    say: Say,
    *,
    ends: bool,
    students: int = 1,
) -> dict[str, Any]:
    """Take the network away for ``seconds`` of real time while students go on; with ``ends`` the
    teacher ends the lecture meanwhile. Raises FaultError where an item is not stored exactly once.
    """
    day = Day(
        nursery, folder, database, students, 0.0, loop=80_000.0, drain_seconds=_DRAIN_S,
        realtime=True,
    )  # fmt: skip
    begin = time.monotonic()
    try:
        day.begin()
        _until_answered(day, 5)
        for part, network in enumerate((Network.SILENT, Network.REFUSES)):
            day.proxy.set_network(network)
            threading.Event().wait(seconds / 2)
            say(f"{(part + 1) * seconds / 2:.0f} of {seconds:.0f} s cut off")
            if ends and part == 0:
                classpulse(day.nursery, day.folder, "lecture", "end", day.lecture.code,
                           "--database", day.lecture.url)  # fmt: skip
        day.proxy.disarm()
        for name, one in day.agents.items():
            if not ends:
                _until_answered(day, 3)
            code = one.ended(_DRAIN_S + 120) if ends else one.ask_to_end(_DRAIN_S + 60)
            if code != 0:
                raise FaultError(f"the agent of {name} ended with {code}: {one.said()[-2000:]}")
        until = day.lecture.ended_at() if ends else None
        told = compare(day.lecture, day.ledger(), until=until, waiting=day.waiting())
    finally:
        day.close()
    return {"outage_s": seconds, **told, "seconds": round(time.monotonic() - begin)}
