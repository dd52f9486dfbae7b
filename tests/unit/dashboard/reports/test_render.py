"""The report's files: tagged, repeatable, harmless, and holding no more than the policy allows."""

import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pypdfium2
import pytest

from contract import Look, Policy
from contract.exchange import PulseMood
from contract.flags import FlagKind
from contract.languages import Language
from dashboard.reports import TABLES, render_report, report_files
from dashboard.reports.typeset import TypesetError, to_pdf
from dashboard.settings import Settings
from db.engine.store import Store
from db.measurements import ingest
from db.people import school_settings
from db.teaching import flags, lectures
from db.values import FlagOutcome, School
from tests.builders.card import sharp_card
from tests.builders.clock import START
from tests.builders.lecture import Sitting

MINUTES = 12


def at(seconds: int):
    return START + timedelta(seconds=seconds)


def services(store: Store, language: Language = Language.EN):
    return SimpleNamespace(store=store, card=sharp_card(), settings=Settings(language=language))


def taught(store: Store, policy: Policy = Policy.INDIVIDUAL) -> Sitting:
    """A lecture of six, one of them sad-looking throughout and named like a formula."""
    school_settings.set_school(store, School("Northbridge", "Europe/Berlin", policy), START)
    sitting = Sitting.begin(store, policy)
    for name in ("=Ana", "Ben", "Chloé", "Dev", "Emeka", "Freya"):
        look = Look.SAD if name == "=Ana" else Look.NEUTRAL
        person = sitting.admitted(name)
        sitting.send(person, look, range(MINUTES * 60))
        if name == "=Ana" and policy is Policy.INDIVIDUAL:
            flag = flags.raise_flag(
                store,
                lecture_id=sitting.lecture.id,
                participant_id=person,
                kind=FlagKind.SAD,
                raised_at=at(300),
                evidence={},
                reason="Looked sad 80 % of the last 5 min, seen 100 % of the time.",
            )
            flags.decide(
                store, flag.id, FlagOutcome.DISMISSED, at=at(330), user_id=None, note="not_now"
            )
    lectures.add_marker(store, sitting.lecture.id, at=at(120), label="Group work", user_id=None)
    lectures.end(store, sitting.lecture.id, at(MINUTES * 60))
    return sitting


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline="")))


def test_the_pdf_says_what_happened_and_is_tagged(sqlite_store: Store) -> None:
    sitting = taught(sqlite_store)
    pdf, _ = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    text = text_of(pdf).replace("\xa0", " ")
    for said in (
        "Heat",
        "Physics 10b",
        "Northbridge",
        "21 November 2026",
        "10:00 to 10:12",  # the school's zone
        "12 min",
        "Individual",
        "Group work",
        "=Ana",
        "Not now",
        "A face shows an expression, not a feeling",
        "How to read this report",
    ):
        assert said in text
    assert "is sad" not in text
    assert b"/StructTreeRoot" in pdf or b"pdfuaid:part" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf


def test_the_same_data_give_the_same_bytes(sqlite_store: Store) -> None:
    sitting = taught(sqlite_store)
    first = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    assert render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(9000)) == first


def test_the_tables_are_readable_and_harmless(sqlite_store: Store) -> None:
    sitting = taught(sqlite_store)
    _, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    assert set(tables) == set(TABLES)
    assert {row["student"] for row in rows(tables["students"])} == {
        "'=Ana",
        "Ben",
        "Chloé",
        "Dev",
        "Emeka",
        "Freya",
    }
    timeline = rows(tables["timeline"])
    assert timeline[0]["at"] == "2026-11-21T10:00:00+01:00"
    assert float(timeline[5]["neutral"]) == pytest.approx(5 / 6, abs=0.1)
    assert float(timeline[5]["sad_low"]) <= float(timeline[5]["sad"])
    assert rows(tables["markers"]) == [{"at": "2026-11-21T10:02:00+01:00", "label": "Group work"}]
    flagged = [row for row in rows(tables["flags"]) if row["shown_live"] == "yes"]
    assert [(row["student"], row["outcome"]) for row in flagged] == [("'=Ana", "Not now")]
    summary = {row["figure"]: row["value"] for row in rows(tables["summary"])}
    assert summary["students"] == "6"
    assert summary["policy"] == "individual"


