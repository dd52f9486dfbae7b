"""Element ids, each in one place."""

from typing import Final
from uuid import UUID

LOCATION: Final = "location"
CONTENT: Final = "content"
HEADER: Final = "header"
NOTICE: Final = "notice"

LIVE_TICK: Final = "live-tick"
LIVE_SECOND: Final = "live-second"
LIVE_LECTURE: Final = "live-lecture"
LIVE_CURSOR: Final = "live-cursor"
LIVE_AGE: Final = "live-age"
LIVE_NOTICE: Final = "live-notice"
LIVE_STRIP: Final = "live-strip"
LIVE_QUEUE: Final = "live-queue"
LIVE_WAITING: Final = "live-waiting"
LIVE_TILES: Final = "live-tiles"
LIVE_SAID: Final = "live-said"
LIVE_MOOD: Final = "live-mood"
LIVE_MOOD_TEXT: Final = "live-mood-text"
LIVE_LEGEND: Final = "live-legend"
LIVE_KEY: Final = "live-key"
LIVE_ATTENTION: Final = "live-attention"
LIVE_ATTENTION_TEXT: Final = "live-attention-text"
LIVE_SINCE: Final = "live-since"

MARKER_LABEL: Final = "marker-label"
MARKER_BUTTON: Final = "marker-button"

BANDS: Final = "bands"
BANDS_OPEN: Final = "bands-open"
BANDS_MODAL: Final = "bands-modal"

JOIN_OPEN: Final = "join-open"
JOIN_MODAL: Final = "join-modal"

PRESENT: Final = "present"

ROOM_OPEN: Final = "room-open"
ROOM_MODAL: Final = "room-modal"
ROOM_PANEL: Final = "room-panel"
ROOM_TICK: Final = "room-tick"
ROOM_FIGURES: Final = "room-figures"
ROOM_WORD: Final = "room-word"
ROOM_ALLOW: Final = "room-allow"
ROOM_STOP: Final = "room-stop"

END_OPEN: Final = "end-open"
END_MODAL: Final = "end-modal"
END_CONFIRM: Final = "end-confirm"
END_CANCEL: Final = "end-cancel"

POLICY_CHOICE: Final = "policy-choice"
POLICY_BUTTON: Final = "policy-button"

SCHOOL_NAME: Final = "school-name"
SCHOOL_ZONE: Final = "school-zone"
SCHOOL_DAYS: Final = "school-days"
SCHOOL_LOG_DAYS: Final = "school-log-days"
SCHOOL_GUARDIAN: Final = "school-guardian"
SCHOOL_BUTTON: Final = "school-button"

PEOPLE_GRID: Final = "people-grid"
COURSES_GRID: Final = "courses-grid"
REPORTS_GRID: Final = "reports-grid"

USER_LOGIN: Final = "user-login"
USER_NAME: Final = "user-name"
USER_ROLE: Final = "user-role"
USER_WORD: Final = "user-word"
USER_BUTTON: Final = "user-button"

COURSE_TITLE: Final = "course-title"
COURSE_MODE: Final = "course-mode"
COURSE_ZONE: Final = "course-zone"
COURSE_BUTTON: Final = "course-button"

TEACHERS_MODAL: Final = "teachers-modal"
TEACHERS_PANEL: Final = "teachers-panel"

ROSTER_COURSE: Final = "roster-course"
ROSTER_FILES: Final = "roster-files"
ROSTER_PREVIEW: Final = "roster-preview"
ROSTER_IMPORT: Final = "roster-import"
LINKS_FILE: Final = "links-file"

LOG_WHO: Final = "log-who"
LOG_WHAT: Final = "log-what"
LOG_GRID: Final = "log-grid"
LOG_BUTTON: Final = "log-button"
LOG_FILE: Final = "log-file"

