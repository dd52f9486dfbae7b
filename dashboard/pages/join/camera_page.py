"""The browser agent's page as HTML: every state's part is in it, and the script shows one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from contract.exchange import LONGEST_NAME, PulseMood
from contract.notice import notice_for
from contract.policy import Policy
from dashboard import i18n
from dashboard.components.language_links import language_links
from dashboard.i18n import text
from dashboard.i18n.self_report_words import SELF_REPORT, SIGN
from dashboard.pages.join.camera_parts import choice, dialogue, over, part, trouble_parts
from db.values import Course, Lecture

_PAGE: Final = """<!DOCTYPE html>
<html lang="{language}" data-mantine-color-scheme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · ClassPulse</title>
<link rel="icon" href="../../assets/mark.svg" type="image/svg+xml">
<link rel="manifest" href="../agent/app.webmanifest">
{styles}
<script type="application/json" id="told">{told}</script>
<script type="module" src="{script}"></script>
</head>
<body>
<main class="cpa">
<header class="cpa-head">
<p class="cp-brand"><img src="../../assets/mark.svg" alt="" class="cp-brand-mark">ClassPulse</p>
<h1>{title}</h1>
<p class="cp-quiet">{course}</p>
</header>
<noscript><p class="cpa-error">{noscript}</p></noscript>
{parts}
{languages}
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Form:
    """How whoever looks may join, and what they are asked."""

    known_as: str | None
    asks_name: bool
    guardian: bool
    stranger: bool
    flags: bool


def html(
    lecture: Lecture,
    course: Course,
    form: Form,
    *,
    script: str,
    styles: Sequence[str],
    told: Mapping[str, Any],
    language_here: str,
) -> str:
    """The whole page."""
    infers = lecture.policy is not Policy.SELF_REPORT
    parts = [
        _consent(lecture, form, infers),
        _before(),
        _baseline(),
        _indicator(),
        _controls(),
        _ask(),
        *trouble_parts(lecture.code),
        _taps(),
        _ways(infers),
        _facts(infers),
        *_endings(),
        *_dialogues(),
    ]
    return _PAGE.format(
        language=i18n.language().value,
        title=escape(lecture.title),
        course=escape(course.title),
        styles="\n".join(f'<link rel="stylesheet" href="{escape(one)}">' for one in styles),
        # In a script's data only this one sign could end the element early.
        told=json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"),
        script=escape(script),
        noscript=escape(text("This page needs JavaScript, which is switched off here.")),
        parts="\n".join(parts),
        languages=language_links(language_here),
    )


def _consent(lecture: Lecture, form: Form, infers: bool) -> str:
    if form.stranger:
        return part(
            "consent",
            f"<h2>{escape(text('This course has a roster'))}</h2><p>"
            + escape(
                text("Open the personal link that you were given, so that it is known who you are.")
            )
            + "</p>",
        )
    notice = notice_for(lecture.policy, i18n.language())
    prose = "".join(f"<p>{escape(one)}</p>" for one in notice.text.split("\n\n"))
    agree = text("Agree and start the camera") if infers else text("Join this lecture")
    asked = [
        *_who(form),
        choice(
            "class_mood",
            text("My numbers may count in the mood of the class.")
            if infers
            else text("I have read the notice below, and my answers may count."),
        ),
    ]
    if form.flags and infers:
        asked += [
            choice(
                "flags",
                text("My teacher may see my row and check in with me"),
                text("Otherwise you count in figures of the whole class only."),
            ),
            choice(
                "ask_first",
                text("Ask me first"),
                text("A check-in is shown only after you said yes to it here."),
            ),
        ]
    if infers:
        asked.append(
            choice(
                "room",
                text(
                    "If my teacher uses a camera for the whole room or the gallery view, it may "
                    "see me."
                ),
                text("Such a camera runs only if everybody who joined allows it."),
            )
        )
    return part(
        "consent",
        f"<h2>{escape(text('What you agree to'))}</h2>"
        f'<div class="cpa-prose">{prose}</div>'
        '<form id="consent-form" class="cpa-form">'
        + "".join(asked)
        + '<p id="consent-error" class="cpa-error" role="alert" tabindex="-1"></p>'
        f'<button id="agree" class="cp-button">{escape(agree)}</button></form>',
    )


