"""From what the store holds of a running lecture to what its page shows, through ``analytics``.

No formula stands here: this module chooses which rows, windows and students each figure is asked
for, and turns the answers into the frozen values of ``live_values``.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.baselines import Baseline
from analytics.buckets import Bools, Buckets
from analytics.engagement.figures import ClassEngagement, ParticipantEvent, StudentState, engagement
from analytics.flags.budget import Budget
from analytics.flags.check_ins import Judged, Memory, judge, rule_for
from analytics.flags.log import evidence_of
from analytics.mood.class_mood import mood
from analytics.mood.confusion import Confusion, spread_of
from analytics.privacy.small_groups import live_view, told
from contract import BUCKET_SECONDS, LOOKS, Policy
from contract.published_groups import PublishedGroup
from db.values import Course, EventRow, FlagRow, Lecture, Marker, Participant, ParticipantStatus
from services import access
from services.figures import flag_log
from services.figures.inferred import inferred
from services.figures.small_groups import counting
from services.live.values import (
    Hidden,
    LivePoint,
    LiveSnapshot,
    MarkerPoint,
    MoodFigures,
    OpenFlag,
    StudentTile,
    Waiting,
)
from services.live.windows import ARRIVED_S, Figures, View

if TYPE_CHECKING:
    from models.cards import Card

CHANGE_S: Final = 300
_WINDOW_S: Final = 60

EVIDENCE_STOPS_S: Final = 120
"""A check-in is not shown where no face was seen for so long: what it stands on has stopped."""

_STOPPED: Final = frozenset({StudentState.PAUSED, StudentState.CAMERA_LOST, StudentState.NO_DATA})
"""States in which nothing is seen of a student."""


@dataclass(frozen=True, eq=False)
class Material:
    """All that the store says of one lecture at one moment."""

    lecture: Lecture
    course: Course
    now: datetime
    columns: Mapping[str, NDArray[Any]]
    participants: Sequence[Participant]
    events: Sequence[EventRow]
    flags: Sequence[FlagRow]
    markers: Sequence[Marker]
    once_shown: frozenset[UUID] = frozenset()
    """who has at any time of the lecture agreed that the teacher sees them"""

    @cached_property
    def counted(self) -> list[Participant]:
        """Who counts in the figures."""
        return [p for p in self.participants if access.counts(p)]

    @cached_property
    def shown(self) -> dict[UUID, Participant]:
        """Whose own rows the teacher may see."""
        return access.rows_shown(self.lecture, self.participants)

    @cached_property
    def occurred(self) -> list[ParticipantEvent]:
        """The agents' events as analytics takes them."""
        return [ParticipantEvent(e.participant_id, e.at.timestamp(), e.kind) for e in self.events]

    def buckets(self, model: str) -> Buckets:
        """The lecture so far as a grid of the students who count."""
        return Buckets.from_columns(
            inferred(self.lecture, self.columns),
            [p.id for p in self.counted],
            int(self.lecture.started_at.timestamp()),
            int(self.now.timestamp()) + BUCKET_SECONDS,
            model,
        )


