"""What a student is told when it is over, and what becomes of the outbox then."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from capture_agent.delivery.outbox import Outbox
from capture_agent.delivery.sender import Progress, State
from capture_agent.terminal.console import Console
from contract.exchange import Reason

_WITHDRAWN: Final = 403


@dataclass(frozen=True, slots=True)
class Balance:
    """What came of one run. ``undone`` is a wish that the server never answered, in words."""

    observations: int
    with_face: int
    not_kept: int
    undone: str
    emptied: bool


def say_summary(
    balance: Balance, progress: Progress, outbox: Outbox, source: str, console: Console
) -> None:
    """Sum up, say what went amiss, and delete the outbox where nothing in it may or need stay."""
    if progress.state in (State.REFUSED, State.BROKEN):
        console.warn(_last_word(progress, outbox))
        return
    if progress.state is State.ENDED:
        console.say("The lecture has ended, and so has the capture.")
    console.say(
        f"{balance.observations} observations, {balance.with_face} with a face; "
        f"{progress.accepted + progress.duplicate} items reached the server."
    )
    for amiss in _amiss(balance, progress, outbox, source):
        console.warn(amiss)
    if balance.emptied and progress.state is State.ENDED:
        outbox.destroy()


def given_up_words(count: int) -> str:
    """How many items were deleted unsent, for people; nothing where none were."""
    return f"{count} unsent items were deleted." if count else ""


def refusals(progress: Progress) -> list[tuple[str, int]]:
    """Why the server refused how many items, as far as that is amiss.

    What was captured in the moment between the end and our hearing of it is not.
    """
    return [(why, count) for why, count in progress.reasons if why != Reason.AFTER_END]


def _last_word(progress: Progress, outbox: Outbox) -> str:
    """Why it is over; a withdrawn student's outbox goes with it."""
    if progress.state is State.BROKEN:
        return progress.message
    if progress.status != _WITHDRAWN:
        return f"{progress.message} Capture has stopped."
    given_up = outbox.waiting()
    outbox.destroy()
    return f"{progress.message} {given_up_words(given_up)}".strip()


def _amiss(balance: Balance, progress: Progress, outbox: Outbox, source: str) -> Iterator[str]:
    """What the student should know did not go as wished."""
    if balance.observations and not balance.with_face:
        yield f"No face was seen in any picture of {source}."
    if reasons := refusals(progress):
        why = ", ".join(f"{count} × {reason}" for reason, count in reasons)
        yield f"The server refused {sum(count for _, count in reasons)} items: {why}."
    if balance.not_kept:
        yield f"The disk was full to the end: {balance.not_kept} items were not kept."
    if balance.undone:
        yield balance.undone
    if not balance.emptied:
        yield (
            f"{outbox.waiting()} items wait in the outbox; run the same command again "
            f"to send them. {progress.message}".strip()
        )
