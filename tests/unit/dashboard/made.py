"""Made-up parts of a school: a card, observations, a lecture in a store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from contract import LOOKS, Choices, CourseMode, Look, Observation, Policy, uuid7
from db.engine.secrets import mint
from db.engine.store import Store
from db.measurements import ingest
from db.people import consents, courses, tickets
from db.teaching import lectures
from db.values import Course, Lecture
from models.cards import Card

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def sharp_card() -> Card:
    """The card of a model that errs little, so that what a test sends is what a page shows."""
    rng = np.random.default_rng(5)
    faces = [rng.dirichlet(0.2 + 40.0 * np.eye(7)[look], 60).round(6) for look in range(7)]
    rows = [block / block.sum(axis=1, keepdims=True) for block in faces]
    source = {
        "split": "PublicTest",
        "n": 420,
        "measured_on": date(2026, 11, 21),
        "commit": "0" * 40,
        "data": "made up for tests",
        "data_sha256": "0" * 64,
    }
    sad = LOOKS.index(Look.SAD)
    return Card.model_validate(
        {
            "name": "pulse",
            "version": 1,
            "summary": "a card for tests",
            "emotions": LOOKS,
            "files": [
                {"name": "x.tflite", "sha256": "0" * 64, "size_bytes": 1, "precision": "float32"}
            ],
            "parameters": 1,
            "training": {},
            "temperature": 1.0,
            "training_prior": [1 / 7] * 7,
            "soft_confusion": {
                "provenance": source,
                "rows": [block.mean(axis=0).tolist() for block in rows],
                "counts": [60] * 7,
            },
            "hard_confusion": (np.eye(7, dtype=int) * 60).tolist(),
            "bank": {
                "provenance": source,
                "by_true_look": [
                    {"posteriors": block.tolist(), "clear": [True] * 60} for block in rows
                ],
            },
            "sad_m0": float(np.mean([block[:, sad].mean() for block in rows[:sad]])),
            "sad_m1": float(rows[sad][:, sad].mean()),
            "evaluations": [],
            "intended_use": "tests",
            "limits": ["none"],
        }
    )


def observation(look: Look, at: datetime, attentive: float = 0.9) -> Observation:
    """One second of a face of ``look``."""
    share = [0.02] * 7
    share[LOOKS.index(look)] = 0.88
    return Observation(
        id=uuid7(at),
        captured_at=at,
        frames=5,
        face_share=1.0,
        faces=1,
        probabilities=tuple(share),  # type: ignore[arg-type]
        attentive=attentive,
        detection_score=0.9,
        model="pulse@1",
    )


@dataclass(frozen=True)
class Sitting:
    """One lecture in a store, and a way to fill it."""

    store: Store
    course: Course
    lecture: Lecture

    @classmethod
    def begin(cls, store: Store, policy: Policy = Policy.INDIVIDUAL) -> "Sitting":
        course = courses.add_course(
            store, title="Physics 10b", mode=CourseMode.OPEN, timezone="Europe/Berlin", now=START
        )
        lecture = lectures.start(store, course.id, "Heat", policy, START)
        return cls(store, course, lecture)

    def join(
        self, name: str, *, admit: bool = True, flags: bool = True, ask_first: bool = False
    ) -> UUID:
        ticket = mint()
        tickets.issue_ticket(
            self.store,
            ticket,
            lecture_id=self.lecture.id,
            name=name,
            now=START,
            expires_at=START + timedelta(hours=1),
        )
        made = consents.accept(
            self.store,
            ticket=ticket,
            notice_version="1",
            choices=Choices(class_mood=True, flags=flags, ask_first=ask_first),
            guardian=None,
            token=mint(),
            recovery=mint(),
            now=START,
        )
        if admit:
            consents.admit(self.store, made.id)
        return made.id

    def send(
        self,
        participant: UUID,
        look: Look | Sequence[Look],
        seconds: Iterable[int],
        attentive: float = 0.9,
    ) -> None:
        times = list(seconds)
        looks = [look] * len(times) if isinstance(look, Look) else look
        ingest.ingest_observations(
            self.store,
            participant,
            [
                observation(seen, START + timedelta(seconds=second), attentive)
                for seen, second in zip(looks, times, strict=True)
            ],
            START + timedelta(seconds=max(times) + 1),
        )
