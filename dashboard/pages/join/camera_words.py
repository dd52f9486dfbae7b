"""What the browser agent's page is told as data: addresses, the model, and its changing words."""

from typing import Any

from contract import Look, Policy
from contract.notice import notice_for
from dashboard import i18n
from dashboard.http.browser_agent import BrowserAgent
from dashboard.i18n import text, wording
from db.values import Lecture


def told(
    lecture: Lecture, known_as: str | None, agent: BrowserAgent, *, api: str, files: str
) -> dict[str, Any]:
    """The data, as ``capture_agent/web/src/page/document.ts`` reads it."""
    return {
        "code": lecture.code,
        "running": lecture.running,
        "policy": lecture.policy.value,
        "knownAs": known_as,
        "noticeVersion": notice_for(lecture.policy, i18n.language()).version,
        "api": api,
        **{
            name: files + agent.network(name)
            for name in agent.networks
            if lecture.policy is not Policy.SELF_REPORT
        },
        "model": {"id": agent.card.model_id, "precision": agent.precision},
        "words": {**_phases(), **_figures(), **_answers(), **_looks()},
    }


def _phases() -> dict[str, str]:
    return {
        "title": text("Take part with your camera"),
        "phase_starting": text("Getting ready"),
        "more_starting": text("If your browser asks for the camera, allow it."),
        "phase_looking": text("Sharing numbers"),
        "more_looking": text("Looking for your face for the first time."),
        "phase_sharing": text("Sharing numbers"),
        "more_sharing": text("Once a second, and never a picture."),
        "phase_paused": text("Paused"),
        "more_paused": text("Your camera is off, and nothing is sent."),
        "phase_covered": text("The camera is covered or dark"),
        "more_covered": text("There is nothing to be seen. Uncover it, and it goes on by itself."),
        "phase_trouble": text("Not sharing"),
        "more_trouble": text("Nothing is sent until there is a picture again."),
        "pause": text("Pause"),
        "go_on": text("Go on"),
    }


def _figures() -> dict[str, str]:
    return {
        "sent": text("sent: {n}", n="{n}"),
        "waiting": text("waiting here: {n}", n="{n}"),
        "rate": text("pictures a second: {n}", n="{n}"),
        "retrying": text("The server cannot be reached. It goes on by itself; nothing is lost."),
        "not_admitted": text(
            "Your teacher has not admitted you yet; what you send waits until then."
        ),
        "full": text("This device has no room left: free some, or the oldest numbers are lost."),
        "lost": text("Lost for want of room: {n}. The server is told.", n="{n}"),
        "rejected": text("Not taken by the server: {n}.", n="{n}"),
        "baseline": text("For ten seconds, just look at the screen."),
        "rested": text("Your browser let this tab rest for {n} s; keep it in view.", n="{n}"),
        "looks": text("Your face is {look}, {share}.", look="{look}", share="{share}"),
        "no_face": text("No face in view."),
        "unreadable": text(
            "A face is there, but it cannot be read: more light, or nothing before it, may help."
        ),
        "nobody": text("a made-up name"),
        "with_row": text("Your teacher: figures of the class, and your own row, as you chose."),
        "with_class": text("Your teacher: figures of the whole class only."),
        "with_taps": text("Your teacher: how many tapped what, never who."),
        "until": text("The lecture ends, or you stop. It began at {time}.", time="{time}"),
    }


def _answers() -> dict[str, str]:
    return {
        "must_agree": text("Please read what you agree to, and tick that your numbers may count."),
        "notice_changed": text("What you agree to has changed. Load this page again to read it."),
        "unreached": text("The server cannot be reached. Try again."),
        "deleted": text(
            "Deleted: at the server {there}, unsent {here}. Sharing goes on.",
            there="{there}",
            here="{here}",
        ),
        "answered_yes": text("Your answer, yes, was sent."),
        "answered_no": text("Your answer, no, was sent."),
        "mood_taken": text("Taken at {time}. Tap again when that changes.", time="{time}"),
        "waits": text("Still waiting here: {n}. Open this page again to send it.", n="{n}"),
        "stored": text(
            "Seconds stored at the server: {n}, with a face: {faces}. Waiting here: {waiting}.",
            n="{n}",
            faces="{faces}",
            waiting="{waiting}",
        ),
        "stored_when": text("From {first} to {last}.", first="{first}", last="{last}"),
    }


def _looks() -> dict[str, str]:
    return {f"look_{look.value}": wording.LOOK[look] for look in Look}
