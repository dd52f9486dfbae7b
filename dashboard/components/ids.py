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
LIVE_STUDENTS: Final = "live-students"
LIVE_MARKERS: Final = "live-markers"
STUDENT_SEARCH: Final = "student-search"

MARKER_LABEL: Final = "marker-label"
MARKER_BUTTON: Final = "marker-button"
MARKER_MODAL: Final = "marker-modal"
MARKER_WORDS: Final = "marker-words"
MARKER_RENAME: Final = "marker-rename"
MARKER_CHOSEN: Final = "marker-chosen"

KEYS_OPEN: Final = "keys-open"
KEYS_MODAL: Final = "keys-modal"
KEYS_ON: Final = "keys-on"

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
SCHOOL_PRESENT: Final = "school-present"
SCHOOL_CHECK_INS: Final = "school-check-ins"
SCHOOL_GUARDIAN: Final = "school-guardian"
SCHOOL_BUTTON: Final = "school-button"

PEOPLE_GRID: Final = "people-grid"
PEOPLE_SURE: Final = "people-sure"
COURSES_GRID: Final = "courses-grid"
COURSES_SURE: Final = "courses-sure"
REPORTS_TEXT: Final = "reports-text"
REPORTS_COURSE: Final = "reports-course"
REPORTS_TEACHER: Final = "reports-teacher"
REPORTS_SINCE: Final = "reports-since"
REPORTS_UNTIL: Final = "reports-until"
REPORTS_PAGES: Final = "reports-pages"
REPORTS_FOUND: Final = "reports-found"
REPORTS_GRID: Final = "reports-grid"
REPORT_MOOD: Final = "report-mood"
REPORT_ATTENTION: Final = "report-attention"
REPORT_SAD: Final = "report-sad"

USER_LOGIN: Final = "user-login"
USER_NAME: Final = "user-name"
USER_ROLE: Final = "user-role"
USER_WORD: Final = "user-word"
USER_BUTTON: Final = "user-button"

COURSE_TITLE: Final = "course-title"
COURSE_MODE: Final = "course-mode"
COURSE_ZONE: Final = "course-zone"
COURSE_BUTTON: Final = "course-button"

COURSE_NAMED: Final = "course-named"
COURSE_NEW_TITLE: Final = "course-new-title"
COURSE_NEW_ZONE: Final = "course-new-zone"
COURSE_SAVE: Final = "course-save"
COURSE_ARCHIVE: Final = "course-archive"
COURSE_ASK: Final = "course-ask"
COURSE_SURE: Final = "course-sure"
COURSE_DELETE: Final = "course-delete"
COURSE_TYPED: Final = "course-typed"

STUDENTS_GRID: Final = "students-grid"
PLACES_GRID: Final = "places-grid"
PARTS_GRID: Final = "parts-grid"
STUDENT_SURE: Final = "student-sure"
PART_SURE: Final = "part-sure"
STUDENT_COURSE: Final = "student-course"
STUDENT_NAME: Final = "student-name"
STUDENT_ID: Final = "student-id"
STUDENT_EMAIL: Final = "student-email"
STUDENT_ADD: Final = "student-add"
STUDENT_NEW_NAME: Final = "student-new-name"
STUDENT_NEW_ID: Final = "student-new-id"
STUDENT_NEW_EMAIL: Final = "student-new-email"

SET_UP_NAME: Final = "set-up-name"
SET_UP_ZONE: Final = "set-up-zone"
SET_UP_SCHOOL: Final = "set-up-school"
SET_UP_REGION: Final = "set-up-region"
SET_UP_LAW: Final = "set-up-law"
SET_UP_POLICY: Final = "set-up-policy"
SET_UP_CHECKED: Final = "set-up-checked"
SET_UP_POLICY_BUTTON: Final = "set-up-policy-button"
SET_UP_TITLE: Final = "set-up-title"
SET_UP_MODE: Final = "set-up-mode"
SET_UP_WHO: Final = "set-up-who"
SET_UP_TEACHER: Final = "set-up-teacher"
SET_UP_TEACHER_NAME: Final = "set-up-teacher-name"
SET_UP_TEACHER_LOGIN: Final = "set-up-teacher-login"
SET_UP_COURSE: Final = "set-up-course"

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
ME_ERASE: Final = "me-erase"
ME_LINK: Final = "me-link"
ME_LINK_PANEL: Final = "me-link-panel"
ME_FLAGS: Final = "me-flags"
ME_ASK_FIRST: Final = "me-ask-first"
ME_ROOM: Final = "me-room"
ME_TAP: Final = "me-tap"
ME_TICK: Final = "me-tick"

JOIN_CODE: Final = "join-code"
JOIN_FORM: Final = "join-form"
JOIN_COMMAND: Final = "join-command"
JOIN_CAMERA: Final = "join-camera"
JOIN_NAME: Final = "join-name"
JOIN_GUARDIAN: Final = "join-guardian"
JOIN_AGREE: Final = "join-agree"
JOIN_ROOM: Final = "join-room"
JOIN_BUTTON: Final = "join-button"
JOIN_ANSWER: Final = "join-answer"


def sure(name: object) -> dict[str, object]:
    """A dialogue that asks before what cannot be undone."""
    return {"type": "sure", "name": name}


def sure_open(name: object) -> dict[str, object]:
    """The button that opens it."""
    return {"type": "sure-open", "name": name}


def sure_cancel(name: object) -> dict[str, object]:
    """The button in it that leaves all as it is."""
    return {"type": "sure-cancel", "name": name}


def user_act(user_id: UUID | object, act: object) -> dict[str, object]:
    """The button that does to a user what was asked about."""
    return {"type": "user-act", "user": _text(user_id), "act": act}


def course_links(course_id: UUID | object) -> dict[str, object]:
    """The button that makes a course's personal links anew."""
    return {"type": "course-links", "course": _text(course_id)}


def student_save(student_id: UUID | object) -> dict[str, object]:
    """The button that keeps what was put right about a student."""
    return {"type": "student-save", "student": _text(student_id)}


def person_erase(known_as: UUID | object, reach: object) -> dict[str, object]:
    """The button that erases somebody: *all* of them, or *one* lecture."""
    return {"type": "person-erase", "who": _text(known_as), "reach": reach}


def set_up_try(course_id: UUID | object) -> dict[str, object]:
    """The button that starts a first lecture to try."""
    return {"type": "set-up-try", "course": _text(course_id)}


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


def marker_act(marker_id: UUID | object, act: object) -> dict[str, object]:
    """A button of a marker in the list: *rename* or *remove*."""
    return {"type": "marker-act", "marker": _text(marker_id), "act": act}


def marker_back(at: object, label: object) -> dict[str, object]:
    """The button that puts a marker back that was taken off."""
    return {"type": "marker-back", "at": at, "label": label}


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
