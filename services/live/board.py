"""The live board: one snapshot of each running lecture per tick, for however many browsers.

One background thread reads, computes and logs; whoever asks gets the finished value. A browser
names its cursor and is told only what is new since.
"""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.baselines import Baseline
from analytics.buckets import Buckets
from analytics.flags import asking
from analytics.flags.check_ins import Judged, Memory
from analytics.flags.evidence import Episode
from contract import BUCKET_SECONDS, EventKind
from contract.policy import Policy
from contract.published_groups import PublishedGroup
from db.engine.store import Store
from db.measurements import queries
from db.measurements.bucket_cache import BucketCache
from db.people import consents, courses
from db.teaching import flags, lectures, published_groups
from db.values import FlagRow, Lecture, Participant
from services.figures import flag_log, self_reports
from services.figures.baselines import known_baselines
from services.live.compose import CHANGE_S, Composer, Material
from services.live.in_life import Answers
from services.live.steps import differs, first_changed, step_at
from services.live.ticking import Ticking
from services.live.values import Increment, LivePoint, LiveSnapshot, MarkerPoint
from services.live.windows import View

if TYPE_CHECKING:
    from models.cards import Card

SETTLE_S: Final = 5
"""A step of the timeline is drawn this long after its end, when agents have delivered it."""


_FLAG_GRACE_S: Final = 1

_BASELINES_S: Final = 300
"""An erasure elsewhere changes how a student usually looks: it is heeded after so long."""


@dataclass(slots=True)
class _Board:
    """What is kept of one running lecture."""

    buckets: BucketCache
    policy: Policy
    """under which all of it was drawn"""
    points: list[LivePoint] = field(default_factory=list)
    revision: int = 0
    sequence: int = 0
    totals: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """(T,) observations in each bucket when the points were drawn."""
    people: tuple[tuple[object, ...], ...] = ()
    found: Judged = field(default_factory=lambda: Judged((), (), ()))
    judged: tuple[object, ...] = ()
    baselines: Mapping[Hashable, Baseline] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    baselines_of: tuple[object, ...] = ()
    answers: Answers = field(default_factory=Answers)
    published: list[PublishedGroup] | None = None
    """the groups shown so far; None: to be read from the store"""
    once_shown: frozenset[UUID] | None = None
    """who has at any time agreed to be shown; None: to be read from the store"""
    secret: int | None = None
    snapshot: LiveSnapshot | None = None


