"""What the browser agent's page is made of, and what it says where there is no picture."""

from html import escape
from typing import Final

from contract.exchange import LONGEST_NAME
from dashboard.i18n import text

PLAIN: Final = "cpa-button"
GRAVE: Final = "cpa-button cpa-button-grave"
"""For what cannot be undone."""


def part(name: str, *inner: str, style: str = "cp-card", title: str = "") -> str:
    """One part of the page, hidden until the script shows it; one with a ``title`` is read out."""
    named = f' aria-labelledby="{name}-title"' if title else ""
    told = "".join([heading(title, f"{name}-title") if title else "", *inner])
    return (
        f'<section id="{name}" data-part class="{style}" tabindex="-1"{named} hidden>{told}'
        "</section>"
    )


def heading(words: str, name: str = "") -> str:
    """A part's heading."""
    known = f' id="{name}"' if name else ""
    return f"<h2{known}>{escape(words)}</h2>"


def paragraph(words: str, style: str = "") -> str:
    """One paragraph."""
    classes = f' class="{style}"' if style else ""
    return f"<p{classes}>{escape(words)}</p>"


def buttons(*made: str) -> str:
    """Buttons beside each other, as far as there is room."""
    return f'<div class="cpa-buttons">{"".join(made)}</div>'


def button(words: str, *, name: str = "", act: str = "", style: str = PLAIN) -> str:
    """A button that the script knows by its ``name``, or by what it does."""
    known = f' id="{name}"' if name else ""
    does = f' data-act="{act}"' if act else ""
    return f'<button{known}{does} class="{style}">{escape(words)}</button>'


def choice(name: str, label: str, more: str = "") -> str:
    """A box to tick."""
    small = f" <br><small>{escape(more)}</small>" if more else ""
    return (
        f'<label class="cpa-choice"><input type="checkbox" name="{name}">'
        f"<span>{escape(label)}{small}</span></label>"
    )


def typed(name: str, label: str, hint: str = "", *, complete: str = "off") -> str:
    """A name to type."""
    small = f'<span class="cpa-small">{escape(hint)}</span>' if hint else ""
    return (
        f'<label>{escape(label)}<input name="{name}" autocomplete="{complete}" '
        f'maxlength="{LONGEST_NAME}" required>{small}</label>'
    )


def over(name: str, title: str, sentence: str, more: str = "") -> str:
    """What the page says when nothing goes on any more."""
    told = paragraph(sentence) if sentence else ""
    return part(f"over-{name}", told, more, title=title)


def dialogue(name: str, question: str, more: str, act: str, words: str) -> str:
    """A question before something that cannot be undone."""
    keep = button(text("Keep it"))
    return (
        f'<dialog id="{name}" aria-labelledby="{name}-title"><form method="dialog">'
        f"{heading(question, name=name + '-title')}{paragraph(more)}"
        f"{buttons(button(words, act=act, style=GRAVE), keep)}</form></dialog>"
    )


def stored() -> str:
    """What the server has, in figures."""
    title = heading(text("What was sent"), name="stored-title")
    close = button(text("Close"), style="cp-button")
    return (
        '<dialog id="stored" aria-labelledby="stored-title"><form method="dialog">'
        f'{title}<p id="stored-lines"></p><dl id="stored-looks" class="cpa-facts"></dl>{close}'
        "</form></dialog>"
    )


def trouble_parts(code: str) -> list[str]:
    """Why there is no picture, and the way on, for each that can be in the way."""
    return [
        _trouble(code, name, title, sentence)
        for name, title, sentence in (
            (
                "insecure",
                text("This address cannot use a camera"),
                text(
                    "Browsers give the camera to encrypted addresses only, and this one begins "
                    "with http. Ask your teacher for the address that begins with https."
                ),
            ),
            (
                "refused",
                text("The camera was not allowed"),
                text(
                    "If that was a slip: open the sign beside the address, allow the camera "
                    "there, and try again. If not, you can take part without it."
                ),
            ),
            (
                "none",
                text("No camera was found"),
                text("Plug one in, or switch on the one that is built in, and try again."),
            ),
            (
                "busy",
                text("Another program holds the camera"),
                text(
                    "Close it there and try again. If it is your meeting: share the meeting's "
                    "window instead, with your own picture large."
                ),
            ),
            (
                "lost",
                text("The camera gives no pictures any more"),
                text("Was it unplugged, or the window closed? Put it back, and try again."),
            ),
            (
                "failed",
                text("This browser could not begin"),
                text("Load the page again. If that does not help, another browser may."),
            ),
        )
    ]


def _trouble(code: str, name: str, title: str, sentence: str) -> str:
    tapping = escape(text("Take part without a camera"))
    retry = button(text("Try again"), act="camera", style="cp-button")
    return part(
        f"trouble-{name}",
        paragraph(sentence),
        buttons(retry) if name != "insecure" else "",
        f'<p><a class="cp-link" href="../{escape(code)}">{tapping}</a></p>',
        title=title,
    )