def _who(form: Form) -> list[str]:
    made = []
    if form.known_as is not None:
        said = escape(text("You join as"))
        made.append(f"<p>{said} <strong>{escape(form.known_as)}</strong>.</p>")
    elif form.asks_name:
        made.append(
            f'<label>{escape(text("Your name"))}<input name="name" autocomplete="name" '
            f'maxlength="{LONGEST_NAME}" required><span class="cpa-small">'
            f"{escape(text('As your teacher knows it; they admit you by it.'))}</span></label>"
        )
    else:
        made.append(
            f"<p>{escape(text('You join under a made-up name; nobody is told yours.'))}</p>"
        )
    if form.guardian:
        made.append(
            f"<label>{escape(text('Name of the parent or guardian who agrees'))}"
            f'<input name="guardian" maxlength="{LONGEST_NAME}" required></label>'
        )
    return made


def _before() -> str:
    return part(
        "before",
        f"<h2>{escape(text('You joined this lecture here before'))}</h2>"
        f'<p>{escape(text("As"))} <strong id="before-name"></strong>.</p>'
        '<div class="cpa-buttons">'
        f'<button id="before-yes" class="cp-button">{escape(text("Go on"))}</button>'
        f'<button id="before-no" class="cpa-button">{escape(text("I am somebody else"))}</button>'
        "</div>",
    )


def _baseline() -> str:
    asked = text(
        "May the first ten seconds, in which you just look at the screen, show how your face "
        "looks at rest?"
    )
    why = text("Then you are compared with yourself, not with others.")
    return part(
        "rest",
        f"<h2>{escape(text('One question first'))}</h2><p>{escape(asked)}</p>"
        f'<p class="cp-quiet">{escape(why)}</p>'
        '<div class="cpa-buttons">'
        f'<button id="rest-yes" class="cp-button">{escape(text("Yes"))}</button>'
        f'<button id="rest-no" class="cpa-button">{escape(text("No"))}</button></div>',
    )


def _indicator() -> str:
    return part(
        "indicator",
        '<div class="cpa-light" aria-hidden="true"></div>'
        '<p id="indicator-title" class="cpa-title" role="status"></p>'
        '<p id="indicator-more"></p>'
        '<p id="figures" class="cpa-small"></p>'
        '<p id="warning" class="cpa-warning" role="status"></p>',
        "cp-card cpa-indicator",
    )


def _controls() -> str:
    return part(
        "controls",
        f'<button id="pause" data-act="pause" class="cp-button">{escape(text("Pause"))}</button>'
        f'<button data-act="stop" class="cpa-button">{escape(text("Stop"))}</button>',
        "cpa-buttons",
    )


def _ask() -> str:
    """Asked of this student alone; beside every state, so no part of one."""
    question = escape(text("Would you like your teacher to check in with you?"))
    return (
        '<section id="ask" class="cp-card cp-private" role="alert" hidden>'
        f"<h2>{question}</h2>"
        f"<p>{escape(text('Nobody is told of this question or of a no.'))}</p>"
        '<div class="cpa-buttons">'
        f'<button data-act="ask-yes" class="cpa-button">{escape(text("Yes, please"))}</button>'
        f'<button data-act="ask-no" class="cpa-button">{escape(text("No, thank you"))}</button>'
        "</div></section>"
    )