class LiveBoard:
    """Snapshots and timelines of the lectures that run now.

    ``clock`` answers the current time, timezone-aware. Nothing runs before ``start``; tests call
    ``tick`` themselves.
    """

    def __init__(
        self,
        store: Store,
        card: "Card",
        clock: Callable[[], datetime],
        tick_s: float = 2.0,
    ) -> None:
        self.store = store
        self._composer = Composer(card)
        self._clock = clock
        self._tick_s = tick_s
        self._boards: dict[UUID, _Board] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.ticking: Final = Ticking()

    def start(self) -> None:
        """Begin ticking in a thread of its own. Calling it again changes nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="live-board", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop ticking and wait for the tick in progress. Calling it again changes nothing."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None

    def snapshot(self, lecture_id: UUID) -> LiveSnapshot | None:
        """The newest snapshot; None where the lecture does not run or no tick has seen it yet."""
        with self._lock:
            board = self._boards.get(lecture_id)
            return None if board is None else board.snapshot

    def timeline_since(self, lecture_id: UUID, cursor: str | None) -> Increment:
        """What is new since ``cursor``; everything, with ``reset``, where it is None or too old."""
        with self._lock:
            board = self._boards.get(lecture_id)
            if board is None or board.snapshot is None:
                return Increment(cursor or "", reset=False, points=(), markers=())
            points, markers = tuple(board.points), board.snapshot.markers
            revision = board.revision
        here = f"{revision}.{len(points)}.{len(markers)}"
        known = _read_cursor(cursor)
        if known is None or known[0] != revision or known[1] > len(points):
            return Increment(here, reset=True, points=points, markers=markers)
        return Increment(here, False, points[known[1] :], markers[known[2] :])

    def tick(self, now: datetime) -> None:
        """Look at every running lecture once, at ``now``; one that fails does not stop another.

        The first failure is raised once all have been looked at.
        """
        running = lectures.running(self.store)
        with self._lock:
            for gone in self._boards.keys() - {lecture.id for lecture in running}:
                del self._boards[gone]
        failures = [error for lecture in running if (error := self._try(lecture, now))]
        if failures:
            raise failures[0]

    def _try(self, lecture: Lecture, now: datetime) -> Exception | None:
        try:
            self._look(lecture, now)
        except Exception as error:  # noqa: BLE001 - raised again by tick
            self.ticking.failures.failed(lecture.id, error)
            return error
        self.ticking.failures.worked(lecture.id)
        return None

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.ticking.begin()
            try:
                self.tick(self._clock())
            except Exception as error:  # noqa: BLE001 - the board must outlive a store that is away
                self.ticking.failures.failed("tick", error)
            else:
                self.ticking.worked()
            self._stopping.wait(self._tick_s)

    def _look(self, lecture: Lecture, now: datetime) -> None:
        board = self._board(lecture)
        material = self._material(board, lecture, now)
        people = _choices(material.participants)
        buckets = material.buckets(self._composer.card.model_id)
        totals = buckets.observations.sum(axis=0)
        # Who leaves or changes their mind changes every step, late data those it falls into.
        moved = _others_count(board.people, people, material)
        stale = 0 if moved else first_changed(board.totals, totals, buckets)
        board.people, board.totals = people, totals
        material = self._log_flags(board, material, buckets)
        if board.published is None:
            board.published = published_groups.groups_of(self.store, lecture.id)
        if board.secret is None:
            board.secret = published_groups.secret_of(self.store, lecture.id)
        view = self._composer.view(
            material, buckets, board.published, board.secret, board.baselines
        )
        if not published_groups.keep(self.store, lecture.id, view.fresh, len(board.published)):
            # Another process or an erasure came between: the next tick reads and chooses anew.
            board.published, board.people = None, ()
            return
        board.published += view.fresh
        points, revised = self._timeline(board, material, view, stale)
        past = step_at(points, int(now.timestamp()) - CHANGE_S)
        snapshot = replace(
            self._composer.snapshot(material, buckets, view, past, board.sequence + 1, board.found),
            in_life=board.answers.so_far(self.store, material),
            said=self_reports.settle(self.store, lecture, material.participants, now),
        )
        # A marker renamed or taken off is nothing that could be added to what a browser has.
        before = () if board.snapshot is None else board.snapshot.markers
        revised = revised or snapshot.markers[: len(before)] != before
        with self._lock:
            board.points = points
            board.revision += revised
            board.sequence += 1
            board.snapshot = snapshot

    def _board(self, lecture: Lecture) -> _Board:
        with self._lock:
            board = self._boards.get(lecture.id)
            if board is None or board.policy is not lecture.policy:
                # Nothing that was drawn under a wider policy is told again.
                revision = 0 if board is None else board.revision + 1
                board = _Board(
                    BucketCache(self.store, lecture.id), lecture.policy, revision=revision
                )
                self._boards[lecture.id] = board
            return board

    def _material(self, board: _Board, lecture: Lecture, now: datetime) -> Material:
        course = courses.course(self.store, lecture.course_id)
        if course is None:
            raise LookupError(f"The lecture {lecture.id} has no course.")
        participants = queries.participants(self.store, lecture.id)
        if board.once_shown is None or _choices(participants) != board.people:
            board.once_shown = consents.ever_shown(self.store, lecture.id)
        return Material(
            lecture=lecture,
            course=course,
            now=now,
            columns=board.buckets.refresh(),
            participants=participants,
            events=queries.lecture_events(self.store, lecture.id),
            flags=flags.flags_of(self.store, lecture.id),
            markers=lectures.markers_of(self.store, lecture.id),
            once_shown=board.once_shown,
        )

    def _timeline(
        self, board: _Board, material: Material, view: View, stale: int | None
    ) -> tuple[list[LivePoint], bool]:
        """The steps so far, those that end after ``stale`` anew, and whether one of them moved."""
        points, revised = list(board.points), False
        for index, point in enumerate(points):
            if stale is not None and point.at > stale:
                anew = self._composer.point(material, view, point.at)
                if differs(point, anew):
                    points[index], revised = anew, True
        start = int(material.lecture.started_at.timestamp())
        first = points[-1].at if points else start // BUCKET_SECONDS * BUCKET_SECONDS
        settled = int(material.now.timestamp()) - SETTLE_S
        due = range(first + BUCKET_SECONDS, settled + 1, BUCKET_SECONDS)
        points.extend(self._composer.point(material, view, at) for at in due)
        return points, revised

    def _log_flags(self, board: _Board, material: Material, buckets: Buckets) -> Material:
        """Judge anew when a bucket is complete or an answer came, and log what rose or fell."""
        bucket = (int(material.now.timestamp()) - _FLAG_GRACE_S) // BUCKET_SECONDS
        answers = tuple((f.id, f.outcome_at, f.answered_at) for f in material.flags)
        judged = (bucket, answers, board.people)
        if judged == board.judged:
            return material
        board.judged = judged
        self._read_baselines(board, material)
        known = board.baselines, board.memory, flag_log.budget(self.store)
        board.found = self._composer.episodes(material, buckets, *known)
        if not _append(self.store, material, board.found.episodes):
            return material
        return replace(material, flags=flags.flags_of(self.store, material.lecture.id))

    def _read_baselines(self, board: _Board, material: Material) -> None:
        """Read anew how students usually look where that may have changed, or was some time ago."""
        marked = sum(event.kind is EventKind.BASELINE_END for event in material.events)
        since = int(material.now.timestamp()) // _BASELINES_S
        if board.baselines_of != (board.people, marked, since):
            model = self._composer.card.model_id
            board.baselines = known_baselines(self.store, material.lecture.id, model)
            board.baselines_of = board.people, marked, since


def _choices(participants: Sequence[Participant]) -> tuple[tuple[object, ...], ...]:
    """Who takes part, and what of it decides whom figures and rows may cover."""
    return tuple((one.id, one.status, one.choices) for one in participants)


def _append(store: Store, material: Material, episodes: Sequence[Episode]) -> bool:
    """Log new raises and clears; whether there were any.

    Late data may shift an episode by a bucket, so one that stands is the open flag of the same
    student and kind, not a second one. Another board may run with a clock ahead of this one: what
    it raised or cleared of what is not complete here is its business. What an answer closed is not
    opened again: who takes back a *no* after their flag has closed is told of in the report.
    """
    complete = int(material.now.timestamp()) // BUCKET_SECONDS * BUCKET_SECONDS
    standing = {(e.participant, e.kind): e for e in episodes if e.cleared_at is None}
    opened = {(f.participant_id, f.kind): f for f in material.flags if f.cleared_at is None}
    over = {
        (f.participant_id, f.kind, int(f.raised_at.timestamp()))
        for f in material.flags
        if f.cleared_at is not None and not _may_rise_again(f, complete)
    }
    passed = [
        flag
        for key, flag in opened.items()
        if key not in standing and flag.last_raised_at.timestamp() <= complete
    ]
    fresh = [
        episode
        for key, episode in standing.items()
        if key not in opened and (*key, episode.raised_at) not in over
    ]
    for flag in passed:
        flags.clear(store, flag.id, material.now)
    for episode in fresh:
        _raise(store, material, episode)
    return bool(passed or fresh)


def _may_rise_again(flag: FlagRow, complete: int) -> bool:
    """Whether what was cleared may have been so by mistake, as far as is known at ``complete``."""
    cleared = flag.cleared_at
    if cleared is None or cleared.timestamp() > complete or flag.outcome is not None:
        return False
    said_since = flag.answered_at is not None and flag.answered_at > cleared
    return flag.answer is not False and not said_since


def _raise(store: Store, material: Material, episode: Episode) -> None:
    participant = episode.participant
    if not isinstance(participant, UUID):
        raise TypeError(f"An episode must name a participant's UUID, but names {participant!r}.")
    raised = flags.raise_flag(
        store,
        lecture_id=material.lecture.id,
        participant_id=participant,
        kind=episode.kind,
        raised_at=datetime.fromtimestamp(episode.raised_at, tz=UTC),
        evidence=_json_ready(episode),
        # The clause alone: edges make the sentence from the numbers, each in its reader's language.
        reason=episode.evidence.clause.value,
        judged_at=material.now,
    )
    ask_first = material.shown[participant].choices.ask_first
    if asking.asks(ask_first, asked=raised.asked_at is not None):
        flags.ask(store, raised.id, material.now)


def _json_ready(episode: Episode) -> dict[str, Any]:
    evidence = episode.evidence
    return {name: getattr(evidence, name) for name in evidence.__dataclass_fields__}


def _others_count(
    old: tuple[tuple[object, ...], ...], new: tuple[tuple[object, ...], ...], material: Material
) -> bool:
    """Whether somebody of whom there is data counts otherwise than before.

    Who has just joined has sent nothing: no step of the past is another for it.
    """
    changed = {person for person, *_ in set(old) ^ set(new)}
    return bool(changed) and not changed.isdisjoint(material.columns["participant"])


def _read_cursor(cursor: str | None) -> tuple[int, int, int] | None:
    try:
        revision, points, markers = (int(part) for part in (cursor or "").split("."))
    except ValueError:
        return None
    return revision, points, markers


__all__ = ["Increment", "LiveBoard", "LivePoint", "LiveSnapshot", "MarkerPoint"]