@pytest.mark.parametrize(("said", "check_ins"), [(None, "0"), (False, "0"), (True, "1")])
def test_who_is_asked_first_has_only_the_check_ins_they_agreed_to(
    sqlite_store: Store, said: bool | None, check_ins: str
) -> None:
    sitting = Sitting.begin(sqlite_store)
    ana = sitting.admitted("Ana", ask_first=True)
    sitting.send(ana, Look.SAD, range(MINUTES * 60))
    flag = flags.raise_flag(
        sqlite_store,
        lecture_id=sitting.lecture.id,
        participant_id=ana,
        kind=FlagKind.SAD,
        raised_at=at(300),
        evidence={},
        reason="Looked sad 80 % of the last 5 min, seen 100 % of the time.",
    )
    flags.ask(sqlite_store, flag.id, at(301))
    if said is not None:
        flags.answer(sqlite_store, flag.id, said, at(310))
    lectures.end(sqlite_store, sitting.lecture.id, at(MINUTES * 60))
    pdf, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    (line,) = rows(tables["students"])
    assert line["check_ins"] == check_ins
    assert [row["student"] for row in rows(tables["flags"])] == ["Ana"] * int(check_ins)
    assert ("Looked sad" in text_of(pdf).replace("\xa0", " ")) is (said is True)
    assert {row["figure"]: row["value"] for row in rows(tables["summary"])}[
        "check_ins"
    ] == check_ins


def test_under_aggregate_no_student_is_in_any_file(sqlite_store: Store) -> None:
    sitting = taught(sqlite_store, Policy.AGGREGATE)
    pdf, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    assert set(tables) == {"summary", "timeline", "moments", "comparison", "markers", "columns"}
    everything = text_of(pdf) + "".join(table.decode() for table in tables.values())
    for name in ("Ana", "Ben", "Chloé", "Emeka", "Freya"):
        assert name not in everything


def self_reported(store: Store, answering: int) -> Sitting:
    sitting = Sitting.begin(store, Policy.SELF_REPORT)
    for number in range(6):
        person = sitting.admitted(f"Student {number}", flags=False)
        if number < answering:
            for second, mood in (
                (60, PulseMood.OKAY),
                (120, PulseMood.LOST),
                (180, PulseMood.LOST),
            ):
                if number < 2 or mood is PulseMood.OKAY:
                    ingest.ingest_self_report(store, person, mood, at(second))
    lectures.end(store, sitting.lecture.id, at(MINUTES * 60))
    return sitting


def test_under_self_report_students_speak_and_no_model_does(sqlite_store: Store) -> None:
    sitting = self_reported(sqlite_store, answering=5)
    pdf, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    assert set(tables) == {"summary", "markers", "columns"}
    summary = {row["figure"]: row["value"] for row in rows(tables["summary"])}
    assert list(summary) == [
        *("lecture", "course", "policy", "started_at", "ended_at", "duration_s", "students"),
        *("inferred_from_faces", "students_who_answered"),
        *("said_good", "said_okay", "said_lost", "said_bored", "said_low"),
    ]
    assert (summary["inferred_from_faces"], summary["students_who_answered"]) == ("nothing", "5")
    assert (summary["said_okay"], summary["said_lost"], summary["said_low"]) == ("5", "2", "0")
    text = text_of(pdf).replace("\xa0", " ")
    assert "nothing was inferred from faces" in text
    assert "5 of 6 students answered." in text
    for unsaid in ("pulse@1", "model", "Most common look", "Attentive", "Happy", "neutral"):
        assert unsaid not in text


