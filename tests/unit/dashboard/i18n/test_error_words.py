"""What the store refuses is said in the reader's language, its rule and values kept apart."""

import ast

import pytest

from contract.languages import Language
from dashboard import i18n
from dashboard.errors import SettingsError
from dashboard.i18n.error_words import sentence
from db.errors import ConflictError, TicketError
from scripts import catalogues
from tests.builders.places import ROOT

OF_COMMANDS = {"backup.py", "failures.py", "reports.py"}
"""What these refuse is read where commands and jobs run, never on a page."""


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "A login must be new, but 'ana' is taken."),
        (Language.ES, "Un nombre de usuario debe ser nuevo, pero 'ana' ya existe."),
        (Language.HI, "साइन-इन नाम नया होना चाहिए, पर 'ana' पहले से लिया जा चुका है।"),
    ],
)
def test_a_rule_is_said_with_its_value(language: Language, said: str) -> None:
    error = ConflictError("A login must be new, but {given} is taken.", given=repr("ana"))
    assert str(error) == "A login must be new, but 'ana' is taken."
    with i18n.speaking(language):
        assert sentence(error) == said


def test_what_has_no_value_may_hold_braces() -> None:
    assert str(TicketError("{}")) == sentence(TicketError("{}")) == "{}"


def test_the_edges_own_errors_were_made_in_the_readers_words() -> None:
    with i18n.speaking(Language.ES):
        assert sentence(SettingsError("Así no.")) == "Así no."


def test_whatever_a_page_may_show_is_raised_as_a_rule_of_the_catalogues() -> None:
    known = {message.id for message in catalogues.extracted() if message.id}
    raised = 0
    for path in sorted([*ROOT.glob("db/**/*.py"), *ROOT.glob("services/**/*.py")]):
        if path.name in OF_COMMANDS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in catalogues.RAISING:
                rule = node.args[0]
                if isinstance(rule, (ast.Name, ast.Subscript)):
                    # One of several that rule_text marks.
                    continue
                assert isinstance(rule, ast.Constant), f"{path.name}:{node.lineno}"
                assert rule.value in known, f"{path.name}:{node.lineno}"
                raised += 1
    assert raised > 60
