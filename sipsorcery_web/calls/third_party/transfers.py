"""A transfer that is carried out here: REFER of a phone whose other party could not follow it (RFC 3515, RFC 5589).

Whom the REFER names is called first, in the name of the phone's account. Once that is answered, this user agent takes
the phone's place in its call. Until then the call stays as it is, so that nothing is lost where nobody answers.
"""

import re
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote

from sipsorcery_web.contract.sip_headers import uri_in
from sipsorcery_web.contract.third_party_calls import LONGEST_RING, CallOrder, CallState

from .calls import Call
from .descriptions import silence_for
from .legs import Leg, Party
from .messages import Headers, Message, tag_of, without_tag
from .transactions import ServerTransaction

CSEQ_AHEAD = 1_000
"""The lead over the numbers of the phone's requests: it may send some more until its place is taken."""
CSEQ_OF_OTHER = 2_000_000_000
"""The number of the first request in the place of the other party, whose own numbers are not known here."""
HANDED_OVER = 380
"""The proxy's answer to a call with Replaces whose other side is elsewhere: how the sender goes on in that call."""
LONGEST_URI = 512
_URI = re.compile(r"(?:sips?|tel):[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Referral:
    """The call that a REFER asks for, and the one that it came in."""

    account: str
    owner: str
    uri: str
    headers: Headers
    """Of the INVITE that it asks for: Replaces, for an attended transfer."""
    sender: Party
    other: Party
    """The other party, as far as the sender knows."""

    @classmethod
    def read(cls, refer: Message) -> "Referral":
        """Return what the proxy passed on. Raises ValueError where it names nobody who can be called."""
        uri, _, headers = uri_in(refer["refer-to"]).partition("?")
        if len(refer.all("refer-to")) != 1 or len(uri) > LONGEST_URI or not _URI.fullmatch(uri):
            raise ValueError("Refer-To names nobody who can be called")
        routes = refer.all("x-third-party-routes")
        call_id, number = refer["call-id"], refer.cseq[0]
        sender = Party(
            call_id=call_id, local=without_tag(refer["from"]), tag=tag_of(refer["from"]), remote=refer["to"],
            target=uri_in(refer["x-third-party-target"]), routes=routes, cseq=number + CSEQ_AHEAD,
        )  # fmt: skip
        other = Party(
            call_id=call_id, local=without_tag(refer["to"]), tag=tag_of(refer["to"]), remote=refer["from"],
            target=refer.contact, routes=[*reversed(routes)], cseq=CSEQ_OF_OTHER,
        )  # fmt: skip
        return cls(
            account=refer["x-third-party-account"], owner=refer["x-third-party-owner"],
            uri=re.sub(r";method=invite(?=;|$)", "", uri, flags=re.IGNORECASE), headers=_replaces(headers),
            sender=sender, other=other,
        )  # fmt: skip

    @property
    def order(self) -> CallOrder:
        """Return the call as one that was asked for."""
        first = self.sender.target
        return CallOrder(self.owner, self.account, first, self.uri, first, self.uri, ring_second=LONGEST_RING)


@dataclass(kw_only=True)
class Transfer(Call):
    """A transfer under way, and the call that it becomes: the other party is its first side."""

    referral: Referral
    consulted: Leg | None = None
    """The sender in the call with whom it has asked first, where its place is taken in that call too."""
    _answer: Message | None = field(default=None, repr=False)
    """Of the second side, until it is acknowledged."""

    def __post_init__(self) -> None:
        referral, agent = self.referral, self.agent
        self.first = Leg.taken_over(agent, self, referral.sender)
        self.back = Leg.taken_over(agent, self, referral.other)
        headers = [*self.headers, *referral.headers]
        self.second = Leg(agent, self, f"<sip:{referral.account}>", referral.uri, headers)
        self._join()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Return the legs that requests may come in."""
        return self.first, self.second, self.back, *([] if self.consulted is None else [self.consulted])

    def begin(self) -> None:
        """Call whom the REFER names."""
        self.state = CallState.SECOND
        self._tell("SIP/2.0 100 Trying", "active;expires=180")
        self.second.invite()
        self._let_ring(self.order.ring_second, self.second)

    def rings(self, leg: Leg, answer: Message) -> None:
        """Note that the phone rings."""
        self.is_ringing = True

    def answers(self, leg: Leg, answer: Message) -> None:
        """Take the sender's place: the other party is offered what the answer has."""
        self._let_ring(0, self.second)
        self._answer = answer
        self.first.offer(answer.description, partial(self._taken_over, answer))

    def fails(self, leg: Leg, answer: Message) -> None:
        """End the transfer, or the call that it has become."""
        if self.state is CallState.SECOND and answer.status == HANDED_OVER and self.consulted is None:
            self._take_up(answer)
        elif self.state is CallState.SECOND:
            self._give_up(answer.status, answer.phrase)
        else:
            super().fails(leg, answer)

    def requests(self, leg: Leg, transaction: ServerTransaction) -> None:
        """Take a request of either side, or of the sender, who has nothing left to do but hang up."""
        if leg is self.first and self.state is CallState.SECOND:  # only heard of here: the sender answers it
            self.first.is_over = True
            self._end("first")
        elif leg not in (self.back, self.consulted):
            super().requests(leg, transaction)
        elif transaction.request.method == "BYE":
            leg.is_over = True
            transaction.reply(200, "OK")
        else:
            transaction.reply(481, "Call/Transaction Does Not Exist")

    def hang_up(self) -> None:
        """End it, whatever its state."""
        if self.state is CallState.SECOND:
            self._give_up(503, "Service Unavailable")
        else:
            super().hang_up()

    def _take_up(self, answer: Message) -> None:
        """Take the sender's place in the call with whom it has asked, and have that one make an offer."""
        try:
            sender, other = handed_over(self.referral.headers, answer)
        except ValueError:
            self._give_up(answer.status, answer.phrase)
            return
        self.second = Leg.taken_over(self.agent, self, sender)
        self.consulted = Leg.taken_over(self.agent, self, other)
        self._join()
        self.second.offer("", self._consulted_answers)

    def _consulted_answers(self, answer: Message) -> None:
        if answer.status < 300:
            self.answers(self.second, answer)
            return
        self.second.is_over = True  # without a BYE: the sender goes on with that call too
        self._give_up(answer.status, answer.phrase)

    def _taken_over(self, second: Message, first: Message) -> None:
        if self.state is not CallState.SECOND:
            return
        if first.status >= 300:
            self._give_up(first.status, first.phrase)
            return
        one, two = self.joining.first, self.joining.second
        one.says = two.was_given = first.description
        two.says = one.was_given = second.description
        self._answer = None
        self.first.acknowledge(first)
        self.second.acknowledge(second, first.description)
        self.state = CallState.TALKING
        self._tell("SIP/2.0 200 OK", "terminated;reason=noresource")

    def _not_answered(self, leg: Leg) -> None:
        self._give_up(408, "Request Timeout")

    def _give_up(self, status: int, phrase: str) -> None:
        """Leave the call to the sender, who is told; it ends where the sender has hung up meanwhile."""
        if self._answer is not None:
            self.second.acknowledge(self._answer, silence_for(self._answer.description))
            self._answer = None
        if not self.back.is_over:
            self.first.is_over = True  # without a BYE
        self._tell(f"SIP/2.0 {status} {phrase}", "terminated;reason=noresource")
        self._end("second", status, phrase)

    def _tell(self, line: str, state: str) -> None:
        if self.back.is_over:
            return
        headers = [
            ("event", "refer"), ("subscription-state", state), ("content-type", "message/sipfrag;version=2.0"),
        ]  # fmt: skip
        self.back.ask("NOTIFY", headers, f"{line}\r\n", lambda _: None)


def handed_over(replaces: Headers, answer: Message) -> tuple[Party, Party]:
    """Return the sender and the other party of a call that Replaces names. Raises ValueError without a way to go on."""
    call_id, _, tags = dict(replaces).get("replaces", "").partition(";")
    named = dict(tag.strip().partition("=")[::2] for tag in tags.split(";"))
    target, routes = answer["x-third-party-target"], answer.all("x-third-party-routes")
    if not target or not {"to-tag", "from-tag"} <= named.keys():
        raise ValueError("nobody can go on in that call")
    call_id, own, their = call_id.strip(), answer["x-third-party-from"], answer["x-third-party-to"]
    sender = Party(
        call_id=call_id, local=own, tag=named["from-tag"], remote=f"{their};tag={named['to-tag']}",
        target=uri_in(target), routes=routes, cseq=int(answer["x-third-party-number"]) + CSEQ_AHEAD,
    )  # fmt: skip
    other = Party(
        call_id=call_id, local=their, tag=named["to-tag"], remote=f"{own};tag={named['from-tag']}",
        target=uri_in(own), routes=[*reversed(routes)], cseq=CSEQ_OF_OTHER,
    )  # fmt: skip
    return sender, other


def accepted(transaction: ServerTransaction, transfer: Transfer) -> None:
    """Say that a transfer begins; the Contact stays that of the other party, should it come to nothing."""
    transaction.reply(202, "Accepted", [("contact", f"<{transfer.referral.sender.target}>")])


def _replaces(headers: str) -> Headers:
    """The Replaces header among those of a URI (RFC 3261, section 19.1.1); others are not taken from strangers."""
    fields = (each.partition("=") for each in headers.split("&"))
    return [("replaces", unquote(value)) for name, _, value in fields if name.lower() == "replaces"]
