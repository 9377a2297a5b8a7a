"""The form for a call that is wanted, and what it makes of a number or an address."""

import re
from collections.abc import Iterator, Sequence

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.rules import Violation
from sipsorcery_web.contract.third_party_calls import CallOrder
from sipsorcery_web.dial_plans.sip_text import UnfitText, host_part, user_part
from sipsorcery_web.portal.ui.forms import Form, choice, text
from sipsorcery_web.portal.ui.sip_parties import Party, address_of, party_at

TELEPHONE_NUMBER = re.compile(r"[+]?[0-9*#]+")
TYPED_NUMBER = re.compile(r"[+]?[-0-9*#(). /]*[0-9*#][-0-9*#(). /]*")
LONGEST = 255


class CallForm(Form):
    """A call: whom, and with which of the visitor's accounts."""

    to = text("Number or address")
    account = choice("With your account")
    outcome = "Nobody was called."

    def offer(self, accounts: Sequence[SIPAccount]) -> None:
        """Fill the list of accounts."""
        self.account.choices = [(str(account.id), address_of(account)) for account in accounts]

    def validate(self, extra_validators: object = None) -> bool:
        """Return True when the call can be placed."""
        super().validate()
        if not is_callable(self.to.data or ""):
            self.add_error("to", "Type a telephone number, or an address such as bob@sip.example.org.")
        return not self.errors

    def violations(self) -> Iterator[Violation]:
        """The contract has no rules for calls."""
        return iter(())


def number_of(party: Party) -> str:
    """Return what calls a party of a record: a telephone number alone, since it may be reached by another way.

    Empty where nothing does, as for callers who withhold their names.
    """
    if party.host == "anonymous.invalid" or party.user.lower() == "anonymous":
        return ""
    if TELEPHONE_NUMBER.fullmatch(party.user):
        return party.user
    return party.address if party.user and is_callable(party.address) else ""


def is_callable(number: str) -> bool:
    """Return True for a text that can be called."""
    try:
        return bool(_uri(number, "sip.invalid"))
    except UnfitText:
        return False


def order_for(owner: str, account: SIPAccount, number: str, most: int) -> CallOrder:
    """Return the order of a call to a number. UnfitText where it is none."""
    own = address_of(account)
    uri = _uri(number, account.sip_domain or "")
    return CallOrder(owner, own, f"sip:{own}", uri, account.sip_username or "", name_of(number), most_of_owner=most)


def name_of(number: str) -> str:
    """Return a number or address as people read it."""
    party = party_at(number)
    return party.address or number


def _uri(number: str, domain: str) -> str:
    party = party_at(re.sub(r"[-(). /]", "", number) if TYPED_NUMBER.fullmatch(number) else number)
    user, host = (party.user, party.host) if party.user else (party.host, domain)
    if not re.search(r"[0-9A-Za-z*#]", user) or len(number) > LONGEST or not number.isprintable():
        raise UnfitText("no number")
    return f"sip:{user_part(user)}@{host_part(host)}"
