"""Why a check-in is suggested, as a sentence about looks, in every language."""

import json
from dataclasses import asdict

import pytest

from analytics.flags.evidence import Clause, Evidence
from contract.flags import FlagKind
from contract.languages import Language
from dashboard import i18n
from dashboard.i18n.flag_words import evidence_of, why, why_logged

EVIDENCE = Evidence(0.784, 360, 0.921, 0.97, 20.0, 0.9, Clause.RECENT)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Language.EN, "Looked sad 78 % of the last 6 min, seen 92 % of the time."),
        (
            Language.ES,
            "Se le vio triste el 78\u00a0% de los últimos 6 min, visible el 92\u00a0% del tiempo.",
        ),
        (Language.HI, "पिछले 6 मिनट में से 78% समय चेहरा उदास दिखा; 92% समय चेहरा सामने रहा।"),
    ],
)
def test_it_is_one_plain_sentence_about_looks(chosen: Language, expected: str) -> None:
    with i18n.speaking(chosen):
        assert why(FlagKind.SAD, EVIDENCE) == expected


def test_the_lecture_so_far_and_a_yes_are_said() -> None:
    evidence = Evidence(0.784, 4020, 0.921, 0.97, 20.0, 0.9, Clause.ALL_LECTURE)
    assert why(FlagKind.DISENGAGED, evidence, said_yes=True) == (
        "Looked disengaged 78 % of the lecture so far (1 h 07 min), seen 92 % of the time. "
        "The student said yes to a check-in."
    )


def test_the_log_gives_back_what_was_logged() -> None:
    assert evidence_of(json.loads(json.dumps(asdict(EVIDENCE)))) == EVIDENCE


@pytest.mark.parametrize("logged", [{}, {"share": 0.8}, asdict(EVIDENCE) | {"clause": "never"}])
def test_a_log_without_the_numbers_has_none(logged: dict[str, object]) -> None:
    assert evidence_of(logged) is None


def test_an_older_log_keeps_its_own_sentence_and_a_newer_one_is_said_anew() -> None:
    older = "Looked sad 80 % of the last 5 min, seen 100 % of the time."
    with i18n.speaking(Language.ES):
        assert why_logged(FlagKind.SAD, None, older) == older
        assert why_logged(FlagKind.SAD, EVIDENCE, "recent") == why(FlagKind.SAD, EVIDENCE)
