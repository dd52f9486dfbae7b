"""How fast one agent or address may ask: token buckets in memory, bounded, with a given clock."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final, cast

from flask import current_app, request

from dashboard.errors import TooManyRequestsError
from dashboard.i18n import text
from dashboard.settings import Settings

EXTENSION: Final = "classpulse-limits"
MOST_KEYS: Final = 50_000
"""Keys remembered; the one longest unused is forgotten first, which only ever lets it in."""

SELF_REPORTS_PER_MINUTE: Final = 12

HARDER: Final = 10
"""So many times the wrong guesses that are taken, and the right one is not looked at either: what
keeps a code of six letters from being guessed by whoever never waits."""


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
class Visitor:
    """For whom guesses are counted: the network they ask from, and a device that was here before.

    Whoever shares a network with a guesser is known by another device, or is one of its strangers.
    """

    network: str
    device: str | None = None

    @property
    def nearest(self) -> str:
        """The narrowest thing that they are known by."""
        return self.device or self.network


class GuessLimit:
    """How many wrong guesses at one kind of secret are taken from one visitor.

    Once they are spent, wrong ones are told to wait, and right ones still pass: a class may sit
    behind one address. Only after ``HARDER`` times as many is nothing looked at any more.
    """

    def __init__(
        self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._spent = TokenBuckets(rate, burst, monotonic)
        self._over = TokenBuckets(HARDER * rate, HARDER * burst, monotonic)

    def check(self, visitor: Visitor) -> None:
        """Raise TooManyRequestsError where nothing of this visitor is looked at, right or wrong."""
        self._over.check(visitor.nearest)

    def wrong(self, visitor: Visitor) -> None:
        """Count a wrong guess. Raises TooManyRequestsError where too many were."""
        _count(self._over, visitor.nearest)
        self._spent.take(visitor)


@dataclass(frozen=True, slots=True)
class AccountLimit:
    """How many wrong guesses at one account's secret are taken, on whichever way they come."""

    here: TokenBuckets
    """By account and visitor, so that a guesser shuts out themselves alone."""
    account: TokenBuckets
    """By account, from all devices that it was never signed in on: guesses may come from many
    addresses. Its owner's own devices are not asked, or strangers could shut the owner out."""
    place: GuessLimit
    """By visitor, whatever the account: one password may be tried on all of them."""

    def check(self, account: Hashable, visitor: Visitor) -> None:
        """Raise TooManyRequestsError where no guess at ``account`` is looked at any more.

        ``visitor``: with the device only where this account was signed in on it before.
        """
        self.here.check((account, visitor.nearest))
        if visitor.device is None:
            self.account.check(account)
        self.place.check(visitor)

    def wrong(self, account: Hashable, visitor: Visitor) -> None:
        """Count a wrong guess. Raises TooManyRequestsError where too many came from there."""
        # Two at once may race for the last try; the next one is refused.
        _count(self.here, (account, visitor.nearest))
        if visitor.device is None:
            _count(self.account, account)
        self.place.wrong(visitor)


def _count(buckets: TokenBuckets, key: Hashable) -> None:
    with suppress(TooManyRequestsError):
        buckets.take(key)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server."""

    address: TokenBuckets
    """All API requests of an address."""
    agent: TokenBuckets
    """All requests under one agent's token."""
    self_reports: TokenBuckets
    """One student's self-reports: a tap may be put right, but none is stored by the dozen."""
    guesses: GuessLimit
    """Wrong join codes, on every way that a code is asked for; right ones cost nothing."""
    signin: AccountLimit
    """Wrong passwords, and wrong codes of a second factor."""


def limits_from(settings: Settings) -> Limits:
    """The limits that the settings ask for."""
    address, agent = settings.address_requests_per_second, settings.agent_requests_per_second
    guesses, signin = settings.guesses_per_minute, settings.signin_failures_per_hour
    return Limits(
        address=TokenBuckets(address, 2 * address),
        agent=TokenBuckets(agent, 6 * agent),
        self_reports=TokenBuckets(SELF_REPORTS_PER_MINUTE / 60, SELF_REPORTS_PER_MINUTE),
        guesses=GuessLimit(guesses / 60, guesses),
        signin=AccountLimit(
            here=TokenBuckets(signin / 3600, max(5.0, signin / 6)),
            account=TokenBuckets(signin / 1800, max(50.0, signin / 0.6)),
            place=GuessLimit(signin / 360, max(50.0, signin / 0.6)),
        ),
    )


def current_limits() -> Limits:
    """The limits of the server that is answering this request."""
    return cast(Limits, current_app.extensions[EXTENSION])


def address() -> str:
    """Where the request comes from, for counting; never stored. Of IPv6 it is the /64, which one
    household or machine has to itself."""
    return network_of(request.remote_addr or "")


@lru_cache(maxsize=4096)
def network_of(given: str) -> str:
    """The network of an address; the address itself where it is IPv4, or none at all."""
    try:
        read = ip_address(given.partition("%")[0])
    except ValueError:
        return given or "unknown"
    if isinstance(read, IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ip_network((read, 64), strict=False))
