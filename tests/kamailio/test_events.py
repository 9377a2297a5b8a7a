"""Messages of phones and the engine become events, in its order, with its owners and without secrets."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sipsorcery_web.events.event import Event, EventType
from sipsorcery_web.events.registrations import NO_ACCOUNT, WRONG_PASSWORD
from sipsorcery_web.kamailio.events import EventAccounts, own_addresses
from sipsorcery_web.serving.companions import start_events
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .provider import Provider
from .test_providers import binding, is_registered, registered_with
from .user_agent import UserAgent

pytestmark = pytest.mark.usefixtures("collected")
SECRET = re.compile(r"response=|Authorization: (?!\*\*\*)|X-Third-Party: (?!\*\*\*)", re.IGNORECASE)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Provider]:
    provider = Provider(tmp_path / "provider")
    provider.start()
    yield provider
    provider.stop()


class Console:
    """The events that somebody reads."""

    def __init__(self, harness: KamailioHarness, owner: str | None) -> None:
        self.events, self.owner = harness.kamailio.events, owner
        self.began = self.events.newest()

    def told(self, wanted: Callable[[Event], bool], count: int = 1) -> list[Event]:
        """The events of a kind since the test began, when there are so many."""
        return eventually(lambda: self.now(wanted), lambda found: len(found) >= count)

    def now(self, wanted: Callable[[Event], bool]) -> list[Event]:
        return [each.event for each in self.events.after(self.began, wanted, self.owner, 1000).events]

    def messages(self, call_id: str, ending: str) -> Sequence[Event]:
        """All messages of a call, when one that begins so has come."""
        self.told(lambda event: event.call_id == call_id and event.text.startswith(ending))
        return self.now(lambda event: event.call_id == call_id and event.type is EventType.FullSIPTrace)


@pytest.fixture
def console(harness: KamailioHarness) -> Callable[[str | None], Console]:
    return lambda owner: Console(harness, owner)


Open = Callable[[str | None], Console]
Agents = Callable[..., UserAgent]


def is_kind(*kinds: EventType) -> Callable[[Event], bool]:
    return lambda event: event.type in kinds


def line(event: Event) -> str:
    """The message of an event in short: who said what to whom."""
    words = event.text.split("\r\n")[0].split(" ")
    said = words[0] if words[0] != "SIP/2.0" else words[1]
    return f"{event.source} {said} {event.destination}"


def test_a_call_is_told_to_both_in_its_order_and_without_credentials(
    harness: KamailioHarness, agent: Agents, console: Open
) -> None:
    hers, his = agent("alice", "events-hers"), agent("bobby", "events-his")
    his.registers()
    at_alice, at_bob, at_carol = console("alice"), console("bobby"), console("carol")
    hers.starts_a_call(f"{his.username}@{DOMAIN}")
    invite = his.hears("INVITE")
    his.replies(invite, 180, "Ringing")
    his.answers(invite)
    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    assert his.hears("ACK")
    leg.hangs_up_while(his)

    call_id = answer["Call-ID"]
    eventually(lambda: sum(" BYE\r\n" in each.text for each in at_alice.messages(call_id, "BYE")) == 4)
    messages = at_alice.messages(call_id, "BYE")
    engine = f"{HOME}:{harness.settings.sip_port}"
    lines = [line(each) for each in messages if " 100 " not in line(each)]
    up, down = f"{hers.at} {{}} {engine}", f"{engine} {{}} {hers.at}"
    on, back = f"{engine} {{}} {his.at}", f"{his.at} {{}} {engine}"
    assert lines == [
        up.format("INVITE"),
        down.format("407"),
        up.format("ACK"),
        up.format("INVITE"),
        on.format("INVITE"),
        back.format("180"),
        down.format("180"),
        back.format("200"),
        down.format("200"),
        up.format("ACK"),
        on.format("ACK"),
        up.format("BYE"),
        on.format("BYE"),
        back.format("200"),
        down.format("200"),
    ]
    assert all(each.owners == {"alice", "bobby"} and each.transport == "udp" for each in messages)
    assert [each.time for each in messages] == sorted(each.time for each in messages)
    assert "Proxy-Authorization: ***" in "".join(each.text for each in messages)
    assert not SECRET.search("".join(each.text for each in messages))
    assert at_bob.messages(call_id, "BYE") == messages
    assert at_carol.now(lambda _event: True) == []
    (call,) = at_bob.told(is_kind(EventType.NewCall))
    assert call.text == f"A call from {hers.address} to sip:{his.username}@{DOMAIN}."


def test_a_registration_is_told_to_the_accounts_owner(agent: Agents, console: Open) -> None:
    phone, at_alice, at_bob = agent("alice", "events-phone"), console("alice"), console("bobby")

    phone.registers()

    (told,) = at_alice.told(is_kind(EventType.RegisterSuccess))
    assert told.text.startswith(f"{phone.address} at {phone.at} (")
    (asked, challenge, *_) = at_alice.now(is_kind(EventType.FullSIPTrace))
    assert asked.text.startswith("REGISTER ")
    assert challenge.text.startswith("SIP/2.0 401 ")
    assert not at_alice.now(lambda event: SECRET.search(event.text) is not None)
    assert at_bob.now(lambda _event: True) == []


def test_a_wrong_password_is_told_with_its_reason(harness: KamailioHarness, agent: Agents, console: Open) -> None:
    phone, at_alice = agent("alice", "events-wrong"), console("alice")
    phone.password = "guessed1"

    assert phone.asks("REGISTER", f"sip:{DOMAIN}").status == 401

    (told,) = at_alice.told(is_kind(EventType.RegisterFail))
    assert told.text.endswith(f"was refused: {WRONG_PASSWORD}.")
    assert (told.source, told.destination) == (f"{HOME}:{harness.settings.sip_port}", phone.at)


def test_an_account_that_nobody_has_is_told_to_the_administrator_alone(harness: KamailioHarness, console: Open) -> None:
    everybody, at_alice = console(None), console("alice")
    harness.account("alice", "events-near")
    with UserAgent(harness, "events-neaz", "guessed1") as phone:
        assert phone.asks("REGISTER", f"sip:{DOMAIN}").status == 401

    (told,) = everybody.told(is_kind(EventType.RegisterFail))
    assert NO_ACCOUNT in told.text
    assert told.owners == frozenset()
    assert at_alice.now(lambda event: "events-neaz" in event.text) == []


def test_an_account_whose_name_ends_in_that_of_anothers_account_is_its_owners_alone(
    harness: KamailioHarness, agent: Agents, console: Open
) -> None:
    if "heidi" not in {account.sip_username for account in harness.client("alice").sip_accounts.page()}:
        harness.account("alice", "heidi")  # before there is a customer of that name
    phone, at_alice, at_heidi = agent("heidi", "desk.heidi"), console("alice"), console("heidi")

    phone.registers()

    at_heidi.told(is_kind(EventType.RegisterSuccess))
    assert at_alice.now(lambda event: phone.username in event.text) == []


def test_a_disabled_account_is_told_why(agent: Agents, console: Open) -> None:
    phone, at_alice = agent("alice", "events-off", {"is_user_disabled": True}), console("alice")

    assert phone.asks("REGISTER", f"sip:{DOMAIN}").status == 403

    (told,) = at_alice.told(is_kind(EventType.RegisterFail))
    assert "403 This account is disabled" in told.text


def test_messages_over_tcp_are_told(agent: Agents, console: Open) -> None:
    at_alice = console("alice")
    agent("alice", "events-tcp", transport="tcp").registers()

    at_alice.told(is_kind(EventType.RegisterSuccess))
    assert {each.transport for each in at_alice.now(is_kind(EventType.FullSIPTrace))} == {"tcp"}


def test_a_registration_with_a_provider_is_its_owners(
    harness: KamailioHarness,
    far: Provider,
    console: Open,
) -> None:
    at_alice, at_bob = console("alice"), console("bobby")
    registered_with(harness, far, "eventline")
    eventually(lambda: is_registered(binding(harness, "eventline")))

    (told,) = at_alice.told(is_kind(EventType.ContactRegistered))
    messages = at_alice.messages(told.call_id, "SIP/2.0 200")
    assert [line(each).split(" ")[1] for each in messages][-4:] == ["REGISTER", "401", "REGISTER", "200"]
    assert not any(SECRET.search(each.text) for each in messages)
    assert at_bob.now(lambda event: event.call_id == told.call_id) == []


def test_a_provider_that_refuses_is_told(
    harness: KamailioHarness,
    far: Provider,
    console: Open,
) -> None:
    at_alice = console("alice")
    registered_with(harness, far, "wrongline", provider_password="wrong")

    (told,) = at_alice.told(is_kind(EventType.ContactRegisterFailed))
    assert told.text.startswith("wrongline at ")


def test_headers_that_the_engine_trusts_are_hidden(harness: KamailioHarness, agent: Agents, console: Open) -> None:
    his, everybody = agent("bobby", "events-trusting"), console(None)
    with UserAgent(harness, "events-first") as stranger:
        stranger.asks("INVITE", f"sip:{his.username}@{DOMAIN}", "X-Third-Party: guessed\r\nX-Engine-Owner: guessed\r\n")

    everybody.told(lambda event: "X-Third-Party: ***" in event.text and "X-Engine-Owner: ***" in event.text)
    assert not everybody.now(lambda event: "guessed" in event.text)


def test_the_portals_own_requests_are_not_told(harness: KamailioHarness, agent: Agents, console: Open) -> None:
    everybody = console(None)
    assert harness.kamailio.control.version()
    agent("alice", "events-later").registers()

    everybody.told(is_kind(EventType.RegisterSuccess))
    inner = f"{HOME}:{harness.settings.sip_rpc_port}"
    assert not everybody.now(lambda event: inner in (event.source, event.destination))
    assert not everybody.now(lambda event: "HTTP" in event.text)


@pytest.mark.parametrize(
    ("uri", "owner"),
    [
        ("sip:found-hers@{domain}", "alice"),
        ("sips:FOUND-hers@{domain}:5061;transport=tcp", "alice"),
        ("sip:found%2Dhers@{host}:5060", "alice"),
        ("sip:found-hers:secret@{domain}", "alice"),
        ("sip:0871.found-hers@{domain}", None),
        ("sip:found-hers;phone-context=x@{domain}", "alice"),
        ("sip:found-hers@example.org", None),
        ("sip:found-her@{domain}", None),
        ("sip:found_hers@{domain}", None),
        ("sip:%@{domain}", None),
        ("sip:{domain}", None),
        ("tel:+15550100", None),
        ("", None),
    ],
)
def test_accounts_are_found_by_the_addresses_that_mean_them(
    harness: KamailioHarness, uri: str, owner: str | None
) -> None:
    if "found-hers" not in {account.sip_username for account in harness.client("alice").sip_accounts.page()}:
        harness.account("alice", "found-hers")
    accounts = EventAccounts(
        harness.kamailio.database, lambda host: DOMAIN if host in harness.settings.sip.own_hosts else host
    )

    found = accounts.owners_of([uri.format(domain=DOMAIN, host=HOME)])

    assert list(found or ()) == ([owner] if owner else [])


@pytest.mark.parametrize(
    ("uri", "owner"),
    [
        ("sip:ivana@{domain}", "alice"),
        ("sip:0871.ivana@{domain}", "alice"),
        ("sip:desk.ivana@{domain}", "ivana"),
        ("sip:.ivana@{domain}", None),
        ("sip:0871.ivana.@{domain}", None),
    ],
)
def test_an_account_is_called_behind_a_dot_where_the_whole_name_is_nobodys(
    harness: KamailioHarness, uri: str, owner: str | None
) -> None:
    if "ivana" not in {account.sip_username for account in harness.client("alice").sip_accounts.page()}:
        harness.account("alice", "ivana")
        harness.account("ivana", "desk.ivana")
    accounts = EventAccounts(harness.kamailio.database, lambda host: host)

    assert list(accounts.owners_of((), [uri.format(domain=DOMAIN)]) or ()) == ([owner] if owner else [])


def test_where_the_store_is_away_nobody_can_tell(harness: KamailioHarness) -> None:
    class Away:
        def read_rows(self) -> None:
            from sqlalchemy.exc import OperationalError

            raise OperationalError("", None, Exception("away"))

    away: object = Away()
    accounts = EventAccounts(away, lambda host: host)  # type: ignore[arg-type]

    assert accounts.owners_of([f"sip:alice@{DOMAIN}"]) is None


def test_the_engines_own_addresses_are_written_as_its_packets_have_them(harness: KamailioHarness) -> None:
    sip = replace(harness.settings.sip, host="2001:DB8::0:1", port=5060, certificate="x", tls_port=5061, rpc_port=5069)

    own = own_addresses(sip)

    assert own.outer == {"[2001:db8::1]:5060", "[2001:db8::1]:5061"}
    assert own.inner == "127.0.0.1:5069"


def test_where_the_address_is_taken_the_console_is_without_messages_and_nothing_else_fails(
    harness: KamailioHarness, caplog: pytest.LogCaptureFixture
) -> None:
    start_events(harness.app)()

    assert "The console shows no SIP messages" in caplog.text
    assert harness.answers()
