"""What is fuzzed, kind by kind: each makes its cases from a seed and tells what went wrong."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from contract.exchange import API
from tests.builders.observations import sent_event, sent_observation
from tests.fuzz.mutations import TEXTS, mutated, value
from tests.fuzz.school import School
from tests.integration.dashboard.test_callbacks import dependencies, forged

BROWSERS: Final = ("nobody", "tara", "otto", "ada", "student")
ITEMS: Final = 24
"""Most items of one batch; each is judged by itself, and counts as a case."""

_OF_CALLBACKS: Final = frozenset({200, 204, 401, 403, 404, 409, 413, 415, 422, 429})
_OF_PAGES: Final = frozenset({200, 204, 302, 303, 401, 403, 404, 405, 409, 415, 421, 422, 429})
_HEADERS: Final = (
    {"Content-Encoding": "gzip"}, {"Content-Type": "text/plain"}, {"Accept": "text/html"},
    {"Authorization": "Bearer"}, {"Authorization": "Bearer \x7f"}, {"Authorization": "Basic eDp5"},
    {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"},
    {"Accept-Language": "hi;q=x, *"}, {"Content-Type": "application/x-www-form-urlencoded"},
    {"Cookie": "classpulse=x; classpulse-device=y"}, {"Content-Type": "multipart/form-data"},
)  # fmt: skip


@dataclass
class Told:
    """What came of some cases: how many there were, what was answered, and what is at fault."""

    cases: int = 0
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def saw(self, operation: str, status: int, cases: int = 1) -> None:
        self.cases += cases
        self.statuses[operation, status] += 1


@dataclass(frozen=True)
class Operation:
    """One operation of the API as its document has it."""

    method: str
    path: str
    statuses: frozenset[int]
    query: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def operations(school: School) -> list[Operation]:
    """All that the server's own document describes."""
    described = school.world.client().get("/api/openapi.json").json["paths"]
    return [
        Operation(
            method.upper(), path, frozenset(map(int, one["responses"])),
            tuple(p["name"] for p in one.get("parameters", ()) if p["in"] == "query"),
        )
        for path, methods in described.items()
        for method, one in methods.items()
    ]  # fmt: skip


def api(school: School, random: Random, most: int) -> Told:
    """Operations of the API: what exists is named mostly, and sent by whom it concerns mostly."""
    told, known = Told(), operations(school)
    # What ends something for good comes seldom, or nothing would be left to ask for.
    weights = [0.1 if one.method == "DELETE" else 1.0 for one in known]
    # Each once as it is meant, what ends something last: all have been reached then.
    first = sorted(known, key=lambda one: (one.method == "DELETE", "consents/me" in one.path))
    while told.cases < most:
        if told.cases < len(first):
            one = first[told.cases]
            address, who, request = _meant(school, random, one)
        else:
            one = random.choices(known, weights)[0]
            address, request = _address(school, random, one), _request(school, random, one)
            who = role(school, random, one)
        answer = school.ask(who, one.method, address, **request)
        told.saw(one.name, answer.status_code)
        if one.method == "POST" and one.path.endswith("/room") and answer.status_code == 200:
            # The camera that looked until then may look no more.
            secret = answer.json["link"].partition("#room=")[2]
            school.camera = {"Authorization": f"Bearer {secret}"}
        judge(told, school, answer, one.statuses, (who, one.method, address, request))
    return told


def judge(told: Told, school: School, answer: Any, statuses: frozenset[int], asked: object) -> None:
    """A documented status, problems as problems, nothing in the log."""
    heard = school.complaints()
    wrong = answer.status_code not in statuses
    problem = answer.status_code >= 400 and answer.content_type.split(";")[0] not in (
        "application/problem+json", "text/html",
    )  # fmt: skip
    if wrong or problem or heard:
        told.faults.append(f"{asked!r:.3000} -> {answer.status_code} {answer.text[:300]} {heard}")


