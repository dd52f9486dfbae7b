"""What the browser agent's page is made of, and what it says where there is no picture."""

from html import escape

from dashboard.i18n import text


def part(name: str, inner: str, style: str = "cp-card") -> str:
    """One part of the page, hidden until the script shows it."""
    return f'<section id="{name}" data-part class="{style}" tabindex="-1" hidden>{inner}</section>'


def choice(name: str, label: str, more: str = "") -> str:
    """A box to tick."""
    small = f"<small>{escape(more)}</small>" if more else ""
    return (
        f'<label class="cpa-choice"><input type="checkbox" name="{name}">'
        f"<span>{escape(label)}{' <br>' if more else ''}{small}</span></label>"
    )


def over(name: str, title: str, sentence: str, more: str = "") -> str:
    """What the page says when nothing goes on any more."""
    told = f"<p>{escape(sentence)}</p>" if sentence else ""
    return part(f"over-{name}", f'<h2 role="status">{escape(title)}</h2>{told}{more}')


def dialogue(name: str, question: str, more: str, act: str, button: str) -> str:
    """A question before something that cannot be undone."""
    return (
        f'<dialog id="{name}" aria-labelledby="{name}-title"><form method="dialog">'
        f'<h2 id="{name}-title">{escape(question)}</h2><p>{escape(more)}</p>'
        '<div class="cpa-buttons">'
        f'<button data-act="{act}" class="cpa-button cpa-button-grave">{escape(button)}</button>'
        f'<button class="cpa-button">{escape(text("Keep it"))}</button></div></form></dialog>'
    )


def trouble_parts(code: str) -> list[str]:
    """Why there is no picture, and the way on, for each that can be in the way."""
    return [
        _trouble(
            code,
            "insecure",
            text("This address cannot use a camera"),
            text(
                "Browsers give the camera to encrypted addresses only, and this one begins with "
                "http. Ask your teacher for the address that begins with https."
            ),
            again=False,
        ),
        _trouble(
            code,
            "refused",
            text("The camera was not allowed"),
            text(
                "If that was a slip: open the sign beside the address, allow the camera there, and "
                "try again. If not, you can take part without it."
            ),
        ),
        _trouble(
            code,
            "none",
            text("No camera was found"),
            text("Plug one in, or switch on the one that is built in, and try again."),
        ),
        _trouble(
            code,
            "busy",
            text("Another program holds the camera"),
            text(
                "Close it there and try again. If it is your meeting: share the meeting's window "
                "instead, with your own picture large."
            ),
        ),
        _trouble(
            code,
            "lost",
            text("The camera gives no pictures any more"),
            text("Was it unplugged, or the window closed? Put it back, and try again."),
        ),
        _trouble(
            code,
            "failed",
            text("This browser could not begin"),
            text("Load the page again. If that does not help, another browser may."),
        ),
    ]


def _trouble(code: str, name: str, title: str, sentence: str, *, again: bool = True) -> str:
    tapping = escape(text("Take part without a camera"))
    retry = f'<button data-act="camera" class="cp-button">{escape(text("Try again"))}</button>'
    return part(
        f"trouble-{name}",
        f'<h2 role="alert">{escape(title)}</h2><p>{escape(sentence)}</p>'
        f'<div class="cpa-buttons">{retry if again else ""}</div>'
        f'<p><a class="cp-link" href="../{escape(code)}">{tapping}</a></p>',
    )
