"""The notice a student reads before agreeing. Its version changes whenever a word does."""

from contract.base import Message
from contract.policy import Policy

NOTICE_VERSION = "2026-11-21.2"


class Notice(Message):
    """Text and version of what the student agrees to."""

    version: str
    text: str


_COMMON = """\
ClassPulse looks at your own camera on your own device and sends numbers, never pictures: \
how your face looks (seven expressions), whether a face is there, where the head is turned \
and how open the eyes are, once a second, while the lecture runs.

A face shows an expression, not a feeling. Nobody is graded by it.

You may pause or stop at any time, see everything that was sent, and delete it. \
Taking your agreement back stops the collection at once."""

_ROOM = """\
Your teacher may ask for a camera that sees the whole room, or the meeting's gallery view. It runs \
only if everybody who joined has chosen that below, and at least five faces are in view; it sends \
how they look, never whose they are. As soon as one of you takes that back, it stops."""

_BY_POLICY = {
    Policy.INDIVIDUAL: """\
Your school shows the teacher the mood of the class. Only if you choose it below, your teacher \
also sees your own row and may be told to check in with you when you look sad or turned away \
for a long time.""",
    Policy.AGGREGATE: """\
Your school shows the teacher figures of the whole class only, never yours alone.""",
    Policy.SELF_REPORT: """\
Your school lets nothing be inferred from faces. No camera is used; you may answer a one-tap \
question about how the lecture goes.""",
}


def notice_for(policy: Policy) -> Notice:
    """The notice that goes with ``policy``."""
    if policy is Policy.SELF_REPORT:
        return Notice(version=NOTICE_VERSION, text=_BY_POLICY[policy])
    return Notice(version=NOTICE_VERSION, text=f"{_COMMON}\n\n{_BY_POLICY[policy]}\n\n{_ROOM}")
