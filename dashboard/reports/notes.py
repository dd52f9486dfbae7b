"""The sentences of a report's notes: how its figures are made, and what they cannot say."""

from collections.abc import Mapping, Sequence
from typing import Final

from analytics.privacy.small_groups import CONTRIBUTES_FROM
from analytics.privacy.suppression import K
from analytics.report.notes import Note
from dashboard import i18n
from dashboard.i18n import mark, text

_SENTENCES: Final[Mapping[Note, str]] = {
    Note.ONE_VOTE: mark(
        "Every student counts once: each student's own mean first, then the class."
    ),
    Note.ADJUSTED: mark(
        "The shares are adjusted for the mistakes the model is known to make ({model}, measured "
        "on faces it was not trained on); the unadjusted shares are given beside them."
    ),
    Note.RANGE: mark(
        "The range beside a share holds the true share of the students seen in nine cases of ten, "
        "as far as the faces the model was measured on are like theirs. Plain faces differ: of "
        "students whose own is not known from before, the range is wider."
    ),
    Note.ATTENTIVE: mark(
        "Attentive says how engaged a face looks, judged by head, eyes, mouth and expression "
        "against the student's own habit; of older agents, by head and eyes alone. Presence is "
        "the share of the time with a face. Away, paused, camera lost and no data are kept apart "
        "and never counted as inattentive."
    ),
    Note.TOTALS: mark("Totals are means of the steps shown in the timeline."),
    Note.CHECK_INS: mark(
        "A check-in is suggested when a student has looked sad or disengaged most of several "
        "minutes and was seen most of that time, or for most of half an hour or more."
    ),
    Note.NOT_SHOWN: mark(
        "Students who did not choose to be shown count in the class figures only as a group of at "
        "least {k}."
    ),
    Note.SMALL_GROUPS: mark(
        "Figures are given for fixed windows of five minutes, for groups of at least {k} students "
        "who were seen at least {seen} of the window, rounded to five points; a window whose "
        "group differs too little from an earlier one is withheld or counts fewer students."
    ),
    Note.NOTHING_INFERRED: mark(
        "The school lets nothing be inferred from faces, so this report holds no figure from them."
    ),
    Note.NOT_A_FEELING: mark(
        "A face shows an expression, not a feeling: expressions vary across cultures, situations "
        "and people. Sad-looking does not mean sad."
    ),
    Note.ASK_FIRST: mark("Looks alone say little about learning. Ask before acting on a figure."),
    Note.MODEL_ERRS: mark(
        "The model errs, on some people more than on others. Its card gives the error rates."
    ),
    Note.ONLY_SEEN: mark(
        "Shares speak of the students seen, not of those who were away or did not take part."
    ),
    Note.NO_GRADES: mark("Nothing here is fit for grading or for comparing students."),
}


def sentences(notes: Sequence[Note], model: str) -> list[str]:
    """The notes in the reader's language; ``model`` is ``name@version``."""
    values = {"model": model, "k": i18n.number(K), "seen": i18n.percent(CONTRIBUTES_FROM)}
    return [text(_SENTENCES[note], **values) for note in notes]
