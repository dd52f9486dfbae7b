"""The sign-in page: plain HTML and a form, so that it works before any script has loaded."""

from html import escape
from typing import Final
from urllib.parse import quote

from dashboard.components import urls
from dashboard.components.language_links import language_links
from dashboard.components.plain_page import plain_page
from dashboard.i18n import text

_FORM: Final = """{error}
{elsewhere}
<form method="post" action="{action}">
<input type="hidden" name="next" value="{next_url}">
<label for="login">{name}</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" \
value="{login}" required {first}>
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" \
required {then}>
<button type="submit">{sign_in}</button>
</form>
<p class="cp-quiet">{students}</p>"""


_CODE_FORM: Final = """{error}
<form method="post" action="{action}">
<input type="hidden" name="next" value="{next_url}">
<label for="code">{code}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">{go_on}</button>
</form>"""


def signin_html(
    error: str | None,
    next_url: str,
    *,
    login: str = "",
    elsewhere: str | None = None,
    left: bool = False,
) -> str:
    """The page, with ``error`` as one sentence above the form; ``next_url`` is where it leads.

    ``login``: what was typed before, so that only the password must be typed anew.
    ``elsewhere``: what people call the account of another provider that they may sign in by, and
    ``left``: whether they have just signed out here and may want to leave that one too.
    """
    said = "" if error is None else f'<p class="cp-notice-bad" role="alert">{escape(error)}</p>'
    here = f"{urls.SIGN_IN}?next={quote(next_url, safe='')}"
    lead = (
        text("For teachers and admins of the school.")
        if elsewhere is None
        else text("For everybody of the school.")
    )
    words = {
        "sign_in": text("Sign in"),
        "name": text("Name"),
        "password": text("Password"),
        "students": text("Students need no account: open the link of your lecture."),
    }
    form = _FORM.format(
        error=said,
        action=urls.at(urls.SIGN_IN),
        elsewhere="" if elsewhere is None else _elsewhere(elsewhere, next_url, left=left),
        next_url=escape(next_url, quote=True),
        login=escape(login, quote=True),
        first="" if login else "autofocus",
        then="autofocus" if login else "",
        **{name: escape(word) for name, word in words.items()},
    )
    return plain_page(text("Sign in"), lead, form, language_links(here))


def code_html(error: str | None, next_url: str) -> str:
    """The second step of those who chose one: a field for the code of their authenticator."""
    said = "" if error is None else f'<p class="cp-notice-bad" role="alert">{escape(error)}</p>'
    form = _CODE_FORM.format(
        error=said,
        action=urls.at(urls.SIGN_IN_CODE),
        next_url=escape(next_url, quote=True),
        code=escape(text("Code of your authenticator")),
        go_on=escape(text("Go on")),
    )
    here = f"{urls.SIGN_IN_CODE}?next={quote(next_url, safe='')}"
    lead = text("Your password was right. Your account asks for a code, too.")
    return plain_page(text("Sign in"), lead, form, language_links(here))


def _elsewhere(label: str, next_url: str, *, left: bool) -> str:
    """The way in by another provider, and out of it, above the form for local accounts."""
    way_out = ""
    if left:
        said = escape(text("You have signed out of ClassPulse."))
        further = escape(text("Sign out of {account} too", account=label))
        way_out = (
            f'<p class="cp-notice-good" role="status">{said} '
            f'<a class="cp-link" href="{urls.at(urls.SCHOOL_SIGN_OUT)}">{further}</a></p>'
        )
    way = urls.at(f"{urls.SCHOOL_SIGN_IN}?next={quote(next_url, safe='')}")
    address = escape(way, quote=True)
    way_in = escape(text("Sign in with {account}", account=label))
    other = escape(text("or with a name and password of this server"))
    return (
        f'{way_out}<p class="cp-elsewhere"><a class="cp-button" href="{address}">{way_in}</a></p>'
        f'<p class="cp-or">{other}</p>'
    )
