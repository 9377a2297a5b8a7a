"""The joining of two legs: each side's descriptions reach the other one, at the beginning and whenever they change."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from .descriptions import is_same_media
from .legs import Leg
from .messages import Headers, Message, only
from .transactions import ServerTransaction

MOST_OFFERS = 8
"""Offers of our own until both sides agree; two that never do are left alone then."""
PENDING = 491
PASSED_ON = ("content-type", "refer-to", "referred-by", "event", "subscription-state", "info-package", "accept")
"""Headers of a request within the call that are meant for the other side."""


@dataclass
class Side:
    """A leg with the description that it gave last, and the one that it was given."""

    leg: Leg
    says: str = ""
    was_given: str = ""


@dataclass
class Joining:
    """Two legs whose sound goes from one to the other; `failed` is told of a leg that cannot take a description."""

    first: Side
    second: Side
    failed: Callable[[Leg, Message], None]
    _offers: int = 0
    _retry: asyncio.TimerHandle | None = field(default=None, repr=False)

    def settle(self) -> None:
        """Offer either side what the other one says, until both have it; the second one only once it has answered."""
        if self.first.leg.is_busy or self.second.leg.is_busy or self._offers >= MOST_OFFERS:
            return
        for side, other in ((self.first, self.second), (self.second, self.first)):
            takes_offers = side.leg.is_confirmed and not side.leg.is_over
            if takes_offers and other.says and not is_same_media(other.says, side.was_given):
                self._offer(side, other.says)
                return
        self._offers = 0

    def stop(self) -> None:
        """Offer nothing more."""
        if self._retry is not None:
            self._retry.cancel()

    def relay_offer(self, leg: Leg, transaction: ServerTransaction) -> None:
        """Carry an INVITE within the call to the other side, and its answer back; with an offer or asking for one."""
        side, other = self._sides(leg)
        offer = transaction.request.description
        if other.leg.is_busy:
            leg.answer(transaction, PENDING, "Request Pending")
            return

        def answered(answer: Message) -> None:
            if answer.status >= 300:
                leg.answer(transaction, answer.status, answer.phrase)
                return
            side.was_given = other.says = answer.description or other.says
            if offer:
                other.leg.acknowledge(answer)
                side.says = other.was_given = offer
            leg.answer(transaction, 200, "OK", answer.description, on_ack=lambda ack: acknowledged(answer, ack))

        def acknowledged(answer: Message, ack: Message) -> None:
            if not offer:
                other.leg.acknowledge(answer, ack.description)
                side.says = other.was_given = ack.description or side.says
            self.settle()

        other.leg.offer(offer, answered)

    def relay_update(self, leg: Leg, transaction: ServerTransaction) -> None:
        """Carry an UPDATE to the other side, and its answer back (RFC 3311)."""
        side, other = self._sides(leg)
        request = transaction.request
        if request.body and other.leg.is_busy:
            leg.answer(transaction, PENDING, "Request Pending")
            return

        def answered(answer: Message) -> None:
            if request.body and answer.status < 300:
                side.says = other.was_given = request.body
                side.was_given = other.says = answer.description or other.says
            leg.answer(transaction, answer.status, answer.phrase, answer.description)

        body = other.leg.origin.own(request.body)
        other.leg.ask("UPDATE", only(("content-type",), request.headers), body, answered)

    def relay(self, leg: Leg, transaction: ServerTransaction) -> None:
        """Carry any other request to the other side, and its answer back: INFO, REFER with its NOTIFY, MESSAGE."""
        request = transaction.request

        def answered(answer: Message) -> None:
            transaction.reply(answer.status, answer.phrase, only(("content-type",), answer.headers), answer.body)

        headers = _of_this_leg(only(PASSED_ON, request.headers))
        self._sides(leg)[1].leg.ask(request.method, headers, request.body, answered)

    def _offer(self, side: Side, description: str) -> None:
        self._offers += 1
        side.was_given = description

        def answered(answer: Message) -> None:
            if answer.status == PENDING:
                side.was_given = ""
                # RFC 3261, section 14.1: whoever made the Call-ID waits longer.
                self._retry = asyncio.get_running_loop().call_later(random.uniform(2.1, 4.0), self.settle)
            elif answer.status >= 300:
                self.failed(side.leg, answer)
            else:
                side.leg.acknowledge(answer)
                side.says = answer.description or side.says
                self.settle()

        side.leg.offer(description, answered)

    def _sides(self, leg: Leg) -> tuple[Side, Side]:
        return (self.first, self.second) if leg is self.first.leg else (self.second, self.first)


def _of_this_leg(headers: Headers) -> Headers:
    """Leave out the number of a REFER's subscription: it is its CSeq, another one in each leg (RFC 3515, 2.4.6)."""
    return [(name, value.partition(";")[0] if name == "event" else value) for name, value in headers]