def _meant(school: School, random: Random, one: Operation) -> tuple[str, str, dict[str, Any]]:
    """A request that is right in every way, and whom it is right of."""
    lecture, who = school.lectures[0], "0"
    if "/lectures/" in one.path:
        who = "tara"
        lecture = school.over if "report" in one.path else lecture
        lecture = school.alike if one.path.endswith("/room") else lecture
    elif "/courses/" in one.path:
        who = "tara"
    elif one.path.startswith(f"{API}/room"):
        who = "camera"
    address = one.path.replace("{lecture_id}", lecture).replace("{course_id}", school.course)
    address += "?table=summary" if "table" in one.query else ""
    request: dict[str, Any] = {}
    if one.method == "POST":
        kept = body(school, random, one.path)
        if one.path == f"{API}/join":
            kept = {"code": school.codes[0], "name": "Zoe"}
        if one.path == f"{API}/pulse":
            kept = {"mood": "good"}
        request = {"data": as_json(kept), "headers": {"Content-Type": "application/json"}}
    return address, who, request


def _address(school: School, random: Random, one: Operation) -> str:
    address = one.path
    ids = school.lectures if random.random() < 0.9 else [*school.named, "none", "%00", "ü"]
    if "report" in one.path and random.random() < 0.6:
        ids = [school.over]
    if one.path.endswith("/room") and random.random() < 0.6:
        ids = [school.alike]
    address = address.replace("{lecture_id}", random.choice(ids))
    address = address.replace("{course_id}", random.choice([school.course, *school.named]))
    words = [*("summary", "students", "flags", "1.2.3"), *school.named, *TEXTS[:12], "1.-5.99999"]
    asked = [
        f"{name}={_quoted(random.choice(words))}" for name in one.query if random.random() < 0.8
    ]
    if random.random() < 0.05:
        asked.append(f"{_quoted(random.choice(TEXTS))}={_quoted(random.choice(TEXTS))}")
    return address + ("?" + "&".join(asked) if asked else "")


def _quoted(word: str) -> str:
    return "".join(f"%{byte:02x}" for byte in word.encode("utf-8", "surrogatepass")[:200])


def role(school: School, random: Random, one: Operation) -> str:
    if random.random() < 0.1:
        return random.choice([*BROWSERS, "camera", *map(str, range(len(school.agents)))])
    if "/lectures/" in one.path:
        return random.choice(("tara", "tara", "ada"))
    if one.path.startswith(f"{API}/room"):
        return "camera"
    if one.path in (f"{API}/join", f"{API}/consents"):
        return "nobody"
    return str(random.randrange(len(school.agents)))


def _request(school: School, random: Random, one: Operation) -> dict[str, Any]:
    request: dict[str, Any] = {}
    if random.random() < 0.08:
        request["headers"] = random.choice(_HEADERS)
    if one.method in ("GET", "DELETE"):
        return request
    valid = body(school, random, one.path)
    chance = random.random()
    if chance < 0.04:
        request["data"] = random.randbytes(random.randrange(80))
    else:
        request["data"] = as_json(valid if chance < 0.4 else mutated(random, valid))
    request.setdefault("headers", {})
    request["headers"] = {"Content-Type": "application/json", **request["headers"]}
    return request


