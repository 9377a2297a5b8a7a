"""A SIP engine that behaves as `calls.messages` says, for tests of call control."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sipsorcery_web.calls.messages import (
    AllTold,
    CallAlive,
    CallAnswered,
    CallAsked,
    CallGone,
    Command,
    DialFailed,
    DialLegs,
    Event,
    Hello,
    LegAsked,
    LegFailed,
    LegMoved,
    NotWaiting,
    Reply,
    Ring,
    Rung,
    SendLeg,
)
from sipsorcery_web.calls.messages import CallControl as Listener
from tests.dial_plans.worlds import DOMAIN

from .fake_time import FakeScheduler


@dataclass
class Phone:
    """The behaviour of whoever a leg reaches: `code` after some seconds, 0 for silence, 200 for an answer."""

    code: int = 0
    after: float = 0.0
    reason: str = ""
    contact: str = ""


@dataclass
class _Leg:
    token: str
    call: str
    parent: "_Transaction"
    transaction: str
    sent: SendLeg | None = None
    state: str = "asked"


@dataclass
class _Transaction:
    """A transaction that forks: a call's, or that of a leg with a plan of its own."""

    call: str
    legs: list[_Leg] = field(default_factory=list)
    leg: _Leg | None = None
    """The leg that it is."""
    final: Reply | None = None
    is_over: bool = False
    question: Event | None = None


