"""One lecture's report from the store: read, compute through ``analytics``, set as PDF and CSV."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from analytics import flags as flag_rule
from analytics import moments, report
from analytics.buckets import Buckets
from analytics.engagement import ParticipantEvent
from analytics.evidence import Episode, FlagKind
from analytics.flag_log import LoggedFlag
from analytics.pulses import PulseCounts, count_pulses
from analytics.steady import ShownGroup
from contract import Policy
from contract.languages import Language
from dashboard import i18n, lookup, pulse_spans, rooms
from dashboard.access import shows_flag, shows_row
from dashboard.errors import ServerError
from dashboard.flag_words import evidence_of
from dashboard.i18n import plural, text
from dashboard.live_compose import confusion_of
from dashboard.reports.earlier import earlier_figures
from dashboard.reports.room import room_sentence, room_table
from dashboard.reports.tables import tables
from dashboard.reports.typeset import to_pdf
from dashboard.reports.words import ModelWords, words
from dashboard.services import Services
from dashboard.shown import keep, shown_before
from dashboard.usual import usual_faces
from db import flags, lectures, queries, settings
from db.values import Course, FlagRow, Lecture, Participant, ParticipantStatus

if TYPE_CHECKING:
    from models.cards import Card

TABLES: Final = (
    "summary", "timeline", "moments", "comparison", "flags", "students", "markers",
)  # fmt: skip
"""All tables that a report may have; *flags* and *students* only where the policy allows."""

_ATTEMPTS: Final = 5


def render_report(
    services: Services, lecture_id: UUID, now: datetime
) -> tuple[bytes, Mapping[str, bytes]]:
    """The PDF, and the CSV tables by name, of a lecture as the store has it at ``now``.

    The same data give the same bytes: the document is dated by the lecture's end, not by ``now``.
    Raises UnknownObjectError where there is no such lecture, TypesetError where it cannot be set.
    """
    lecture, course = lookup.lecture(services, lecture_id)
    made = compute(services, lecture, course, now)
    said = _pulses(services, lecture, now)
    seen = rooms.windows(services, lecture.id, now)
    school = settings.school(services.store).name
    with i18n.speaking(services.settings.language):
        told = words(made, course, school, model_words(services.card), said)
        if seen:
            told["method"]["items"].append(room_sentence(seen))
    # Tables are for programs too: one language, whatever the school's.
    with i18n.speaking(Language.EN):
        written = dict(tables(made, course, said))
    if seen:
        written["room"] = room_table(seen, course)
    return to_pdf(told, lecture.ended_at or now), written


def _pulses(services: Services, lecture: Lecture, now: datetime) -> PulseCounts | None:
    """The students' own answers, of those who count, in the spans that were counted."""
    people = queries.participants(services.store, lecture.id)
    spans = pulse_spans.settle(services.store, lecture, people, now)
    counted = {p.id for p in people if _counts(p)}
    # An answer outside them is one of few: told here, it would be the difference.
    return count_pulses(
        (pulse.participant_id, pulse.mood)
        for pulse in queries.lecture_pulses(services.store, lecture.id)
        if pulse.participant_id in counted and pulse_spans.within(spans, pulse)
    )


def compute(
    services: Services, lecture: Lecture, course: Course, now: datetime
) -> report.LectureReport:
    """The report as a value, whose groups the store has kept as shown.

    Raises ServerError where others showed new groups each time that ours were chosen.
    """
    for _ in range(_ATTEMPTS):
        before = shown_before(services.store, lecture.id)
        made = _compute(services, lecture, course, now, before)
        if keep(services.store, lecture.id, made.fresh, before):
            return made
    raise ServerError("A report needs groups that stay, but others were shown at each attempt.")