def as_json(body: Any) -> bytes:
    """Also of what no JSON may hold, such as half of a surrogate pair in raw bytes."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def body(school: School, random: Random, path: str) -> Any:
    match path.removeprefix(API):
        case "/join":
            made = {"code": random.choice(school.codes), "name": "Zoe"}
            return made if random.random() < 0.7 else {**made, "link": random.choice(school.links)}
        case "/consents":
            ticket, version = random.choice(school.tickets)
            return {
                "ticket": ticket, "notice_version": version,
                "choices": {"class_mood": True, "flags": random.random() < 0.5},
            }  # fmt: skip
        case "/observations":
            return {"items": items(school, random, 2)}
        case "/events":
            return {"items": [sent_event(school.world.clock.now) for _ in range(2)]}
        case "/pulse":
            asks = {"ask": school.named[0], "answer": random.random() < 0.5}
            return {"mood": "good"} if random.random() < 0.8 else asks
        case "/room/observations":
            return {"items": [_room(school) for _ in range(2)]}
    return {"everybody_agreed": True}


def items(school: School, random: Random, most: int) -> list[dict[str, Any]]:
    """Valid observations of this minute."""
    now = school.world.clock.now
    return [sent_observation(now, random.randrange(7)) for _ in range(random.randint(1, most))]


def _room(school: School) -> dict[str, Any]:
    seen = sent_observation(school.world.clock.now)
    face = {name: seen[name] for name in ("probabilities", "attentive") if name in seen}
    kept = {name: seen[name] for name in ("id", "captured_at", "frames", "model")}
    return {**kept, "faces": [face] * 5}


def observations(school: School, random: Random, most: int) -> Told:
    """Batches of an agent: every item gets its verdict, whatever stands beside it."""
    told = Told()
    while told.cases < most:
        batch: list[Any] = [
            one if random.random() < 0.3 else mutated(random, one)
            for one in items(school, random, ITEMS)
        ]
        agent = str(random.randrange(len(school.agents)))
        answer = school.ask(agent, "POST", f"{API}/observations", data=as_json({"items": batch}))
        told.saw("observations", answer.status_code, len(batch))
        judge(told, school, answer, frozenset({200, 403, 413, 422}), (agent, batch))
        if answer.status_code == 200:
            verdicts = [one["verdict"] for one in answer.json["verdicts"]]
            if len(verdicts) != len(batch) or set(verdicts) - {"accepted", "duplicate", "rejected"}:
                told.faults.append(f"{batch!r:.2000} -> {verdicts}")
    return told


def callbacks(school: School, random: Random, most: int) -> Told:
    """Callbacks of the pages with forged values, and the pages' own addresses and forms."""
    told = Told()
    known = list(dependencies(school.world).values())
    while told.cases < most:
        who = random.choice(BROWSERS)
        if random.random() < 0.2:
            _visit(told, school, random, who)
            continue
        one = random.choice(known)
        call: Any = forged(one, random.choice(school.lectures + school.named))
        for part in (*call["inputs"], *call["state"]):
            if isinstance(part, dict) and random.random() < 0.7:
                part["value"] = _given(school, random)
        if random.random() < 0.3:
            call = mutated(random, call)
        answer = school.ask(
            who, "POST", "/_dash-update-component", data=as_json(call),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        told.saw("callback", answer.status_code)
        judge(told, school, answer, _OF_CALLBACKS, (who, call))
        if "Something went wrong" in answer.text:
            told.faults.append(f"{call!r:.3000} -> {answer.text[:300]}")
    return told


def _given(school: School, random: Random) -> Any:
    """What an element may hold: something of ours, a click, or anything."""
    ours = [*school.lectures, *school.named, *school.codes, "/join", "/live/", "/admin/log", "Zoe"]
    ours += [f"/live/{school.lectures[0]}", f"?link={school.links[0]}", "?link=%00", "?code=ABCDEF"]
    row = {"rowId": random.choice(school.named), "value": random.choice(("rename", "links", "x"))}
    return random.choice((random.choice(ours), 1, [1], row, True, value(random), value(random)))


def _visit(told: Told, school: School, random: Random, who: str) -> None:
    word = random.choice([*TEXTS, *school.lectures, *school.codes])
    pages = ("/", "/join/", "/live/", "/_live/", "/me/", "/language/", "/join?code=", "/join?link=",
             "/signin?next=", "/signin/school?next=", "/assets/", "/agent/", "/api/")  # fmt: skip
    if random.random() < 0.3:
        # A browser sends no halves of pairs; in an address they are bytes like any others.
        typed = word.encode("utf-8", "replace").decode()
        form = {"login": "tara", random.choice(("login", "password", "next")): typed}
        answer = school.ask("nobody", "POST", "/signin", data=form)
        asked: object = form
    else:
        address = random.choice(pages) + _quoted(word)
        answer, asked = school.ask(who, "GET", address), (who, address)
    told.saw("page", answer.status_code)
    judge(told, school, answer, _OF_PAGES, asked)


Kind = Callable[[School, Random, int], Told]


def split(most: int, shares: dict[str, float]) -> Iterator[tuple[str, int]]:
    """How many of ``most`` cases each kind has."""
    whole = sum(shares.values())
    for name, share in shares.items():
        yield name, round(most * share / whole)
