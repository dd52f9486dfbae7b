"""Who gets what of a lecture over HTTP: every role at every route, under every policy and mode."""

import io
import itertools
import time
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from contract.flags import FlagKind
from contract.policy import CourseMode, Policy
from dashboard.api.openapi import describe, routes
from db.errors import StoreUnavailableError
from db.people import audit, consents
from db.teaching import flags, lectures, reports

GETS = ("summary", "timeline", "students", "flags", "report.pdf", "report.csv?table=summary",
        "report.csv?table=students")  # fmt: skip
CLASS, SINGLE, FILES = GETS[:2], GETS[2:4], GETS[4:]


def write_report(world: Any, lecture: Any) -> None:
    """End the lecture and store a report as the job runner would."""
    lectures.end(world.store, lecture.id, world.clock(), timedelta())
    job = reports.claim(world.store, world.clock(), "test")
    assert job is not None
    tables = {"summary": b"figure,value\r\nstudents,6\r\n", "students": b"name\r\nAna\r\n"}
    reports.complete(
        world.store, job, now=world.clock(), fingerprint="1", pdf=b"%PDF-1.7 test", tables=tables
    )


@pytest.fixture
def browsers(world: Any) -> dict[str, Any]:
    """A browser for every role."""
    return {
        "nobody": world.client(),
        "teacher": world.browser("tara"),
        "other teacher": world.browser("otto"),
        "admin": world.browser("ada"),
    }


def expected(name: str, path: str, policy: Policy, mode: CourseMode) -> int:
    if name == "nobody":
        return 401
    single = path in SINGLE or path.endswith("students")
    if name == "other teacher" or (name == "admin" and path not in FILES):
        return 403
    if single and (policy is not Policy.INDIVIDUAL or mode is CourseMode.ANONYMOUS):
        return 403
    return 200


@pytest.mark.parametrize("policy", Policy)
def test_every_role_at_every_route(world: Any, browsers: dict[str, Any], policy: Policy) -> None:
    for mode in CourseMode:
        lecture = world.lecture(mode, policy)
        write_report(world, lecture)
        for (name, browser), path in itertools.product(browsers.items(), GETS):
            answer = browser.get(f"/api/v1/lectures/{lecture.id}/{path}")
            wanted = expected(name, path, policy, mode)
            assert answer.status_code == wanted, (name, mode, path, answer.text)
            if wanted != 200:
                assert answer.content_type == "application/problem+json"


def test_what_is_taken_along_holds_what_its_reader_may_see(world: Any) -> None:
    for policy, names in ((Policy.INDIVIDUAL, True), (Policy.AGGREGATE, False)):
        lecture = world.lecture(CourseMode.OPEN, policy)
        write_report(world, lecture)
        browser, at = world.browser("tara"), f"/api/v1/lectures/{lecture.id}"
        packed = browser.get(f"{at}/report.zip")
        listed = zipfile.ZipFile(io.BytesIO(packed.data)).namelist()
        assert any(name.endswith("/students.csv") for name in listed) is names
        assert ("students" in browser.get(f"{at}/report.json").json) is names
        assert (b"Ana" in _cells(browser.get(f"{at}/report.xlsx").data)) is names
        refused = browser.get(f"{at}/report.zip?format=pdf")
        assert refused.status_code == 422
        assert "csv, xlsx, parquet, json" in refused.json["detail"]


def _cells(workbook: bytes) -> bytes:
    packed = zipfile.ZipFile(io.BytesIO(workbook))
    return b"".join(packed.read(name) for name in packed.namelist())


