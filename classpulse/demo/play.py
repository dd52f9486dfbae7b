"""One course of the demo: its lectures, one after the other, and the students who sit in them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from analytics.buckets import Floats
from analytics.simulation.lectures import SimulatedLecture
from capture_agent.delivery.transport import Transport
from capture_agent.errors import NotAcceptedError, RefusedError
from classpulse.console import say
from classpulse.demo import plot
from classpulse.demo.memory import Remembered, recall, remember
from classpulse.demo.school import seat_all, set_markers, start_lecture
from classpulse.demo.students import SimulatedClass
from contract import BUCKET_SECONDS
from contract.policy import Choices
from db.engine.store import Store
from db.measurements import queries
from db.people import consents, school_settings
from db.teaching import lectures, reports
from db.values import Course, Lecture, User

_GOES_ON_FOR: Final = timedelta(minutes=30)
"""The next start goes on with a lecture of which something came within this time. The server
itself ends a silent lecture later than that."""

Step = Callable[[], None]
"""Told when a student has joined, and when what one has seen is written."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What every course of the demo is played on."""

    store: Store
    transport: Transport
    bank: Sequence[Floats]
    model: str
    folder: Path
    teacher: User


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in a course, and what goes on in it when the demo opens."""

    course: Course
    names: Sequence[str]
    choices: Sequence[Choices]
    waiting: int
    """how many are left for the person at the page to admit"""
    script: plot.Script
    title: str
    behind_minutes: int
    marks: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Sitting:
    """The lecture that the students are in. ``rows``: those of them who have yet to join."""

    lecture: Lecture
    script: plot.Script
    origin: datetime
    students: int
    group: SimulatedClass
    rows: list[int]

    def second(self, now: datetime) -> int:
        """The second of the script that ``now`` is."""
        return max(0, int((now - self.origin).total_seconds()))


class Play:
    """Follows one course: whatever lecture of it runs, its students are in it until it ends."""

    def __init__(self, stage: Stage, cast: Cast) -> None:
        self._stage, self._cast = stage, cast
        self._memory = stage.folder / f"demo-{cast.course.id}.json"
        self._sitting: _Sitting | None = None
        self._left: set[UUID] = set()

    @property
    def lecture(self) -> Lecture | None:
        """The lecture that the students are in."""
        return None if self._sitting is None else self._sitting.lecture

    def resume(self, now: datetime) -> Lecture | None:
        """Go on with the lecture that an earlier start left running, if that is not long ago.

        The students' agents would have kept what they could not send, and so it is sent now. Other
        lectures that still run in the course are ended: nobody is left to play their students.
        """
        kept = recall(self._memory)
        for lecture in self._of_course():
            if not lecture.running:
                continue
            last = queries.last_sign(self._stage.store, lecture.id) or lecture.started_at
            if kept and kept.lecture == lecture.id and now - last < _GOES_ON_FOR:
                self._sit_again(lecture, kept)
            else:
                ended = min(now, last + timedelta(seconds=BUCKET_SECONDS))
                lectures.end(self._stage.store, lecture.id, ended, timedelta(0))
        return self.lecture

    def begin(self, now: datetime, step: Step) -> Lecture:
        """Start the lecture that has been going on for a while when the demo opens."""
        cast, store = self._cast, self._stage.store
        origin = now - timedelta(minutes=cast.behind_minutes)
        # A course has one lecture at a time: where one has only just ended, this one is shorter.
        ends = [_next_second(one.ended_at) for one in self._of_course() if one.ended_at]
        started = min(now, max([origin, *ends]))
        late = int((started - origin).total_seconds())
        lecture = start_lecture(store, cast.course, cast.title, started)
        sitting = self._sit(lecture, cast.script, origin, len(cast.names))
        self._join(sitting, late, step)
        for seat in sitting.group.seats:
            sitting.group.write_until(store, seat, sitting.second(now), now)
            step()
        marks = {second - late: label for second, label in cast.marks.items() if second >= late}
        set_markers(store, self._stage.teacher, lecture, marks)
        return lecture

    def hold(
        self, title: str, script: SimulatedLecture, started: datetime, marks: dict[int, str],
        step: Step, *, at_once: bool,
    ) -> Lecture:  # fmt: skip
        """A lecture from its first to its last second, then ended.

        ``at_once``: who was there and what was seen goes straight into the store, as it is left of
        a lecture of long ago, instead of being joined and sent.
        """
        store, cast = self._stage.store, self._cast
        lecture = start_lecture(store, cast.course, title, started)
        group = self._class(lecture, script, started)
        ended = started + timedelta(seconds=group.length)
        seated = seat_all(store, lecture, cast.names, cast.choices) if at_once else []
        for seat in seated:
            group.sit(seat, 0)
            step()
        for row in range(len(seated), len(cast.names)):
            self._seat(group, lecture, row, 0, admitted=True)
            step()
        set_markers(store, self._stage.teacher, lecture, marks)
        for seat in group.seats if at_once else ():
            group.write_until(store, seat, group.length, ended, pruned=True)
            step()
        group.send_until(group.length)
        return lectures.end(store, lecture.id, ended, timedelta(0))

    def held_before(self) -> bool:
        """Whether the course has had a lecture."""
        return bool(self._of_course())

    def tick(self, now: datetime) -> None:
        """Send what is new; leave a lecture that has ended, and join one that has begun.

        Raises DeliveryError and StoreError where that must wait; a later tick makes up for it.
        """
        sitting = self._sitting or self._next()
        if sitting is None:
            return
        standing = lectures.lecture(self._stage.store, sitting.lecture.id)
        self._join(sitting, sitting.second(now), lambda: None)
        for seat, why in sitting.group.send_until(sitting.second(now)):
            say(f"{seat.name} has left: {why}")
        if standing is None or not standing.running:
            self._leave(sitting.lecture)

    def _of_course(self) -> list[Lecture]:
        return queries.lectures_of_course(self._stage.store, self._cast.course.id)

    def _next(self) -> _Sitting | None:
        """The lecture that has begun since the last one ended."""
        begun = [one for one in self._of_course() if one.running and one.id not in self._left]
        if not begun:
            return None
        lecture = max(begun, key=lambda one: one.started_at)
        say(f"“{lecture.title}” has begun: the students join it.")
        origin = _next_second(lecture.started_at)
        return self._sit(lecture, "next", origin, len(self._cast.names))

    def _sit(
        self, lecture: Lecture, script: plot.Script, origin: datetime, students: int
    ) -> _Sitting:
        drawn = plot.SCRIPTS[script](students, self._stage.bank)
        group = self._class(lecture, drawn, origin)
        self._sitting = _Sitting(lecture, script, origin, students, group, list(range(students)))
        return self._sitting

    def _sit_again(self, lecture: Lecture, kept: Remembered) -> None:
        sitting = self._sit(lecture, kept.script, kept.origin, kept.students)
        sitting.rows.clear()
        newest = queries.last_captured(self._stage.store, lecture.id)
        for seat in kept.seats:
            # Of the last bucket something was sent, and none of it must be seen twice.
            last = newest.get(seat.participant)
            until = datetime.fromtimestamp((last or 0) + BUCKET_SECONDS, UTC)
            sitting.group.sit(seat, 0 if last is None else sitting.second(until))

    def _join(self, sitting: _Sitting, captured: int, step: Step) -> None:
        """Let everybody join who has not yet; the teacher admits all but the last few."""
        if not sitting.rows:
            return
        try:
            while sitting.rows:
                admitted = sitting.rows[0] < sitting.students - self._cast.waiting
                self._seat(
                    sitting.group, sitting.lecture, sitting.rows[0], captured, admitted=admitted
                )
                del sitting.rows[0]
                step()
        except (RefusedError, NotAcceptedError) as error:
            sitting.rows.clear()
            say(f"The students cannot join “{sitting.lecture.title}”: {error}")
        remember(
            self._memory,
            Remembered(
                lecture=sitting.lecture.id, script=sitting.script, students=sitting.students,
                origin=sitting.origin, seats=sitting.group.seats,
            ),
        )  # fmt: skip

    def _seat(
        self, group: SimulatedClass, lecture: Lecture, row: int, captured: int, *, admitted: bool
    ) -> None:
        store, cast = self._stage.store, self._cast
        guardian = "A parent" if school_settings.school(store).guardian_required else None
        seat = group.join(lecture.code, row, cast.names[row], cast.choices[row], guardian)
        group.sit(seat, captured)
        if admitted:
            consents.admit(store, seat.participant)

    def _leave(self, lecture: Lecture) -> None:
        self._left.add(lecture.id)
        self._sitting = None
        self._memory.unlink(missing_ok=True)
        # Everything has been sent, so the report has nothing to wait for.
        job, now = reports.job_of(self._stage.store, lecture.id), datetime.now(UTC)
        due = None if job is None else job.due_at
        if due is not None and due > now:
            reports.enqueue(self._stage.store, lecture.id, now)
        say(f"“{lecture.title}” has ended: its students have left, and its report is written now.")
        say(f"If {self._cast.course.title} has its next lecture, they will join it.")

    def _class(
        self, lecture: Lecture, script: SimulatedLecture, origin: datetime
    ) -> SimulatedClass:
        stage = self._stage
        return SimulatedClass(stage.transport, script, origin, stage.model, lecture.policy)


def _next_second(moment: datetime) -> datetime:
    """The whole second at or after ``moment``."""
    return datetime.fromtimestamp(math.ceil(moment.timestamp()), UTC)
