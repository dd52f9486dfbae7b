"""The page behind the set-up link: a form of plain HTML in which the first admin is made."""

from collections.abc import Mapping
from html import escape
from typing import Final

from dashboard.components import urls
from dashboard.components.language_links import language_links
from dashboard.components.plain_page import plain_page
from dashboard.i18n import text
from services.accounts.password_rule import SHORTEST
from services.acting.typed import LONGEST

_FORM: Final = """{error}
<form method="post" action="{here}">
<label for="name">{full_name}</label>
<input id="name" name="name" autocomplete="name" maxlength="{longest}" \
value="{name}" required {first}>
<label for="login">{login_name}</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" maxlength="{longest}" \
value="{login}" required>
<label for="password">{password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" \
aria-describedby="rule" required {then}>
<p class="cp-quiet" id="rule">{rule}</p>
<button type="submit">{make}</button>
</form>
<p class="cp-quiet">{further}</p>"""


def first_admin_html(
    here: str, error: str | None = None, kept: Mapping[str, str] | None = None
) -> str:
    """The page at ``here``, with ``error`` as one sentence and what was typed ``kept``."""
    typed = kept or {}
    said = "" if error is None else f'<p class="cp-notice-bad" role="alert">{escape(error)}</p>'
    words = {
        "full_name": text("Your full name"),
        "login_name": text("Name to sign in with"),
        "password": text("Password"),
        "rule": text(
            "At least {shortest} letters, and not one that many use: take some words of yours.",
            shortest=SHORTEST,
        ),
        "make": text("Become the admin"),
        "further": text("Then you are asked for the school, its policy and the first course."),
    }
    form = _FORM.format(
        error=said,
        here=escape(urls.at(here), quote=True),
        longest=LONGEST,
        name=escape(typed.get("name", ""), quote=True),
        login=escape(typed.get("login", ""), quote=True),
        first="" if kept else "autofocus",
        then="autofocus" if kept else "",
        **{name: escape(word) for name, word in words.items()},
    )
    lead = text("This school has no admin yet. Whoever opened this link becomes the first one.")
    return plain_page(text("Set up ClassPulse"), lead, form, language_links(here))
