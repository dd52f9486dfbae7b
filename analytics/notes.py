"""Notes: how a report's figures were made and what they cannot say, in plain sentences."""

from typing import Final

from contract.policy import Policy

_METHOD: Final = (
    "Every student counts once: each student's own mean first, then the class.",
    "The shares are adjusted for the mistakes the model is known to make ({model}, measured on "
    "faces it was not trained on); the unadjusted shares are given beside them.",
    "The range beside a share holds the true share of the students seen in nine cases of ten, as "
    "far as the faces the model was measured on are like theirs.",
    "Attentive means: a face is there, the head is near the student's own usual direction and the "
    "eyes are open. Presence is the share of the time with a face. Away, paused, camera lost and "
    "no data are kept apart and never counted as inattentive.",
    "Totals are means of the steps shown in the timeline.",
)
_INDIVIDUAL: Final = (
    "A check-in is suggested when a student has looked sad or disengaged most of several minutes "
    "and was seen most of that time, or for most of half an hour or more.",
    "Students who did not choose to be shown count in the class figures only as a group of at "
    "least five.",
)
_AGGREGATE: Final = (
    "Figures are given for fixed windows of five minutes, for groups of at least five students "
    "who were seen at least 60 % of the window, rounded to five points; a window whose group "
    "differs too little from an earlier one is withheld or counts fewer students.",
)
_LIMITS: Final = (
    "A face shows an expression, not a feeling: expressions vary across cultures, situations and "
    "people. Sad-looking does not mean sad.",
    "Looks alone say little about learning. Ask before acting on a figure.",
    "The model errs, on some people more than on others. Its card gives the error rates.",
    "Shares speak of the students seen, not of those who were away or did not take part.",
    "Nothing here is fit for grading or for comparing students.",
)
_SELF_REPORT: Final = (
    "The school lets nothing be inferred from faces, so this report holds no figure from them.",
)


def method_for(policy: Policy, model: str) -> tuple[str, ...]:
    """How the figures were made under ``policy`` with ``model`` (``name@version``)."""
    if policy is Policy.SELF_REPORT:
        return _SELF_REPORT
    own = _INDIVIDUAL if policy is Policy.INDIVIDUAL else _AGGREGATE
    return tuple(sentence.format(model=model) for sentence in _METHOD) + own


def limits_for(policy: Policy) -> tuple[str, ...]:
    """What the figures cannot say."""
    return () if policy is Policy.SELF_REPORT else _LIMITS