def test_the_answers_of_a_few_are_not_counted(sqlite_store: Store) -> None:
    sitting = self_reported(sqlite_store, answering=4)
    pdf, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(2000))
    summary = {row["figure"]: row["value"] for row in rows(tables["summary"])}
    assert summary["students_who_answered"] == "fewer than 5"
    assert not [figure for figure in summary if figure.startswith("said_")]
    assert "Fewer than 5 students answered" in text_of(pdf).replace("\xa0", " ").replace(
        "\r\n", " "
    )


def test_an_empty_lecture_has_a_report_too(sqlite_store: Store) -> None:
    sitting = Sitting.begin(sqlite_store)
    lectures.end(sqlite_store, sitting.lecture.id, at(90))
    pdf, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(100))
    text = text_of(pdf).replace("\xa0", " ")
    assert "No faces were seen in this lecture." in text
    assert "No check-in was suggested." in text
    assert rows(tables["markers"]) == []


@pytest.mark.parametrize(
    ("minutes", "said", "unsaid"),
    [
        (2, "2 min of the 50 min can be shown. That is too little to speak for", "mostly"),
        (15, "15 min of the 50 min can be shown. In it the class was mostly neutral", "Over 50"),
        (45, "Over 50 min the class was mostly neutral", "can be shown"),
    ],
)
def test_what_is_left_of_a_lecture_does_not_stand_for_more_than_it_is(
    sqlite_store: Store, minutes: int, said: str, unsaid: str
) -> None:
    sitting = Sitting.begin(sqlite_store)
    for name in ("Ana", "Ben", "Chloé", "Dev", "Emeka"):
        sitting.send(sitting.admitted(name), Look.NEUTRAL, range(0, minutes * 60, 5))
    lectures.end(sqlite_store, sitting.lecture.id, at(50 * 60))
    pdf, tables = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(4000))
    text = text_of(pdf).replace("\xa0", " ").replace("\r\n", " ")
    assert said in text
    assert unsaid not in text
    summary = {row["figure"]: row["value"] for row in rows(tables["summary"])}
    assert bool(summary["neutral_share"]) == bool(summary["attentive"]) == (minutes > 2)


def test_neither_the_pdf_nor_the_tables_take_the_other_down(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Sitting.begin(sqlite_store)
    lectures.end(sqlite_store, sitting.lecture.id, at(90))

    def broken(*_: object) -> bytes:
        raise RuntimeError("out of ink")

    def made():
        return report_files(services(sqlite_store), Language.EN, sitting.lecture.id, at(100))

    with monkeypatch.context() as patch:
        patch.setattr("dashboard.reports.render.to_pdf", broken)
        assert (made().pdf, made().problem) == (None, "RuntimeError: out of ink")
        assert {"summary", "timeline"} <= set(made().tables)
    with monkeypatch.context() as patch:
        patch.setattr("dashboard.reports.render.csv_bytes", broken)
        assert (made().tables, made().problem) == ({}, "RuntimeError: out of ink")
        assert (made().pdf or b"").startswith(b"%PDF")
    assert made().problem is None


def test_words_that_are_missing_are_named() -> None:
    with pytest.raises(TypesetError, match="could not be typeset"):
        to_pdf({"title": "x"}, START)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.ES, ["Cómo se vio", "Conversaciones sugeridas", "de aspecto triste"]),
        (Language.HI, ["कक्षा", "बातचीत के सुझाव"]),
    ],
)
def test_the_report_is_set_in_the_schools_language(
    sqlite_store: Store, language: Language, words: list[str]
) -> None:
    sitting = taught(sqlite_store)
    pdf, tables = render_report(services(sqlite_store), language, sitting.lecture.id, at(4000))
    assert f"/Lang({language})".encode() in pdf
    # Marks may come out beside the letters that they are set on.
    letters = {word: set(word) for word in words}
    text = text_of(pdf)
    assert [word for word, known in letters.items() if not known <= set(text)] == []
    if language is Language.ES:
        assert [word for word in words if word not in text] == []
    english = render_report(services(sqlite_store), Language.EN, sitting.lecture.id, at(4000))[1]
    assert tables == english, "tables are for programs too"
