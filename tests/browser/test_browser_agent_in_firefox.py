"""The browser agent in Firefox: it captures, sends and pauses; its own fake camera has no face."""

from pathlib import Path

import pytest

from contract import EventKind
from db.measurements import queries
from models.cards import load_card
from tests.builders.classroom import Classroom
from tests.builders.firefox import Firefox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Flask-Compress takes a static file's bytes and leaves closing it to the collector.
    pytest.mark.filterwarnings(r"ignore:unclosed file <_io\..*:ResourceWarning"),
]


def test_a_student_takes_part_pauses_and_stops(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    room = Classroom.open(tmp_path, load_card(), in_browsers=True)
    lecture, firefox = room.start_lecture("Sound"), Firefox.start(profile)
    try:
        firefox.open(f"{room.url}/join/{lecture.code}/camera")
        firefox.wait_for("!document.getElementById('consent').hidden")
        firefox.evaluate("document.querySelector('[name=name]').value = 'Freya Lund'")
        firefox.evaluate("document.querySelector('[name=class_mood]').click()")
        firefox.evaluate("document.getElementById('agree').click()")
        firefox.wait_for("document.getElementById('indicator').dataset.observations >= 3")
        firefox.evaluate("document.getElementById('pause').click()")
        firefox.wait_for("document.getElementById('indicator').dataset.phase === 'paused'")
        firefox.evaluate("document.querySelector('[data-act=stop]').click()")
        firefox.wait_for("!document.getElementById('over-stopped').hidden")
        shown = firefox.evaluate("document.getElementById('stopped-waiting').textContent")
        seconds = int(firefox.evaluate("document.getElementById('indicator').dataset.observations"))
    finally:
        firefox.close()
        (one,) = queries.participants(room.app.store, lecture.id)
        rows = queries.observations_of(room.app.store, one.id)
        events = [it.kind for it in queries.events_of(room.app.store, one.id)]
        room.close()
    assert shown == ""
    assert one.name == "Freya Lund"
    assert len(rows) == seconds >= 3
    assert all(row.model == load_card().model_id for row in rows)
    assert {EventKind.PAUSED, EventKind.STOPPED} <= set(events)