def _taps() -> str:
    question = escape(text("How is it going?"))
    buttons = "".join(
        f'<button type="button" class="cp-tap cp-tap-{mood.value}" data-mood="{mood.value}" '
        f'aria-pressed="false"><span class="cp-tap-sign" aria-hidden="true">{SIGN[mood]}</span>'
        f"<span>{escape(SELF_REPORT[mood])}</span></button>"
        for mood in PulseMood
    )
    said = text(
        "One tap, as often as things change. Your teacher sees how many said what, "
        "never who, and only where at least five answered."
    )
    return part(
        "taps",
        f'<h2>{question}</h2><div class="cp-taps" role="group" aria-label="{question}">{buttons}'
        f'</div><p id="taps-said" class="cp-caveat" role="status">{escape(said)}</p>',
    )


def _ways(infers: bool) -> str:
    see = escape(text("See what was sent"))
    own = escape(text("Your own page"))
    window = escape(text("Share the meeting's window instead"))
    other = f'<button data-act="window" class="cpa-button">{window}</button>' if infers else ""
    return part(
        "ways",
        '<div class="cpa-buttons">'
        f'<button data-act="see" class="cpa-button">{see}</button>'
        '<button data-act="delete" class="cpa-button cpa-button-grave">'
        f"{escape(text('Delete what was sent'))}</button>"
        f'<button data-act="withdraw" class="cpa-button cpa-button-grave">'
        f"{escape(text('Take my agreement back'))}</button>{other}</div>"
        '<p id="said" class="cpa-said" role="status"></p>'
        f'<p><a id="own-page" class="cp-link" href="../../me">{own}</a></p>',
        "cpa-prose",
    )


def _facts(infers: bool) -> str:
    what = (
        text("Seven numbers of how your face looks, whether it is there, where it is turned.")
        if infers
        else text("What you tap, and nothing else.")
    )
    facts = [
        (text("Who"), '<span id="fact-who"></span>'),
        (text("What"), escape(what)),
        (text("With whom"), '<span id="fact-with"></span>'),
        (text("Until"), '<span id="fact-until"></span>'),
    ]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{said}</dd>" for name, said in facts)
    return part(
        "facts",
        f"<h2>{escape(text('What is shared'))}</h2>"
        f'<dl class="cpa-facts">{listed}</dl>'
        f'<p class="cpa-small">{escape(text("Pictures never leave this device."))}</p>',
    )


def _endings() -> list[str]:
    again = f'<a class="cp-button" href="">{escape(text("Take part again"))}</a>'
    return [
        over("ended", text("This lecture has ended"), text("Nothing more is asked or collected.")),
        over(
            "stopped",
            text("You have stopped"),
            text("Your camera is off, and nothing more is sent."),
            f'<p id="stopped-waiting"></p><p>{again}</p>',
        ),
        over("refused", text("Nothing more is accepted"), "", '<p id="refused-why"></p>'),
        over(
            "withdrawn",
            text("You took your agreement back"),
            text("What was measured is deleted, here and at the server, and nothing is collected."),
        ),
        over(
            "elsewhere",
            text("It goes on in another tab"),
            text("Only one tab of this browser looks at a time."),
            f'<button data-act="here" class="cp-button">{escape(text("Go on here"))}</button>',
        ),
    ]


def _dialogues() -> list[str]:
    return [
        dialogue(
            "sure-delete",
            text("Delete all that was sent of you in this lecture?"),
            text("It is gone for good. Sharing goes on."),
            "delete-yes",
            text("Delete it"),
        ),
        dialogue(
            "sure-withdraw",
            text("Take your agreement back?"),
            text("What was measured is deleted, and nothing more is collected."),
            "withdraw-yes",
            text("Take it back"),
        ),
        '<dialog id="stored" aria-labelledby="stored-title"><form method="dialog">'
        f'<h2 id="stored-title">{escape(text("What was sent"))}</h2>'
        '<p id="stored-lines"></p><dl id="stored-looks" class="cpa-facts"></dl>'
        f'<button class="cp-button">{escape(text("Close"))}</button></form></dialog>',
    ]
