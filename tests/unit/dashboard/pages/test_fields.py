"""What people type is refused with a sentence where it is too long, and never cut without one."""

import re

from babel.messages.pofile import read_po

from contract.exchange import LONGEST_NAME
from dashboard.i18n import speech
from services.acting.typed import LONGEST
from tests.builders.places import ROOT

CODES = {("start.py", 6), ("factor.py", 10)}
"""A join code and one of an authenticator: nobody types more of one."""


def test_no_field_takes_fewer_letters_than_what_it_is_kept_as() -> None:
    folder = ROOT / "dashboard" / "pages"
    bounds = {
        (path.name, int(bound))
        for path in folder.rglob("*.py")
        for bound in re.findall(r'"maxLength": (\d+)', path.read_text("utf-8"))
    }
    assert {(name, bound) for name, bound in bounds if bound < LONGEST} <= CODES
    assert LONGEST_NAME == LONGEST


def test_nothing_that_a_page_says_names_a_flag_of_the_command_line() -> None:
    path = ROOT / "dashboard" / "i18n" / "locales" / "es" / "LC_MESSAGES"
    with (path / f"{speech.DOMAIN}.po").open("rb") as file:
        said = [message.id for message in read_po(file) if message.id]
    told = [one if isinstance(one, str) else one[1] for one in said]
    assert len(told) > 500
    assert [one for one in told if re.search(r"(^|\s)--[a-z]", one)] == []