@dataclass(frozen=True, eq=False)
class Composer:
    """Composes snapshots with one model card; what is drawn from the card is drawn once."""

    card: "Card"

    @cached_property
    def confusion(self) -> Confusion:
        """The card's known errors."""
        return confusion_of(self.card)

    def view(
        self,
        material: Material,
        buckets: Buckets,
        published: Sequence[PublishedGroup] = (),
        secret: int | None = None,
        baselines: Mapping[Hashable, Baseline] | None = None,
    ) -> View:
        """What the class figures of this tick may be computed from, beside what was shown.

        ``secret``: the lecture's own (``analytics.privacy.noise``). ``baselines``: how students
        looked before.
        """
        arrived = int(material.now.timestamp()) - ARRIVED_S
        policy = material.lecture.policy
        found = live_view(
            buckets,
            policy,
            material.shown.keys(),
            now=arrived,
            published=published,
            people=counting(material.participants, material.once_shown),
            secret=secret,
        )
        return View(
            found.buckets,
            found.window_s,
            found.now == arrived,
            found.coarse,
            found.groups,
            found.fresh,
            baselines if baselines and material.shown else {},
        )

    def figures(self, material: Material, view: View, at: int) -> Figures:
        """The class over the window that ends with the bucket beginning at ``at``."""
        end = view.end(at)
        engaged = engagement(view.buckets, material.occurred, now=end, window_s=view.window_s)
        found = mood(
            view.buckets,
            self.confusion,
            now=end,
            window_s=view.window_s,
            expected=len(material.counted),
            # What covers hidden students must be the same whenever its window is read.
            baselines=None if view.coarse else view.baselines,
            learning=not view.coarse,
        )
        return Figures(found if found.reporting else None, engaged, view.coarse, view.shift(end))

    def point(self, material: Material, view: View, at: int) -> LivePoint:
        """The step of the timeline that ends at ``at``, a multiple of ten."""
        # The bucket that begins at `at` is not part of it.
        figures = self.figures(material, view, at - BUCKET_SECONDS)
        low, high = figures.bounds
        return LivePoint(
            at=at,
            shares=figures.shares,
            low=low,
            high=high,
            attentive=figures.attentive,
            presence=figures.presence,
            reporting=0 if figures.mood is None else figures.mood.reporting,
        )

    def episodes(
        self,
        material: Material,
        buckets: Buckets,
        baselines: Mapping[Hashable, Baseline],
        memory: Memory | None = None,
        budget: Budget | None = None,
    ) -> Judged:
        """Who has looked sad or disengaged for long enough, among those who chose it.

        ``baselines``: how each of them looks at other times, where that is known. ``memory`` of the
        lecture's earlier ticks saves work and changes nothing; ``budget``: what a teacher is given.
        """
        if not material.shown:
            return Judged((), (), ())
        return judge(
            buckets.only(material.shown),
            self.confusion,
            rule_for(self.card.tuned_check_ins()),
            now=int(material.now.timestamp()),
            dismissals=flag_log.dismissals(material.flags),
            baselines=baselines,
            memory=memory,
            budget=budget,
            apart=flag_log.asked_first(material.shown),
        )

    def snapshot(
        self,
        material: Material,
        buckets: Buckets,
        view: View,
        past: LivePoint | None,
        sequence: int,
        found: Judged,
    ) -> LiveSnapshot:
        """What the page shows now. ``past``: the step of five minutes ago, where there is one;
        ``found``: what ``episodes`` found last."""
        now = int(material.now.timestamp())
        # The bucket that begins now would end a fixed window too early.
        last = now if view.trailing else now - BUCKET_SECONDS
        figures = self.figures(material, view, last)
        everyone = engagement(buckets, material.occurred, now=now)
        attentive = figures.attentive
        before = past.attentive if past is not None else None
        standing = open_flags(material)
        seen = _seen_now(buckets, everyone, now)
        waiting = [flag for flag in standing if flag.participant_id in seen]
        return LiveSnapshot(
            lecture=material.lecture,
            course=material.course,
            sequence=sequence,
            as_of=material.now,
            newest=_newest(buckets, material.now),
            mood=_mood_figures(figures, past),
            hidden=_why_hidden(material, buckets, figures),
            attentive=attentive,
            attentive_change=None if attentive is None or before is None else attentive - before,
            presence=figures.presence,
            reporting=_told(material, everyone, StudentState.REPORTING),
            expected=_told(material, everyone),
            coverage=figures.coverage,
            tiles=_tiles(material, buckets, everyone, {flag.participant_id for flag in waiting}),
            flags=tuple(_open_flag(flag, material.shown[flag.participant_id]) for flag in waiting),
            waiting=_waiting(material.participants),
            markers=tuple(MarkerPoint(m.at, m.label, m.id) for m in material.markers),
            resting=len(standing) - len(waiting),
            held=sum(one.cleared_at is None for one in found.held),
            drift=next((one for one in found.drifts if one.until is None), None),
        )


def confusion_of(card: "Card") -> Confusion:
    """A card's known errors, as analytics takes them."""
    return Confusion(
        matrix=card.confusion(),
        counts=np.asarray(card.confusion_counts(), np.float64),
        prior=card.prior(),
        within=spread_of([card.posteriors(look) for look in LOOKS]),
    )


