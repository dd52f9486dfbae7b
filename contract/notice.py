"""The notice a student reads before agreeing. Its version changes whenever a word does."""

from contract.base import Message
from contract.languages import Language
from contract.notice_words import WORDS
from contract.policy import Policy

NOTICE_VERSION = "2026-11-21.2"


class Notice(Message):
    """Text and version of what the student agrees to."""

    version: str
    text: str


def notice_for(policy: Policy, language: Language = Language.EN) -> Notice:
    """The notice that goes with ``policy``, in ``language``; its version tells both apart."""
    words = WORDS[language]
    parts = [words.policy[policy]]
    if policy is not Policy.SELF_REPORT:
        parts = [words.camera, *parts, words.room]
    return Notice(version=version_in(language), text="\n\n".join(parts))


def version_in(language: Language) -> str:
    """The version under which an agreement to the notice in ``language`` is kept."""
    return NOTICE_VERSION if language is Language.EN else f"{NOTICE_VERSION}-{language}"
