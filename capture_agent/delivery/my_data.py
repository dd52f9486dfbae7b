"""The student's own wishes to the server: answer what it asks privately, see and delete one's data.

A wish is an errand of the delivery: it never runs beside a sending, so that nothing that was read
from the outbox before a deletion can arrive after it.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from capture_agent.delivery.outbox import Item, Kind, Outbox
from capture_agent.delivery.sender import Delivery
from capture_agent.delivery.session import Session
from capture_agent.errors import NotAcceptedError, RefusedError
from capture_agent.terminal.console import Console
from capture_agent.terminal.controls import Controls, Question
from capture_agent.terminal.stored import StoredPage, in_words
from contract.exchange import Ask, BatchAnswer, Pulse

_MOST_PAGES: Final = 100
_DELETION: Final = UUID(int=0)
"""The question that this module puts by itself; the server's have random ids."""


class Door(Protocol):
    """What an agent needs of the server once it has joined; ``Transport`` is one."""

    def send(self, kind: Kind, items: list[Item], token: str) -> BatchAnswer:
        """Send items."""

    def pulse(self, answer: Pulse, token: str) -> None:
        """Answer a private question."""

    def stored(self, token: str, after: UUID | None = None) -> StoredPage:
        """What is stored of this student."""

    def delete_stored(self, token: str) -> int:
        """Delete it; how many observations that were."""


class OwnWishes:
    """Turns the student's keys into errands, and the server's question into one for the student."""

    def __init__(
        self,
        door: Door,
        session: Session,
        outbox: Outbox,
        delivery: Delivery,
        controls: Controls,
        console: Console,
    ) -> None:
        self._door = door
        self._session = session
        self._outbox = outbox
        self._delivery = delivery
        self._controls = controls
        self._console = console
        self._asked: Ask | None = None
        self._answered: set[UUID] = set()
        self._deleting = False
        self._discarded = 0
        controls.bind("s", lambda: delivery.run_errand(self._show))
        controls.bind("d", self._confirm_deletion)

    def hear(self, ask: Ask | None) -> None:
        """Put the server's question to the student, once; take it back when the server does."""
        if self._asked is not None and (ask is None or ask.id != self._asked.id):
            self._controls.withdraw(self._asked.id)
            self._asked = None
        if ask is None or ask.id in self._answered or self._asked is not None:
            return
        self._asked = ask
        if self._controls.put(Question(ask.id, ask.text, partial(self._answer, ask))):
            self._console.say(f"For you alone: {ask.text} Y yes, N no; or leave it unanswered.")

    def left_undone(self) -> str:
        """What to tell a student who leaves while a deletion still waits for the server, or ""."""
        if not self._deleting:
            return ""
        page = f"{self._session.server}{self._session.recovery_link}"
        return f"The server did not answer, so what it stores is not deleted; your page can: {page}"

    def _answer(self, ask: Ask, yes: bool) -> None:
        self._answered.add(ask.id)
        self._delivery.run_errand(partial(self._send_answer, ask, yes))

    def _send_answer(self, ask: Ask, yes: bool) -> None:
        if self._tried(
            lambda: self._door.pulse(Pulse(ask=ask.id, answer=yes), self._session.token)
        ):
            self._console.say(
                "Your answer, yes, was sent." if yes else "Your answer, no, was sent."
            )

    def _show(self) -> None:
        pages: list[StoredPage] = []

        def read() -> None:
            pages.append(self._door.stored(self._session.token))
            while pages[-1].next is not None and len(pages) < _MOST_PAGES:
                pages.append(self._door.stored(self._session.token, pages[-1].next))

        if self._tried(read):
            for line in in_words(pages):
                self._console.say(line)
            page = f"{self._session.server}{self._session.recovery_link}"
            self._console.say(
                f"{self._outbox.waiting()} wait here. All of it, line by line: {page}"
            )

    def _confirm_deletion(self) -> None:
        text = "Delete all that was sent of you in this lecture?"
        if self._controls.put(Question(_DELETION, text, self._decide_deletion)):
            self._console.say(f"{text} Y deletes it, N keeps it.")

    def _decide_deletion(self, yes: bool) -> None:
        if yes:
            self._deleting = True
            self._delivery.run_errand(self._delete)
        else:
            self._console.say("Nothing was deleted.")

    def _delete(self) -> None:
        self._discarded += self._outbox.discard()
        gone = 0

        def delete() -> None:
            nonlocal gone
            gone = self._door.delete_stored(self._session.token)

        if self._tried(delete):
            here, self._discarded = self._discarded, 0
            unsent = f", and {here} unsent items here" if here else ""
            self._console.say(
                f"Deleted: {gone} observations at the server{unsent}. "
                "Sharing goes on; P pauses, Q stops."
            )
        self._deleting = False

    def _tried(self, work: Callable[[], None]) -> bool:
        """Do it; a no of the server is said in its words. DeliveryError is left to the delivery.

        What such a no means for the whole session, the next sending shows.
        """
        try:
            work()
        except (RefusedError, NotAcceptedError) as error:
            self._console.warn(str(error))
            return False
        return True