def test_a_course_without_a_report_has_nothing_to_take_along(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    at = f"/api/v1/courses/{lecture.course_id}/reports.zip"
    assert world.browser("tara").get(at).status_code == 404
    assert world.browser("otto").get(at).status_code == 403
    write_report(world, lecture)
    packed = world.browser("ada").get(f"{at}?format=parquet")
    listed = zipfile.ZipFile(io.BytesIO(packed.data)).namelist()
    assert [name.split("/")[0] for name in listed] == ["students", "summary"]


def test_a_students_token_opens_nothing_of_the_lecture(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    ana.client.get(ana.agreed["recovery_link"])
    for path in GETS:
        answer = ana.client.get(f"/api/v1/lectures/{lecture.id}/{path}", headers=ana.headers)
        assert answer.status_code == 403, path


def test_one_student_sees_and_deletes_only_what_is_theirs(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana, ben = world.join(lecture, name="Ana"), world.join(lecture, name="Ben")
    for student in (ana, ben):
        student.send([world.observation(world.clock.now), world.observation(world.clock.now)])
        student.send([world.event(world.clock.now)], "events")
    mine = ana.client.get("/api/v1/me/observations", headers=ana.headers).json
    assert mine["name"] == "Ana"
    assert (len(mine["observations"]), len(mine["events"]), mine["next"]) == (2, 1, None)
    assert mine["observations"][0]["probabilities"][6] == 0.7
    deleted = ana.client.delete("/api/v1/me/observations", headers=ana.headers)
    assert deleted.json == {"observations": 2}
    left = ana.client.get("/api/v1/me/observations", headers=ana.headers).json
    assert (left["observations"], left["events"]) == ([], [])
    other = ben.client.get("/api/v1/me/observations", headers=ben.headers).json
    assert len(other["observations"]) == 2


def test_who_withdrew_can_still_see_that_nothing_is_kept(world: Any) -> None:
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    ana.send([world.observation(world.clock.now)])
    ana.client.delete("/api/v1/consents/me", headers=ana.headers)
    mine = ana.client.get("/api/v1/me/observations", headers=ana.headers).json
    assert mine["status"] == "withdrawn"
    assert mine["consents"][0]["withdrawn_at"] is not None
    assert mine["observations"] == []
    deleted = ana.client.delete("/api/v1/me/observations", headers=ana.headers)
    assert deleted.json == {"observations": 0}


def test_own_data_comes_in_pages(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.api.me.PAGE_ROWS", 2)
    ana = world.join(world.lecture(CourseMode.OPEN), name="Ana")
    ana.send([world.observation(world.clock.now) for _ in range(5)])
    seen, after = [], ""
    while after is not None:
        query = f"?after={after}" if after else ""
        page = ana.client.get(f"/api/v1/me/observations{query}", headers=ana.headers).json
        seen += [one["id"] for one in page["observations"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == 5
    wrong = ana.client.get("/api/v1/me/observations?after=x", headers=ana.headers)
    assert wrong.status_code == 422


def test_the_live_figures_and_rows_of_those_who_chose_them(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    shown = world.join(lecture, name="Ana")
    hidden = world.join(lecture, name="Ben", choices={"class_mood": True})
    for student in (shown, hidden):
        consents.admit(world.store, student.id)
        moments = [world.clock.now + timedelta(seconds=s) for s in range(60)]
        student.send([world.observation(moment) for moment in moments])
    world.app.board.tick(world.clock.forward(seconds=62))
    browser = world.browser("tara")
    at = f"/api/v1/lectures/{lecture.id}"
    summary = browser.get(f"{at}/summary").json
    assert (summary["reporting"], summary["lecture"]["state"]) == (2, "running")
    timeline = browser.get(f"{at}/timeline").json
    assert timeline["points"]
    again = browser.get(f"{at}/timeline?cursor={timeline['cursor']}").json
    assert again["points"] == []
    assert [one["name"] for one in browser.get(f"{at}/students").json["students"]] == ["Ana"]
    for student, name in ((shown, "Ana"), (hidden, "Ben")):
        flags.raise_flag(
            world.store, lecture_id=lecture.id, participant_id=student.id, kind=FlagKind.SAD,
            raised_at=world.clock(), evidence={"share": 0.8}, reason=f"{name} looked sad",
        )  # fmt: skip
    (flag,) = browser.get(f"{at}/flags").json["flags"]
    assert (flag["name"], flag["evidence"], flag["outcome"]) == ("Ana", {"share": 0.8}, None)


def test_a_flag_of_who_is_asked_first_is_told_only_after_a_yes(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    wants = {"class_mood": True, "flags": True, "ask_first": True}
    ana = world.join(lecture, name="Ana", choices=wants)
    consents.admit(world.store, ana.id)
    raised = flags.raise_flag(
        world.store, lecture_id=lecture.id, participant_id=ana.id, kind=FlagKind.SAD,
        raised_at=world.clock(), evidence={}, reason="Ana looked sad",
    )  # fmt: skip
    flags.ask(world.store, raised.id, world.clock())
    browser, at = world.browser("tara"), f"/api/v1/lectures/{lecture.id}/flags"

    def told() -> list[str]:
        return [one["name"] for one in browser.get(at).json["flags"]]

    def says(yes: bool) -> None:
        body = {"ask": str(raised.id), "answer": yes}
        assert ana.client.post("/api/v1/pulse", json=body, headers=ana.headers).status_code == 204

    assert told() == []
    says(False)
    assert told() == []
    says(True)
    assert told() == ["Ana"]


def test_a_withdrawal_takes_the_row_away_before_the_next_tick(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    ana = world.join(lecture, name="Ana")
    consents.admit(world.store, ana.id)
    ana.send([world.observation(world.clock.now)])
    world.app.board.tick(world.clock.forward(seconds=5))
    ana.client.delete("/api/v1/consents/me", headers=ana.headers)
    rows = world.browser("tara").get(f"/api/v1/lectures/{lecture.id}/students").json
    assert rows["students"] == []


def test_the_files_of_an_ended_lecture(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    browser = world.browser("ada")
    at = f"/api/v1/lectures/{lecture.id}"
    early = browser.get(f"{at}/report.pdf")
    assert (early.status_code, "still runs" in early.json["detail"]) == (404, True)
    write_report(world, lecture)
    pdf = browser.get(f"{at}/report.pdf")
    assert (pdf.data, pdf.content_type) == (b"%PDF-1.7 test", "application/pdf")
    assert 'filename="maths-open-algebra-2026-11-21.pdf"' in pdf.headers["Content-Disposition"]
    assert pdf.headers["Cache-Control"] == "private, no-store"
    csv = browser.get(f"{at}/report.csv?table=summary")
    assert csv.data == b"figure,value\r\nstudents,6\r\n"
    for_excel = browser.get(f"{at}/report.csv?table=summary&for=excel")
    assert for_excel.data.decode("utf-8-sig").encode() == csv.data != for_excel.data
    assert browser.get(f"{at}/report.csv").status_code == 422
    unknown = browser.get(f"{at}/report.csv?table=users")
    assert (unknown.status_code, "students, summary" in unknown.json["detail"]) == (404, True)


def test_looking_at_students_is_recorded(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    browser = world.browser("tara")
    browser.get(f"/api/v1/lectures/{lecture.id}/students")
    browser.get(f"/api/v1/lectures/{lecture.id}/summary")
    (record,) = audit.records(world.store)
    assert record.actor == f"user:{world.users['tara'].id}"
    assert (record.action, record.object) == ("view_students", f"lecture:{lecture.id}")


@pytest.mark.parametrize("what", ["students", "flags", "report.csv", "report.pdf"])
def test_what_is_asked_for_leaves_no_words_of_its_own_in_the_log(world: Any, what: str) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    write_report(world, lecture)
    browser = world.browser("tara")
    for asked in ("x" * 50_000, "Ana is sad", "summary"):
        browser.get(f"/api/v1/lectures/{lecture.id}/{what}?table={asked}")
    told = [record.detail for record in audit.records(world.store)]
    assert told == [{"table": name} for name in ("summary", "unknown", "unknown")]


def test_a_stranger_cannot_tell_which_lectures_there_are(world: Any) -> None:
    lecture = world.lecture(CourseMode.OPEN)
    client = world.client()
    for identifier in (lecture.id, world.users["tara"].id):
        assert client.get(f"/api/v1/lectures/{identifier}/summary").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nothing"), ("GET", "/api/v1/lectures/3/summary"), ("GET", "/api/v2/join"),
        ("GET", "/api/v1/join"), ("PUT", "/api/v1/observations"), ("POST", "/api/openapi.json"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_not_a_page(world: Any, method: str, path: str) -> None:
    answer = world.client().open(path, method=method)
    assert answer.status_code in (404, 405)
    assert answer.content_type == "application/problem+json"


def test_the_apis_document_is_made_once_however_often_strangers_ask(world: Any) -> None:
    client = world.client()
    first = client.get("/api/openapi.json")
    begun = time.process_time()
    assert describe(world.app.flask) == first.json
    middle = time.process_time()
    assert client.get("/api/openapi.json").text == first.text
    assert time.process_time() - middle < (middle - begun) / 2


def test_an_unforeseen_error_is_an_incident_and_tells_nothing(
    world: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("db.teaching.lectures.by_code", broken)
    answer = world.client().post("/api/v1/join", json={"code": "ABCDEF"})
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    incident = answer.json["instance"].rpartition(":")[2]
    assert incident in answer.json["detail"]
    logged = capsys.readouterr()
    assert incident in logged.out + logged.err


def test_a_store_that_is_away_is_asked_for_again_later(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailableError("The store postgresql://secret-host/ cannot be reached.")

    monkeypatch.setattr("db.teaching.lectures.by_code", away)
    answer = world.client().post("/api/v1/join", json={"code": "ABCDEF"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "secret-host" not in answer.text


def test_every_route_is_in_the_openapi_document(world: Any) -> None:
    document = world.client().get("/api/openapi.json").json
    assert document["openapi"] == "3.1.0"
    flask = world.app.flask
    undocumented = [path for _, path, _, contract in routes(flask) if contract is None]
    assert not undocumented
    shown = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    at = "/lectures/{lecture_id}"
    assert shown == {
        "POST /join", "POST /consents", "DELETE /consents/me", "POST /observations",
        "POST /events", "POST /pulse", "GET /me/observations", "DELETE /me/observations",
        f"GET {at}/summary", f"GET {at}/timeline", f"GET {at}/students", f"GET {at}/flags",
        f"GET {at}/report.pdf", f"GET {at}/report.csv", f"GET {at}/report.xlsx",
        f"GET {at}/report.json", f"GET {at}/report.zip", "GET /courses/{course_id}/reports.zip",
        "GET /api/openapi.json",
        f"GET {at}/room", f"POST {at}/room", f"DELETE {at}/room",
        "GET /room", "POST /room/observations",
    }  # fmt: skip


def test_the_openapi_document_hangs_together(world: Any) -> None:
    document = describe(world.app.flask)

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [one for value in part.values() for one in references(value)]
        if isinstance(part, list):
            return [one for value in part for one in references(value)]
        return []

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known
    sent = document["components"]["schemas"]["Observation"]
    assert sent["additionalProperties"] is False
    assert set(sent["required"]) >= {"id", "captured_at", "frames", "probabilities", "model"}
    assert "clock_offset_ms" not in sent["required"]