@dataclass
class FakeEngine:
    """Behaves as `calls.messages` says, towards call control and towards phones."""

    scheduler: FakeScheduler
    phones: Mapping[str, Phone] = field(default_factory=dict)
    """By the URI of a leg, or the account that it rings."""
    control: Listener | None = None
    said: list[Command] = field(default_factory=list)
    rung: list[tuple[int, str]] = field(default_factory=list)
    """Provisional answers to callers."""
    is_linked: bool = True
    began: float = 0.0
    lag: float = 0.0
    """Seconds until a leg asks what it is to do."""
    joined: list[CallAnswered] = field(default_factory=list)
    _calls: dict[str, _Transaction] = field(default_factory=dict)
    _waiting: dict[str, tuple[_Transaction, _Leg | None]] = field(default_factory=dict)
    _questions: dict[str, Event] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def invite(self, user: str = "100", account: str = f"alice@{DOMAIN}", **more: Any) -> str:
        """A caller dials; the engine's id of the call."""
        call, transaction = f"call {next(self._numbers)}", self._new_transaction()
        self._calls[call] = _Transaction(call)
        facts = {"direction": "out", "host": DOMAIN, "source": "udp:192.0.2.7:5060"} | more
        facts.setdefault("request", _invite(user))
        asked = CallAsked(transaction=transaction, call=call, account=account, user=user, **facts)
        self._ask(asked, self._calls[call], None)
        return call

    def hang_up(self, call: str) -> None:
        """The caller hangs up before an answer."""
        self._cancel(self._calls[call])

    def final(self, call: str) -> tuple[int, str] | None:
        """The final answer that the caller got; None where there is none yet."""
        found = self._calls[call].final
        return None if found is None else (found.code, found.reason)

    def sent(self) -> list[SendLeg]:
        """The legs that went out, in order."""
        return [command for command in self.said if isinstance(command, SendLeg)]

    def link_again(self, control: Listener) -> None:
        """Take a new process for call control."""
        self.control, self.is_linked = control, True
        control.connected()

    def send(self, command: Command) -> bool:
        if not self.is_linked:
            return False
        self.said.append(command)
        self.scheduler.soon(partial(self._carry_out, command))
        return True

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, Hello):
            self._tell_all()
            return
        found = self._waiting.pop(command.transaction, None)
        self._questions.pop(command.transaction, None)
        if found is None:
            self._tell(NotWaiting(transaction=command.transaction))
            return
        transaction, leg = found
        if isinstance(command, DialLegs):
            self._fork(transaction, command)
        elif isinstance(command, Ring):
            self.rung.append((command.code, command.reason))
            self._ask(Rung(transaction=command.transaction, call=transaction.call), transaction, leg)
        elif isinstance(command, Reply):
            self._reply(transaction, leg, command)
        else:
            assert leg is not None
            self._ring(leg, command)

    def _tell_all(self) -> None:
        for event in list(self._questions.values()):
            self._tell(event)
        for call, transaction in self._calls.items():
            if not transaction.is_over:
                self._tell(CallAlive(call=call))
        for event in self.joined:
            self._tell(event)
        self._tell(AllTold(since=self.began))

    def _fork(self, transaction: _Transaction, command: DialLegs) -> None:
        transaction.legs = []
        for token in command.tokens:
            call = f"call {next(self._numbers)}"
            leg = _Leg(token, call, transaction, self._new_transaction())
            transaction.legs.append(leg)
            self._calls[call] = _Transaction(call, leg=leg)
            asked = LegAsked(transaction=leg.transaction, token=token, call=call)
            ask = partial(self._ask, asked, self._calls[call], leg)
            if self.lag:
                self.scheduler.after(self.lag, ask)
            else:
                ask()

    def _ring(self, leg: _Leg, command: SendLeg) -> None:
        leg.sent, leg.state = command, "rings"
        life = command.ring_milliseconds / 1000
        phone = self.phones.get(command.account) or self.phones.get(command.uri) or Phone()
        if phone.code and phone.after < life:
            self.scheduler.after(phone.after, partial(self._phone_answers, leg, command, phone))
        else:
            self.scheduler.after(life, partial(self._leg_fails, leg, command, 408, "Request timeout", True))

    def _phone_answers(self, leg: _Leg, command: SendLeg, phone: Phone) -> None:
        if leg.state != "rings" or leg.sent is not command:
            return
        if phone.code < 300:
            leg.state = "answered"
            self._answered(leg)
        elif phone.code < 400 and command.follows_redirects:
            leg.state, leg.transaction = "asked", self._new_transaction()
            moved = LegMoved(transaction=leg.transaction, token=leg.token, code=phone.code, contact=phone.contact)
            self._ask(moved, self._calls[leg.call], leg)
        else:
            self._leg_fails(leg, command, phone.code, phone.reason, False, phone.contact)

    def _leg_fails(
        self, leg: _Leg, command: SendLeg, code: int, reason: str, is_timeout: bool, contact: str = ""
    ) -> None:
        if leg.state != "rings" or leg.sent is not command:
            return
        self._tell(LegFailed(token=leg.token, code=code, reason=reason, is_timeout=is_timeout, contact=contact))
        self._leg_is_over(leg, code)

    def _leg_is_over(self, leg: _Leg, code: int) -> None:
        leg.state = "failed"
        self._calls[leg.call].is_over = True
        parent = leg.parent
        if all(each.state == "failed" for each in parent.legs) and not parent.is_over:
            transaction = self._new_transaction()
            self._ask(DialFailed(transaction=transaction, call=parent.call, code=code), parent, parent.leg)

    def _answered(self, leg: _Leg) -> None:
        parent, own = leg.parent, self._calls[leg.call]
        own.is_over = True
        for other in parent.legs:
            if other is not leg:
                self._cancel_leg(other)
        parent.is_over = True
        self.joined.append(CallAnswered(call=parent.call, token=leg.token))
        self._tell(self.joined[-1])
        if parent.leg is not None:
            parent.leg.state = "answered"
            self._answered(parent.leg)

    def _reply(self, transaction: _Transaction, leg: _Leg | None, command: Reply) -> None:
        if leg is None:
            transaction.final, transaction.is_over = command, True
        else:
            self._leg_is_over(leg, command.code)

    def _cancel(self, transaction: _Transaction) -> None:
        transaction.is_over = True
        for name, (other, _) in list(self._waiting.items()):
            if other is transaction:
                self._waiting.pop(name)
                self._questions.pop(name)
        for leg in transaction.legs:
            self._cancel_leg(leg)
        self._tell(CallGone(call=transaction.call))

    def _cancel_leg(self, leg: _Leg) -> None:
        if leg.state in ("answered", "failed"):
            return
        was_asked = leg.state == "asked"
        leg.state = "failed"
        if was_asked or self._calls[leg.call].legs:
            self._cancel(self._calls[leg.call])
        else:
            self._tell(LegFailed(token=leg.token, code=487, reason="Request terminated"))

    def _ask(self, event: Any, transaction: _Transaction, leg: _Leg | None) -> None:
        self._waiting[event.transaction] = (transaction, leg)
        self._questions[event.transaction] = event
        self._tell(event)

    def _tell(self, event: Event) -> None:
        if self.control is not None and self.is_linked:
            self.control.heard(event)

    def _new_transaction(self) -> str:
        return f"transaction {next(self._numbers)}"


def _invite(user: str) -> str:
    return (
        f"INVITE sip:{user}@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7\r\n"
        f'From: "Alice" <sip:alice@{DOMAIN}>;tag=1\r\nTo: <sip:{user}@{DOMAIN}>\r\n'
        "Call-ID: an id of alice's\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@192.0.2.7>\r\n\r\nv=0\r\n"
    )
