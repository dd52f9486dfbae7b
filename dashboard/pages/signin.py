"""The sign-in page: plain HTML and a form, so that it works before any script has loaded."""

from html import escape
from typing import Final

_PAGE: Final = """<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · ClassPulse</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/classpulse.css">
</head>
<body>
<main class="cp-signin">
<section class="cp-card">
<p class="cp-brand"><img src="/assets/mark.svg" alt="" class="cp-brand-mark">ClassPulse</p>
<h1>Sign in</h1>
<p class="cp-lead">For teachers and admins of the school.</p>
{error}
<form method="post" action="/signin">
<input type="hidden" name="next" value="{next_url}">
<label for="login">Name</label>
<input id="login" name="login" autocomplete="username" autocapitalize="none" required {focus_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>
<p class="cp-quiet">Students need no account: open the link of your lecture.</p>
</section>
</main>
</body>
</html>
"""


def signin_html(error: str | None, next_url: str) -> str:
    """The page, with ``error`` as one sentence above the form; ``next_url`` is where it leads."""
    said = "" if error is None else f'<p class="cp-notice-bad" role="alert">{escape(error)}</p>'
    return _PAGE.format(error=said, next_url=escape(next_url, quote=True), focus_name="autofocus")
