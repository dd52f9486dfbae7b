"""Whatever people are called, from the door to the printed page: nobody is lost, merged, invented.

What a roster does with a name: ``tests/integration/services/test_any_roster.py``.
"""

import csv
import io
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import Look
from contract.languages import Language
from contract.policy import CourseMode
from dashboard.http.csv_files import safe
from dashboard.reports import render_report
from db.people import consents
from services import teaching
from services.access import OperatorActor
from services.acting.typed import LONGEST, tidy, unwritable
from tests.builders.students import Student
from tests.builders.world import World

_HARD = (
    "Ana", " Ana ", "Zoë", "Zoe\u0308", "=HYPERLINK(0)", "-1", "@x", "😀👩‍👩‍👧", "محمد", "李小龙",
    "தமிழ்", "\u202eanA", "a\u200bb", '"; DROP', "a,b;c\t", "\U00020000", "x" * 200, "x" * 201, "\n",
)  # fmt: skip
_NAMES = st.lists(
    st.one_of(st.sampled_from(_HARD), st.text(min_size=1, max_size=40)), min_size=1, max_size=6
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_NAMES)
def test_a_name_is_the_same_at_the_door_live_in_the_table_and_in_print(
    world: World, names: list[str]
) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    told = []
    for name in names:
        wanted = tidy(name)
        asked = world.client().post("/api/v1/join", json={"code": lecture.code, "name": name})
        takes = 1 <= len(wanted) <= LONGEST and unwritable(wanted) is None and min(name) >= " "
        assert (asked.status_code == 200) is takes, (name, asked.text)
        if takes:
            person = Student(world.client(), name).join(lecture.code)
            consents.admit(world.store, person.id)
            person.show(Look.NEUTRAL, world.clock(), range(0, 30, 5))
            told.append(wanted)
    world.app.board.tick(world.clock.forward(minutes=1))
    rows = world.browser("tara").get(f"/api/v1/lectures/{lecture.id}/students").json["students"]
    assert sorted(row["name"] for row in rows) == sorted(told)
    teaching.end_lecture(world.app.services, OperatorActor(), lecture.id)
    now = world.clock() + timedelta(minutes=5)
    pdf, tables = render_report(world.app.services, Language.EN, lecture.id, now)
    assert pdf.startswith(b"%PDF")
    read = csv.DictReader(io.StringIO(tables["students"].decode(), newline="")) if told else ()
    assert sorted(row["student"] for row in read) == sorted(map(safe, told))
