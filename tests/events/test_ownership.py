"""A message belongs to the customers with accounts on its legs, and to nobody whom its text only names."""

from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from sipsorcery_web.events.hep import parse
from sipsorcery_web.events.messages import SIPMessage
from sipsorcery_web.events.ownership import OwnAddresses, Ownership

from .wire import ENGINE, HER_PHONE, HIS_PHONE, INNER, STRANGER, hep, request, response

ALICE, BOB, CAROL, OUTSIDE = "sip:alice@sip.local", "sip:bob@sip.local", "sip:carol@sip.local", "sip:x@example.org"
HER_CONTACT = "0123456789abcdef0123456789abcdef"
PROVIDER = "203.0.113.5:5060"
OWNERS = {ALICE: "alice", BOB: "bobby", CAROL: "carol", f"sip:{HER_CONTACT}@{ENGINE}": "alice"}


@dataclass
class Accounts:
    """The accounts of a service that may be away."""

    is_away: bool = False
    asked: list[str] = field(default_factory=list)

    def owners_of(self, uris: Collection[str], called: Collection[str] = ()) -> Collection[str] | None:
        self.asked += sorted({*uris, *called})
        return None if self.is_away else [OWNERS[uri] for uri in (*uris, *called) if uri in OWNERS]


class Wire:
    """Messages on the wire, each with its owners."""

    def __init__(self, most: int = 100) -> None:
        self.accounts = Accounts()
        self.ownership = Ownership(self.accounts, OwnAddresses(frozenset({ENGINE}), INNER), most)

    def hears(self, payload: bytes, source: str = HER_PHONE) -> set[str]:
        return self._owners(payload, source, ENGINE)

    def says(self, payload: bytes, destination: str = HIS_PHONE) -> set[str]:
        return self._owners(payload, ENGINE, destination)

    def says_to_itself(self, payload: bytes) -> None:
        message = SIPMessage.read(payload)
        assert message is not None
        self.ownership.note_leg(message)

    def _owners(self, payload: bytes, source: str, destination: str) -> set[str]:
        packet = parse(hep(payload, source, destination))
        message = SIPMessage.read(payload)
        assert message is not None
        return set(self.ownership.owners_of(message, packet))


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_a_call_belongs_to_both_parties_with_all_its_messages(wire: Wire) -> None:
    invite = request("INVITE", BOB, ALICE)
    both = {"alice", "bobby"}

    assert wire.hears(invite) == both
    assert wire.says(response("407 Proxy Authentication Required", invite), HER_PHONE) == both
    assert wire.says(request("INVITE", "sip:bob@198.51.100.8", ALICE, called=BOB)) == both
    assert wire.hears(response("200 OK", invite, to_tag="b1"), HIS_PHONE) == both
    assert wire.hears(request("ACK", BOB, ALICE, to_tag="b1")) == both
    assert wire.hears(request("BYE", ALICE, BOB, called=ALICE, tag="b1", to_tag="a1"), HIS_PHONE) == both


def test_a_registration_belongs_to_the_account_alone(wire: Wire) -> None:
    assert wire.hears(request("REGISTER", "sip:sip.local", BOB, called=ALICE)) == {"alice"}


def test_an_account_that_nobody_has_is_nobodys(wire: Wire) -> None:
    asked = request("REGISTER", "sip:sip.local", "sip:nobody@sip.local", called="sip:nobody@sip.local")

    assert wire.hears(asked, STRANGER) == set()
    assert wire.says(response("401 Unauthorized", asked), STRANGER) == set()


def test_a_name_in_the_text_makes_nobody_an_owner(wire: Wire) -> None:
    named = (f"Contact: <{BOB}>", f"P-Asserted-Identity: <{BOB}>", f"Referred-By: <{BOB}>", f"Subject: {BOB}")

    assert wire.hears(request("INVITE", CAROL, ALICE, *named, called=BOB)) == {"alice", "carol"}


def test_bob_does_not_get_into_a_call_by_its_call_id(wire: Wire) -> None:
    wire.hears(request("INVITE", CAROL, ALICE))

    assert wire.hears(request("INVITE", BOB, BOB, tag="guessed"), HIS_PHONE) == {"bobby"}
    assert wire.hears(request("BYE", ALICE, BOB, tag="guessed", to_tag="other"), HIS_PHONE) == {"bobby"}
    assert wire.hears(request("ACK", CAROL, ALICE, to_tag="c1")) == {"alice", "carol"}


def test_within_a_call_nobody_becomes_a_party(wire: Wire) -> None:
    wire.hears(request("INVITE", CAROL, ALICE))

    assert wire.hears(request("REFER", BOB, ALICE, to_tag="c1")) == {"alice", "carol"}


