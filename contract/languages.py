"""The languages that pages, notices and reports are written in."""

from enum import StrEnum


class Language(StrEnum):
    """A language by its BCP 47 tag, as it stands in ``lang`` attributes and settings."""

    EN = "en"
    ES = "es"
    HI = "hi"

    @property
    def own_name(self) -> str:
        """What its speakers call it."""
        return _OWN_NAMES[self]


_OWN_NAMES = {Language.EN: "English", Language.ES: "Español", Language.HI: "हिन्दी"}
