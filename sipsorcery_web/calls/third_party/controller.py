"""The third-party call controller: a user agent behind the proxy, with the calls that were asked for."""

import asyncio
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sipsorcery_web.contract.third_party_calls import OWNER_BUSY, CallOrder, CallProgress, CallRefused, CallState

from .calls import Call
from .messages import Message, tag_of
from .transactions import Address, ServerTransaction, UserAgent
from .transfers import Referral, Transfer, accepted

MOST_AT_ONCE = 200
KEPT = 600.0
"""Seconds for which it can be asked how a call ended."""
MOST_CALLBACKS_AT_ONCE = 6
MOST_TRANSFERS_OF_OWNER = 30
"""At once, together with other calls of an owner's that are made here."""
MOST_CALLBACKS, CALLBACKS_WITHIN = 20, 600.0
"""How many calls the plans of one owner may ask for within so many seconds."""
SAYS_GOODBYE = 0.3
"""Seconds that the last messages have before the port is given back."""
ACCOUNT_BUSY = "A call of this account is being set up or going on already."
TOO_MANY_CALLBACKS = "Too many Callbacks of this owner's plans are going on, or were in the last ten minutes."
ALL_BUSY = "Too many calls are going on."

log = logging.getLogger(__name__)


@dataclass
class Controller:
    """Calls under way, one at a time for each account."""

    proxy: Address
    secret: str
    """What the proxy knows this user agent by."""
    _agent: UserAgent = field(init=False)
    _calls: dict[str, Call] = field(default_factory=dict)
    _callbacks: dict[str, list[float]] = field(default_factory=dict)
    """The moments at which plans asked for calls, by their owner."""

    def __post_init__(self) -> None:
        self._agent = UserAgent(self.proxy, self._on_request)

    async def open(self, host: str, port: int) -> None:
        """Take a port. OSError where it is not to be had."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self._agent, local_addr=(host, port))

    async def close(self) -> None:
        """End all calls and give the port back."""
        for call in self._active():
            call.hang_up()
        await asyncio.sleep(SAYS_GOODBYE)
        self._agent.close()

    def place(self, order: CallOrder) -> str:
        """Begin a call; its id. Raises CallRefused."""
        active = self._active()
        of_owner = [call for call in active if call.order.owner == order.owner]
        if order.first_dial:
            self._count_callback(order.owner, of_owner)
        for is_too_much, words in (
            (not order.first_dial and any(_is_of_account(call, order.account) for call in of_owner), ACCOUNT_BUSY),
            (order.most_of_owner and len(of_owner) >= order.most_of_owner, OWNER_BUSY),
            (len(active) >= MOST_AT_ONCE, ALL_BUSY),
        ):
            if is_too_much:
                raise CallRefused(words)
        call = Call(self._agent, order, [("x-third-party", self.secret)], self._over)
        self._calls[call.id] = call
        call.begin()
        return call.id

    def progress(self, call: str, owner: str) -> CallProgress | None:
        """Return how far a call of this owner's has come; None where there is none."""
        found = self._of(call, owner)
        return None if found is None else found.progress

    def end(self, call: str, owner: str) -> bool:
        """End a call of this owner's; False where it is over."""
        found = self._of(call, owner)
        if found is None or found.state is CallState.OVER:
            return False
        found.hang_up()
        return True

    def _count_callback(self, owner: str, of_owner: Sequence[Call]) -> None:
        """Count a call that a plan asks for. Raises CallRefused where its owner has had as many as may be.

        What a plan rings may run a plan that does the same.
        """
        now = asyncio.get_running_loop().time()
        begun = [moment for moment in self._callbacks.get(owner, ()) if moment > now - CALLBACKS_WITHIN]
        going_on = [call for call in of_owner if call.order.first_dial]
        if len(begun) >= MOST_CALLBACKS or len(going_on) >= MOST_CALLBACKS_AT_ONCE:
            raise CallRefused(TOO_MANY_CALLBACKS)
        self._callbacks[owner] = [*begun, now]

    def _of(self, call: str, owner: str) -> Call | None:
        found = self._calls.get(call)
        return found if found is not None and found.order.owner == owner else None

    def _active(self) -> list[Call]:
        return [call for call in self._calls.values() if call.state is not CallState.OVER]

    def _over(self, call: Call) -> None:
        asyncio.get_running_loop().call_later(KEPT, self._calls.pop, call.id, None)

    def _on_request(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        call_id, tag = request["call-id"], tag_of(request["to"])
        for call in self._calls.values():
            for leg in call.legs:
                if (leg.call_id, leg.tag) == (call_id, tag):
                    leg.receive(transaction)
                    return
        if request.method == "REFER" and self._is_from_proxy(request):
            self._transfer(transaction)
        elif request.method != "ACK":
            transaction.reply(481, "Call/Transaction Does Not Exist")

    def _is_from_proxy(self, request: Message) -> bool:
        shown = request["x-third-party"].encode("utf-8", "surrogateescape")
        return hmac.compare_digest(shown, self.secret.encode())

    def _transfer(self, transaction: ServerTransaction) -> None:
        """Carry out a REFER that the proxy passes on, of an account that has proved to be it."""
        try:
            referral = Referral.read(transaction.request)
        except ValueError as error:
            transaction.reply(400, str(error))
            return
        of_owner = [call for call in self._active() if call.order.owner == referral.owner]
        if len(of_owner) >= MOST_TRANSFERS_OF_OWNER or len(self._active()) >= MOST_AT_ONCE:
            transaction.reply(503, "Too many calls")
            return
        transfer = Transfer(
            agent=self._agent, order=referral.order, headers=[("x-third-party", self.secret)], ended=self._over,
            referral=referral,
        )  # fmt: skip
        self._calls[transfer.id] = transfer
        accepted(transaction, transfer)
        transfer.begin()


def _is_of_account(call: Call, account: str) -> bool:
    return not call.order.first_dial and call.order.account == account