def open_flags(material: Material) -> list[FlagRow]:
    """The flags that wait for the teacher's answer, oldest first.

    A student who asked to be asked first is shown only after having said yes.
    """
    return [
        flag
        for flag in sorted(material.flags, key=lambda f: (f.raised_at, f.id))
        if flag.cleared_at is None
        and flag.outcome is None
        and flag.participant_id in material.shown
        and access.shows_flag(flag, material.shown[flag.participant_id])
    ]


def _mood_figures(figures: Figures, past: LivePoint | None) -> MoodFigures | None:
    shares, raw = figures.shares, figures.raw
    if shares is None or raw is None:
        return None
    change = None
    if past is not None and past.shares is not None:
        change = tuple(new - old for new, old in zip(shares, past.shares, strict=True))
    low, high = figures.bounds
    return MoodFigures(
        shares=shares,
        raw=raw,
        low=low,
        high=high,
        change=change,
        seen=0 if figures.mood is None else figures.mood.reporting,
    )


def _why_hidden(material: Material, buckets: Buckets, figures: Figures) -> Hidden | None:
    policy = material.lecture.policy
    if policy is Policy.SELF_REPORT:
        return Hidden.NOT_INFERRED
    now = int(material.now.timestamp())
    if figures.mood is not None or not buckets.window(now - _WINDOW_S, now).face_observations.any():
        return None
    if policy is Policy.AGGREGATE:
        return Hidden.TOO_FEW_YET
    return Hidden.TOO_FEW


def _told(material: Material, everyone: ClassEngagement, *states: StudentState) -> int | None:
    """How many students may be said to be in one of ``states`` (none given: in any)."""
    those = [one.participant for one in everyone.students if not states or one.state in states]
    visible = sum(who in material.shown for who in those)
    return told(visible, len(those) - visible)


def _seen_now(buckets: Buckets, everyone: ClassEngagement, now: int) -> set[Hashable]:
    """Of whom a face was seen lately, and whose camera is not known to have stopped."""
    last = _last_ends(buckets, buckets.seen)
    return {
        student.participant
        for student in everyone.students
        if student.state not in _STOPPED
        and now - last.get(student.participant, 0) <= EVIDENCE_STOPS_S
    }


def _last_ends(buckets: Buckets, filled: Bools) -> dict[Hashable, int]:
    """When each student's last ``filled`` (P, T) bucket ended, in epoch seconds."""
    return {
        name: int(buckets.starts[columns[-1]]) + BUCKET_SECONDS
        for name, row in zip(buckets.participants, filled, strict=True)
        if len(columns := np.flatnonzero(row))
    }


def _tiles(
    material: Material, buckets: Buckets, everyone: ClassEngagement, flagged: set[UUID]
) -> tuple[StudentTile, ...]:
    states = {student.participant: student.state for student in everyone.students}
    ends = _last_ends(buckets, buckets.observations > 0)
    shown = sorted(material.shown.values(), key=lambda p: (p.name.casefold(), p.id))

    def since(who: UUID) -> datetime | None:
        silent = states[who] is StudentState.NO_DATA and who in ends
        return datetime.fromtimestamp(ends[who], tz=UTC) if silent else None

    return tuple(
        StudentTile(p.id, p.name, p.verified, states[p.id].value, p.id in flagged, since(p.id))
        for p in shown
    )


def _open_flag(flag: FlagRow, participant: Participant) -> OpenFlag:
    return OpenFlag(
        id=flag.id,
        name=participant.name,
        kind=flag.kind.value,
        raised_at=flag.raised_at,
        evidence=evidence_of(flag.evidence),
        said_yes=flag.answer is True,
        reason=flag.reason,
    )


def _waiting(participants: Sequence[Participant]) -> tuple[Waiting, ...]:
    standing = [p for p in participants if p.status is ParticipantStatus.WAITING]
    return tuple(
        Waiting(p.id, p.name, p.joined_at) for p in sorted(standing, key=lambda p: p.joined_at)
    )


def _newest(buckets: Buckets, now: datetime) -> datetime | None:
    filled = np.flatnonzero(buckets.observations.sum(axis=0))
    if not len(filled):
        return None
    # A bucket only says that something of its ten seconds is there.
    end = int(buckets.starts[filled[-1]]) + BUCKET_SECONDS
    return min(datetime.fromtimestamp(end, tz=UTC), now)