ACCOUNT_OLD: Final = "account-old"
ACCOUNT_NEW: Final = "account-new"
ACCOUNT_BUTTON: Final = "account-button"
ACCOUNT_CODE: Final = "account-code"
ACCOUNT_FACTOR: Final = "account-factor"
ACCOUNT_FACTOR_BEGIN: Final = "account-factor-begin"
ACCOUNT_FACTOR_ON: Final = "account-factor-on"
ACCOUNT_FACTOR_OFF: Final = "account-factor-off"
ACCOUNT_OTHERS: Final = "account-others"

ME_WITHDRAW: Final = "me-withdraw"
ME_DELETE: Final = "me-delete"
ME_DELETE_OPEN: Final = "me-delete-open"
ME_DELETE_CANCEL: Final = "me-delete-cancel"
ME_DELETE_MODAL: Final = "me-delete-modal"
ME_ERASE: Final = "me-erase"
ME_FLAGS: Final = "me-flags"
ME_ASK_FIRST: Final = "me-ask-first"
ME_ROOM: Final = "me-room"
ME_TAP: Final = "me-tap"
ME_TICK: Final = "me-tick"

JOIN_CODE: Final = "join-code"
JOIN_FORM: Final = "join-form"
JOIN_COMMAND: Final = "join-command"
JOIN_NAME: Final = "join-name"
JOIN_GUARDIAN: Final = "join-guardian"
JOIN_AGREE: Final = "join-agree"
JOIN_ROOM: Final = "join-room"
JOIN_BUTTON: Final = "join-button"
JOIN_ANSWER: Final = "join-answer"


def start_title(course_id: UUID | object) -> dict[str, object]:
    """The title a course's next lecture will have."""
    return {"type": "start-title", "course": _text(course_id)}


def start_button(course_id: UUID | object) -> dict[str, object]:
    """The button that starts a lecture of a course."""
    return {"type": "start-button", "course": _text(course_id)}


def start_answer(course_id: UUID | object) -> dict[str, object]:
    """Where the answer to that button appears."""
    return {"type": "start-answer", "course": _text(course_id)}


def flag_answer(flag_id: UUID | object, outcome: object) -> dict[str, object]:
    """A button of a check-in."""
    return {"type": "flag-answer", "flag": _text(flag_id), "outcome": outcome}


def admission(participant_id: UUID | object, verdict: object) -> dict[str, object]:
    """A button that admits or refuses a waiting student; ``verdict`` is *admit* or *refuse*."""
    return {"type": "admission", "participant": _text(participant_id), "verdict": verdict}


def course_teacher(course_id: UUID | object) -> dict[str, object]:
    """The choice of who teaches a course."""
    return {"type": "course-teachers", "course": _text(course_id)}


def erasure_act(request_id: UUID | object, act: object) -> dict[str, object]:
    """A button that answers an erasure request: *erase* or *decline*."""
    return {"type": "erasure-act", "request": _text(request_id), "act": act}


def erasure_reason(request_id: UUID | object) -> dict[str, object]:
    """Why an erasure request is declined."""
    return {"type": "erasure-reason", "request": _text(request_id)}


def own_session(session_id: UUID | object) -> dict[str, object]:
    """The button that ends one of one's own sessions."""
    return {"type": "own-session", "session": _text(session_id)}


def quick_marker(number: object) -> dict[str, object]:
    """A button that marks the moment with words of its own."""
    return {"type": "quick-marker", "number": number}


def self_report(mood: object) -> dict[str, object]:
    """A button of the one-tap question."""
    return {"type": "self-report", "mood": mood}


def report_retry(lecture_id: UUID | object) -> dict[str, object]:
    """The button that has one lecture's report written once more."""
    return {"type": "report-retry", "lecture": _text(lecture_id)}


def report_retried(lecture_id: UUID | object) -> dict[str, object]:
    """What that button answers."""
    return {"type": "report-retried", "lecture": _text(lecture_id)}


def private_answer(flag_id: UUID | object, answer: object) -> dict[str, object]:
    """A button that answers a private question: *yes* or *no*."""
    return {"type": "private-answer", "flag": _text(flag_id), "answer": answer}


def _text(identifier: UUID | object) -> object:
    return str(identifier) if isinstance(identifier, UUID) else identifier