def test_what_belongs_to_no_call_is_nobodys(wire: Wire) -> None:
    assert wire.hears(request("BYE", BOB, ALICE, to_tag="b1")) == set()
    assert wire.hears(response("200 OK", request("INVITE", BOB, ALICE))) == set()
    assert wire.accounts.asked == []


def test_who_withholds_a_name_is_told_of_the_called_party_alone(wire: Wire) -> None:
    assert wire.hears(request("INVITE", BOB, "sip:anonymous@anonymous.invalid")) == {"bobby"}


def test_a_leg_belongs_to_the_owner_of_the_plan_and_to_the_account_that_it_rings(wire: Wire) -> None:
    inner = request("INVITE", f"sip:token@{INNER}", BOB, "X-Engine-Owner: alice", called=CAROL, call_id="leg")
    wire.says_to_itself(inner)

    assert wire.says(request("INVITE", "sip:bob@198.51.100.8", CAROL, called=BOB, call_id="leg")) == {"alice", "bobby"}
    assert wire.hears(response("180 Ringing", request("INVITE", BOB, CAROL, call_id="leg"))) == {"alice", "bobby"}


def test_a_leg_to_a_provider_is_the_plan_owners_and_not_the_callers(wire: Wire) -> None:
    wire.hears(request("INVITE", BOB, ALICE))
    wire.says_to_itself(
        request("INVITE", f"sip:token@{INNER}", ALICE, "X-Engine-Owner: bobby", called=BOB, call_id="leg")
    )
    leg = request("INVITE", "sip:0871550142@example.org", ALICE, called="sip:0871550142@example.org", call_id="leg")

    assert wire.says(leg, PROVIDER) == {"bobby"}
    assert wire.hears(request("INVITE", CAROL, ALICE, called=CAROL, call_id="leg"), PROVIDER) == {"bobby"}


def test_a_leg_that_is_sent_to_itself_again_stays_whose_it_is(wire: Wire) -> None:
    inner = request("INVITE", f"sip:token@{INNER}", CAROL, "X-Engine-Owner: alice", called=BOB, call_id="leg")
    wire.says_to_itself(inner)
    wire.says(request("INVITE", "sip:bob@198.51.100.8", CAROL, called=BOB, call_id="leg"))
    wire.says_to_itself(inner)

    assert wire.hears(response("200 OK", request("INVITE", BOB, CAROL, call_id="leg"))) == {"alice", "bobby"}


def test_a_stranger_cannot_say_whose_a_leg_is(wire: Wire) -> None:
    assert wire.hears(request("INVITE", OUTSIDE, OUTSIDE, "X-Engine-Owner: alice", called=OUTSIDE), STRANGER) == set()


def test_a_call_from_a_provider_belongs_to_who_is_registered_there(wire: Wire) -> None:
    assert wire.hears(request("INVITE", f"sip:{HER_CONTACT}@{ENGINE}", OUTSIDE), PROVIDER) == {"alice"}


def test_a_registration_with_a_provider_belongs_to_its_owner(wire: Wire) -> None:
    asked = request("REGISTER", "sip:example.org", OUTSIDE, called=OUTSIDE, call_id=f"{HER_CONTACT}@{ENGINE}")

    assert wire.says(asked, PROVIDER) == {"alice"}
    assert wire.hears(response("200 OK", asked, to_tag="p"), PROVIDER) == {"alice"}


def test_parties_are_looked_up_once(wire: Wire) -> None:
    for _ in range(3):
        wire.hears(request("INVITE", BOB, ALICE))

    assert wire.accounts.asked == [ALICE, BOB]


def test_while_the_service_is_away_a_call_is_nobodys_until_it_is_back(wire: Wire) -> None:
    wire.accounts.is_away = True
    assert wire.hears(request("INVITE", BOB, ALICE)) == set()

    wire.accounts.is_away = False
    assert wire.hears(request("INVITE", BOB, ALICE)) == {"alice", "bobby"}


def test_the_call_that_was_silent_longest_is_forgotten() -> None:
    wire = Wire(most=2)
    for call_id in ("one", "two"):
        wire.hears(request("INVITE", BOB, ALICE, call_id=call_id))
    wire.hears(request("ACK", BOB, ALICE, call_id="one", to_tag="b1"))
    wire.hears(request("INVITE", BOB, ALICE, call_id="three"))

    assert wire.hears(request("BYE", BOB, ALICE, call_id="one", to_tag="b1")) == {"alice", "bobby"}
    assert wire.hears(request("BYE", BOB, ALICE, call_id="two", to_tag="b1")) == set()