def _compute(
    services: Services,
    lecture: Lecture,
    course: Course,
    now: datetime,
    before: Sequence[ShownGroup],
) -> report.LectureReport:
    store, card = services.store, services.card
    people = [p for p in queries.participants(store, lecture.id) if _counts(p)]
    start = int(lecture.started_at.timestamp())
    end = int((lecture.ended_at or now).timestamp())
    buckets = Buckets.from_columns(
        queries.lecture_buckets(store, lecture.id),
        [p.id for p in people],
        start,
        max(end, start),
        card.model_id,
    )
    shown: dict[Hashable, Participant] = {p.id: p for p in people if _shown(p, lecture)}
    visible = {key: person.name for key, person in shown.items()}
    log = [
        f
        for f in flags.flags_of(store, lecture.id)
        if f.participant_id in shown and shows_flag(f, shown[f.participant_id])
    ]
    confusion = confusion_of(card)
    episodes = (
        flag_rule.evaluate(
            buckets.only(visible),
            confusion,
            flag_rule.rule_for(card.tuned_check_ins()),
            now=end,
            dismissals=_dismissals(log),
            baselines=usual_faces(store, lecture.id, card.model_id),
        )
        if visible
        else []
    )
    recomputed = [e for e in episodes if _agreed(e, shown[e.participant], log, end)]
    return report.build(
        report.LectureFacts(
            id=str(lecture.id),
            title=lecture.title,
            course=course.title,
            policy=lecture.policy,
            started_at=start,
            ended_at=end,
            model=card.model_id,
        ),
        buckets,
        confusion,
        visible=visible,
        events=[
            ParticipantEvent(e.participant_id, e.at.timestamp(), e.kind)
            for e in queries.lecture_events(store, lecture.id)
        ],
        log=[_logged(flag) for flag in log],
        recomputed=recomputed,
        markers=[
            moments.Marker(int(m.at.timestamp()), m.label)
            for m in lectures.markers_of(store, lecture.id)
        ],
        before=before,
        earlier=earlier_figures(store, lecture, card.model_id),
    )


def model_words(card: "Card") -> ModelWords:
    """What the model's card says of its accuracy, in plain words."""
    measured = [e for e in card.evaluations if e.file == card.files[0].name]
    if not measured:
        nothing = text("The model {model} carries no measured accuracy.", model=card.model_id)
        return ModelWords([nothing], None)
    last = measured[-1]
    wrong = round((1 - last.accuracy) * 10)
    sentences = [
        text(
            "The model {model} names the labelled look of a face in {accuracy} of {n} held-out "
            "pictures ({split}, measured on {day}).",
            model=card.model_id,
            accuracy=i18n.percent(last.accuracy, 1),
            n=i18n.number(last.n),
            split=last.split,
            day=i18n.full_day(last.provenance.measured_on),
        ),
        plural(
            "On a single picture it is wrong about {n} time in ten; people agree with those "
            "labels about two times in three.",
            "On a single picture it is wrong about {n} times in ten; people agree with those "
            "labels about two times in three.",
            wrong,
        ),
        text(
            "Class shares are corrected for its known errors; figures of one student are not exact."
        ),
    ]
    return ModelWords(sentences, last.f1)


def _counts(participant: Participant) -> bool:
    return participant.status is ParticipantStatus.ADMITTED and participant.choices.class_mood


def _shown(participant: Participant, lecture: Lecture) -> bool:
    return lecture.policy is Policy.INDIVIDUAL and shows_row(participant)


def _agreed(episode: Episode, participant: Participant, log: Sequence[FlagRow], end: int) -> bool:
    """Whether an episode that all data give may be shown: who is asked first was asked, said yes.

    Nobody asks after the lecture, so only what overlaps a flag that is shown counts as agreed to.
    """
    if not participant.choices.ask_first:
        return True
    until = episode.cleared_at or end
    return any(
        flag.participant_id == episode.participant
        and flag.kind.value == episode.kind.value
        and flag.raised_at.timestamp() <= until
        and episode.raised_at <= (flag.cleared_at.timestamp() if flag.cleared_at else end)
        for flag in log
    )


def _dismissals(log: list[FlagRow]) -> list[flag_rule.Dismissal]:
    return [
        flag_rule.Dismissal(f.participant_id, FlagKind(f.kind.value), int(f.outcome_at.timestamp()))
        for f in log
        if f.outcome_at is not None
    ]


def _logged(flag: FlagRow) -> LoggedFlag:
    def epoch(moment: Any) -> int | None:
        return None if moment is None else int(moment.astimezone(UTC).timestamp())

    outcome = None
    if flag.outcome is not None:
        outcome = flag.outcome_note or flag.outcome.value
    return LoggedFlag(
        participant=flag.participant_id,
        kind=FlagKind(flag.kind.value),
        raised_at=int(flag.raised_at.timestamp()),
        cleared_at=epoch(flag.cleared_at),
        evidence=evidence_of(flag.evidence),
        reason=flag.reason,
        said_yes=flag.answer is True,
        outcome=outcome,
    )
