"""What kind of browser somebody uses, in three words, for them to know their own sessions by."""

from typing import Final

# The first that fits: many a browser also claims to be those below it.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str | None:
    """``Firefox, Windows`` from a ``User-Agent`` header; None where it says neither."""
    known = (
        next((name for sign, name in table if sign in user_agent), None)
        for table in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in known if name) or None
