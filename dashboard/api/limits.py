"""How fast one agent or address may ask: token buckets in memory, bounded, with a given clock."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, cast

from flask import current_app, request

from dashboard.errors import TooManyRequestsError
from dashboard.i18n import text
from dashboard.settings import Settings

EXTENSION: Final = "classpulse-limits"
MOST_KEYS: Final = 50_000
"""Keys remembered; the one longest unused is forgotten first, which only ever lets it in."""

SELF_REPORTS_PER_MINUTE: Final = 12


class TokenBuckets:
    """One bucket of ``burst`` tokens for every key, filled at ``rate`` tokens a second."""

    def __init__(
        self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._held: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> None:
        """Take one of ``key``'s tokens. Raises TooManyRequestsError where none is left."""
        with self._lock:
            tokens = self._fill(key)
            if tokens >= 1.0:
                self._held[key] = (tokens - 1.0, self._monotonic())
        self._refuse_below_one(tokens)

    def check(self, key: Hashable) -> None:
        """Raise TooManyRequestsError where ``key`` has no token left, but take none."""
        with self._lock:
            tokens = self._fill(key)
        self._refuse_below_one(tokens)

    def _fill(self, key: Hashable) -> float:
        now = self._monotonic()
        tokens, then = self._held.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        self._held[key] = (tokens, now)
        if len(self._held) > MOST_KEYS:
            self._held.popitem(last=False)
        return tokens

    def _refuse_below_one(self, tokens: float) -> None:
        if tokens < 1.0:
            raise TooManyRequestsError(
                text("Too many requests: wait a moment, nothing is lost."),
                (1.0 - tokens) / self._rate,
            )


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server."""

    address: TokenBuckets
    """All API requests of an address."""
    agent: TokenBuckets
    """All requests under one agent's token."""
    self_reports: TokenBuckets
    """One student's self-reports: a tap may be put right, but none is stored by the dozen."""
    guesses: TokenBuckets
    """Wrong join codes from one address; right ones cost nothing."""
    signin: TokenBuckets
    """Wrong passwords for one login from one address, so that nobody else is shut out by them."""
    signin_address: TokenBuckets
    """Wrong passwords for any login from one address, which a school may share."""
    signin_login: TokenBuckets
    """Wrong passwords for one login, from wherever: guesses may come from many addresses."""


def limits_from(settings: Settings) -> Limits:
    """The limits that the settings ask for."""
    address, agent = settings.address_requests_per_second, settings.agent_requests_per_second
    guesses, signin = settings.guesses_per_minute, settings.signin_failures_per_hour
    return Limits(
        address=TokenBuckets(address, 2 * address),
        agent=TokenBuckets(agent, 6 * agent),
        self_reports=TokenBuckets(SELF_REPORTS_PER_MINUTE / 60, SELF_REPORTS_PER_MINUTE),
        guesses=TokenBuckets(guesses / 60, guesses),
        signin=TokenBuckets(signin / 3600, max(5.0, signin / 6)),
        signin_address=TokenBuckets(signin / 360, max(50.0, signin / 0.6)),
        signin_login=TokenBuckets(signin / 1800, max(50.0, signin / 0.6)),
    )


def current_limits() -> Limits:
    """The limits of the server that is answering this request."""
    return cast(Limits, current_app.extensions[EXTENSION])


def address() -> str:
    """Whom the request comes from, for counting; never stored."""
    return request.remote_addr or "unknown"
