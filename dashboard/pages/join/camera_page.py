"""The browser agent's page as HTML: every state's part is in it, and the script shows one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from contract.exchange import PulseMood
from contract.notice import notice_for
from contract.policy import Policy
from dashboard import i18n
from dashboard.components.language_links import language_links
from dashboard.i18n import text
from dashboard.i18n.self_report_words import SELF_REPORT, SIGN
from dashboard.pages.join.camera_parts import (
    GRAVE,
    button,
    buttons,
    choice,
    dialogue,
    heading,
    over,
    paragraph,
    part,
    stored,
    trouble_parts,
    typed,
)
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
    return _PAGE.format(
        language=i18n.language().value,
        title=escape(lecture.title),
        course=escape(course.title),
        styles="\n".join(f'<link rel="stylesheet" href="{escape(one)}">' for one in styles),
        # In a script's data only this one sign could end the element early.
        told=json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"),
        script=escape(script),
        noscript=escape(text("This page needs JavaScript, which is switched off here.")),
        parts="\n".join(_parts(lecture, form)),
        languages=language_links(language_here),
    )


def _parts(lecture: Lecture, form: Form) -> list[str]:
    infers = lecture.policy is not Policy.SELF_REPORT
    return [
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


def _consent(lecture: Lecture, form: Form, infers: bool) -> str:
    if form.stranger:
        told = text("Open the personal link that you were given, so that it is known who you are.")
        return part("consent", heading(text("This course has a roster")), paragraph(told))
    notice = notice_for(lecture.policy, i18n.language())
    agree = text("Agree and start the camera") if infers else text("Join this lecture")
    return part(
        "consent",
        heading(text("What you agree to")),
        '<div class="cpa-prose">',
        *map(paragraph, notice.text.split("\n\n")),
        '</div><form id="consent-form" class="cpa-form">',
        *_who(form),
        *_choices(form, infers),
        '<p id="consent-error" class="cpa-error" role="alert" tabindex="-1"></p>',
        button(agree, name="agree", style="cp-button"),
        "</form>",
    )


def _choices(form: Form, infers: bool) -> list[str]:
    """What is asked, each on its own: no is no harm."""
    if not infers:
        agreed = text("I have read the notice above, and my answers may count.")
        return [choice("class_mood", agreed)]
    asked = [choice("class_mood", text("My numbers may count in the mood of the class."))]
    if form.flags:
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
    room = text(
        "If my teacher uses a camera for the whole room or the gallery view, it may see me."
    )
    only = text("Such a camera runs only if everybody who joined allows it.")
    return [*asked, choice("room", room, only)]


def _who(form: Form) -> list[str]:
    made = []
    if form.known_as is not None:
        said = escape(text("You join as"))
        made.append(f"<p>{said} <strong>{escape(form.known_as)}</strong>.</p>")
    elif form.asks_name:
        hint = text("As your teacher knows it; they admit you by it.")
        made.append(typed("name", text("Your name"), hint, complete="name"))
    else:
        made.append(paragraph(text("You join under a made-up name; nobody is told yours.")))
    if form.guardian:
        made.append(typed("guardian", text("Name of the parent or guardian who agrees")))
    return made


def _before() -> str:
    said = escape(text("You go on as"))
    return part(
        "before",
        heading(text("You joined this lecture here before")),
        f'<p>{said} <strong id="before-name"></strong>.</p>',
        buttons(
            button(text("Go on"), name="before-yes", style="cp-button"),
            button(text("I am somebody else"), name="before-no"),
        ),
    )


def _baseline() -> str:
    asked = text(
        "May the first ten seconds, in which you just look at the screen, show how your face "
        "looks at rest?"
    )
    return part(
        "rest",
        heading(text("One question first")),
        paragraph(asked),
        paragraph(text("Then you are compared with yourself, not with others."), "cp-quiet"),
        buttons(
            button(text("Yes"), name="rest-yes", style="cp-button"),
            button(text("No"), name="rest-no"),
        ),
    )


def _indicator() -> str:
    return part(
        "indicator",
        '<div class="cpa-light" aria-hidden="true"></div>',
        '<p id="indicator-title" class="cpa-title" role="status"></p>',
        '<p id="indicator-more"></p>',
        '<p id="figures" class="cpa-small"></p>',
        '<p id="warning" class="cpa-warning" role="status"></p>',
        style="cp-card cpa-indicator",
    )


def _controls() -> str:
    return part(
        "controls",
        button(text("Pause"), name="pause", act="pause", style="cp-button"),
        button(text("Stop"), act="stop"),
        style="cpa-buttons",
    )


def _ask() -> str:
    """Asked of this student alone; beside every state, so no part of one."""
    return "".join(
        [
            '<section id="ask" class="cp-card cp-private" role="alert" hidden>',
            heading(text("Would you like your teacher to check in with you?")),
            paragraph(text("Nobody is told of this question or of a no.")),
            buttons(
                button(text("Yes, please"), act="ask-yes"),
                button(text("No, thank you"), act="ask-no"),
            ),
            "</section>",
        ]
    )


def _taps() -> str:
    question = text("How is it going?")
    taps = "".join(
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
        heading(question),
        f'<div class="cp-taps" role="group" aria-label="{escape(question)}">{taps}</div>',
        f'<p id="taps-said" class="cp-caveat" role="status">{escape(said)}</p>',
    )


def _ways(infers: bool) -> str:
    own = escape(text("Your own page"))
    made = [
        button(text("See what was sent"), act="see"),
        button(text("Delete what was sent"), act="delete", style=GRAVE),
        button(text("Take my agreement back"), act="withdraw", style=GRAVE),
    ]
    if infers:
        made.append(button(text("Share the meeting's window instead"), act="window"))
    return part(
        "ways",
        buttons(*made),
        '<p id="said" class="cpa-said" role="status"></p>',
        f'<p><a id="own-page" class="cp-link" href="../../me">{own}</a></p>',
        style="cpa-prose",
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
    return part(
        "facts",
        heading(text("What is shared")),
        '<dl class="cpa-facts">',
        *(f"<dt>{escape(name)}</dt><dd>{said}</dd>" for name, said in facts),
        "</dl>",
        paragraph(text("Pictures never leave this device."), "cpa-small"),
    )


def _endings() -> list[str]:
    again = escape(text("Take part again"))
    return [
        over("ended", text("This lecture has ended"), text("Nothing more is asked or collected.")),
        over(
            "stopped",
            text("You have stopped"),
            text("Your camera is off, and nothing more is sent."),
            f'<p id="stopped-waiting"></p><p><a class="cp-button" href="">{again}</a></p>',
        ),
        over("refused", text("Nothing more is accepted"), "", '<p id="refused-why"></p>'),
        over(
            "withdrawing",
            text("Taking your agreement back"),
            text(
                "Your camera is off, and what waited here is deleted. The server is told as soon "
                "as it can be reached; keep this page open until then."
            ),
        ),
        over(
            "withdrawn",
            text("You took your agreement back"),
            text("What was measured is deleted, here and at the server, and nothing is collected."),
        ),
        over(
            "elsewhere",
            text("It goes on in another tab"),
            text("Only one tab of this browser looks at a time."),
            button(text("Go on here"), act="here", style="cp-button"),
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
        stored(),
    ]
