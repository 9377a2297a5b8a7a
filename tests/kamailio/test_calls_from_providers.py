"""Calls from registered providers' addresses: every number reaches the account that the contact names, nobody else's does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import SIPCDRAsset, SIPProvider
from sipsorcery_web.kamailio.rpc import NOT_FOUND, KamailioRefusal, Rpc
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .provider import Provider
from .sipp import CONVERSATION, Phone
from .user_agent import UserAgent

Agents = Callable[..., UserAgent]
NOT_OURS = 403
"""What a stranger gets for a call in somebody else's name."""


class Trunk:
    """A provider at an address of its own, in the hands of a test; it takes the REGISTERs that come."""

    def __init__(self, harness: KamailioHarness, ip: str) -> None:
        self.harness = harness
        self.agent = UserAgent(harness, "0877001", ip=ip, is_trusted=True)
        self.agent.address = "sip:0877001@provider.example"
        self.records: list[tuple[str, SIPProvider]] = []

    def takes(self, owner: str, username: str, contact: str) -> SIPProvider:
        """Let a customer register; the provider as it is stored."""
        record = SIPProvider(
            id=uuid4(), provider_name=f"trunk {username} {uuid4().hex[:4]}", provider_server=f"sip:{self.agent.at}",
            provider_username=username, register_contact=contact, register_enabled=True, register_expiry=600,
        )  # fmt: skip
        added = self.harness.client(owner).sip_providers.add(record)
        self.records.append((owner, added))
        self.answers_a_registration(600)
        eventually(lambda: self.is_told(username))
        return added

    def answers_a_registration(self, expires: int) -> None:
        request = self.agent.hears("REGISTER")
        self.agent.replies(request, 200, "OK", more=f"Expires: {expires}\r\n")

    def is_told(self, username: str) -> bool:
        """Return True when the engine has been told of this username here."""
        ip = self.agent.at.partition(":")[0]
        return f"udp {ip} {username}" in self.harness.addresses_of_providers()

    def end(self) -> None:
        for owner, record in self.records:
            self.harness.client(owner).sip_providers.delete(record)
            self.answers_a_registration(0)
        ips = {str(record.provider_username) for _, record in self.records}
        eventually(lambda: not any(map(self.is_told, ips)))
        self.agent.socket.close()


@pytest.fixture
def trunk(harness: KamailioHarness) -> Iterator[Trunk]:
    made = Trunk(harness, "127.0.0.21")
    yield made
    made.end()


@contextmanager
def stranger_at(harness: KamailioHarness, ip: str, transport: str = "udp") -> Iterator[UserAgent]:
    with UserAgent(harness, "0877001", ip=ip, transport=transport, is_trusted=True) as agent:
        agent.address = "sip:0877001@provider.example"
        yield agent


def talks(outside: UserAgent, desk: UserAgent, uri: str, **more: Any) -> None:
    """A call that is answered and hung up."""
    outside.starts_a_call(uri, **more)
    leg = desk.answers(desk.hears("INVITE"))
    answer = outside.hears("INVITE", 200)
    outside.leg(answer).acknowledges(answer)
    assert desk.hears("ACK")
    leg.hangs_up_while(outside)


def records_from(harness: KamailioHarness, owner: str, number: str, dialled: str) -> list[SIPCDRAsset]:
    """The records that an owner has of calls from a number to another one."""
    return eventually(lambda: [cdr for cdr in harness.records(owner) if cdr.from_user == number and cdr.dst == dialled])


@pytest.mark.parametrize(
    ("dialled", "host", "caller"),
    [
        ("035577012", "", ""),
        ("+4935577013", "", ""),
        ("our-trunk", "", ""),
        ("line", "provider.example", ""),
        ("035577014", "", '"Anonymous" <sip:anonymous@anonymous.invalid>'),
        ("035577015", "", f"<sip:anonymous@{DOMAIN}>"),
    ],
    ids=["number", "international", "trunk", "realm", "withheld", "withheld here"],
)
def test_whatever_a_provider_dials_reaches_the_account_of_its_contact(
    harness: KamailioHarness, agent: Agents, trunk: Trunk, dialled: str, host: str, caller: str
) -> None:
    name = f"desk-{uuid4().hex[:6]}"
    desk = agent("alice", name)
    desk.registers()
    provider = trunk.takes("alice", "line", f"sip:{name}@{DOMAIN}")
    number = "anonymous" if caller else "0877001"

    talks(trunk.agent, desk, f"{dialled}@{host or harness.settings.sip.public_host}", caller=caller)

    (cdr,) = records_from(harness, "alice", number, dialled)
    assert (cdr.call_direction, cdr.answered_status, cdr.dst_host) == ("In", 200, DOMAIN)
    assert (cdr.dst_uri or "").startswith(f"sip:{name}@{DOMAIN};provider=trunk")
    page = " ".join(harness.page("alice", f"/cdrs?q={name}").rows)
    assert f"through {provider.provider_name}" in page
    assert f"Dialled {dialled}" in harness.page("alice", f"/cdrs/{cdr.id}").text


@contextmanager
def kamailio_that_is_registered_with(
    harness: KamailioHarness, provider: Provider, name: str, contact: str
) -> Iterator[None]:
    """A provider that takes alice's registration with a password, from its start to its end."""
    provider.start()
    record = SIPProvider(
        id=uuid4(), provider_name=name, provider_server=provider.server, provider_username="line",
        provider_password=provider.password, register_contact=contact, register_enabled=True, register_expiry=60,
    )  # fmt: skip
    added = harness.client("alice").sip_providers.add(record)
    rpc = harness.kamailio.poller.rpc
    try:
        key = f"{provider.transport} {provider.ip} line"
        eventually(lambda: key in repr(rpc.call("htable.dump", "providers")))
        yield
    finally:
        harness.client("alice").sip_providers.delete(added)
        provider.stop()


def test_a_number_comes_through_a_kamailio_of_a_provider(harness: KamailioHarness, tmp_path: Path) -> None:
    provider = Provider(tmp_path / "provider", ip="127.0.0.22")
    account = harness.account("alice", "reception")
    phone = harness.phone(account)
    phone.register()
    with kamailio_that_is_registered_with(harness, provider, "blueline", f"sip:reception@{DOMAIN}"):
        outside = Phone(harness.folder / "sipp", f"127.0.0.22:{provider.port}", "0877002", "", "elsewhere.example")
        answering = phone.takes(*CONVERSATION)
        number = "035577099@provider.example"

        calling = outside.calls_without_password(number, *outside.talk(number, seconds=0.5))
        calling.wait()
        answering.wait()

    (cdr,) = records_from(harness, "alice", "0877002", "035577099")
    assert cdr.dst_uri == f"sip:reception@{DOMAIN};provider=blueline"


def test_a_contact_that_names_no_account_refuses_with_a_record_for_its_owner(
    harness: KamailioHarness, trunk: Trunk
) -> None:
    trunk.takes("alice", "line", f"sip:nobody-here@{DOMAIN}")

    assert trunk.agent.calls("035577020@127.0.0.1").status == 404

    (cdr,) = records_from(harness, "alice", "0877001", "035577020")
    assert (cdr.call_direction, cdr.answered_status) == ("In", 404)
    assert "nobody-here" in " ".join(harness.page("alice", "/cdrs?q=nobody-here").rows)


def test_a_disabled_account_refuses_with_a_record(harness: KamailioHarness, trunk: Trunk) -> None:
    harness.account("alice", "shut-desk", is_user_disabled=True)
    trunk.takes("alice", "line", f"sip:shut-desk@{DOMAIN}")

    assert trunk.agent.calls("035577021@127.0.0.1").status == 403

    (cdr,) = records_from(harness, "alice", "0877001", "035577021")
    assert cdr.answered_reason == "SIP account disabled"


def test_two_customers_at_one_address_are_told_apart_by_their_usernames(
    harness: KamailioHarness, agent: Agents, trunk: Trunk
) -> None:
    hers, his = agent("alice", "apart-hers"), agent("bobby", "apart-his")
    hers.registers()
    his.registers()
    of_alice = trunk.takes("alice", "lineA", f"sip:apart-hers@{DOMAIN}")
    trunk.takes("bobby", "lineB", f"sip:apart-his@{DOMAIN}")

    talks(trunk.agent, hers, "lineA@127.0.0.1")
    talks(trunk.agent, his, "lineB@127.0.0.1")
    talks(trunk.agent, hers, f"{of_alice.id.hex}@127.0.0.1")
    talks(trunk.agent, his, "035577030@127.0.0.1", called="<sip:lineB@provider.example>")


def test_a_number_that_may_be_either_customers_rings_neither(
    harness: KamailioHarness, agent: Agents, trunk: Trunk
) -> None:
    hers, his = agent("alice", "either-hers"), agent("bobby", "either-his")
    hers.registers()
    his.registers()
    trunk.takes("alice", "eitherA", f"sip:either-hers@{DOMAIN}")
    trunk.takes("bobby", "eitherB", f"sip:either-his@{DOMAIN}")

    answer = trunk.agent.calls("035577031@127.0.0.1")

    assert answer.start == "SIP/2.0 404 Several providers at this address, and none with this name"
    assert hers.hears_nothing("INVITE")
    assert his.hears_nothing("INVITE", 0.1)
    assert eventually(lambda: [number for number in harness.nobodys_records() if number == "0877001"])
    assert not [cdr for owner in ("alice", "bobby") for cdr in harness.records(owner) if cdr.dst == "035577031"]


def test_a_number_that_may_be_for_two_providers_of_a_customer_leaves_that_one_a_record(
    harness: KamailioHarness, trunk: Trunk
) -> None:
    trunk.takes("alice", "twoA", f"sip:two@{DOMAIN}")
    trunk.takes("alice", "twoB", f"sip:two@{DOMAIN}")

    assert trunk.agent.calls("035577032@127.0.0.1").status == 404

    (cdr,) = records_from(harness, "alice", "0877001", "035577032")
    assert cdr.answered_reason == "Several providers at this address, and none with this name"


def test_strangers_are_refused_as_before_and_so_is_a_provider_that_was_one(
    harness: KamailioHarness, agent: Agents, trunk: Trunk
) -> None:
    desk = agent("alice", "former-desk")
    desk.registers()
    record = trunk.takes("alice", "line", f"sip:former-desk@{DOMAIN}")
    with stranger_at(harness, "127.0.0.23") as stranger:
        assert stranger.calls("line@127.0.0.1").status == NOT_OURS
        assert stranger.calls(f"{uuid4().hex}@127.0.0.1").status == NOT_OURS
        assert stranger.calls("line@127.0.0.1", caller="<sip:anonymous@anonymous.invalid>").status == 407

    harness.client("alice").sip_providers.update(record.with_(register_enabled=False))

    assert trunk.agent.calls("line@127.0.0.1").status == NOT_OURS
    assert desk.hears_nothing("INVITE")
    trunk.answers_a_registration(0)
    trunk.records.clear()
    eventually(lambda: not trunk.is_told("line"))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_whoever_names_our_contact_from_another_address_is_a_stranger_and_the_owner_knows(
    harness: KamailioHarness, agent: Agents, trunk: Trunk, transport: str
) -> None:
    desk = agent("alice", f"elsewhere-{transport}")
    desk.registers()
    record = trunk.takes("alice", "line", f"sip:elsewhere-{transport}@{DOMAIN}")
    with stranger_at(harness, "127.0.0.23", transport) as stranger:
        answer = stranger.calls(f"{record.id.hex}@127.0.0.1")
        assert answer.start == "SIP/2.0 403 Not from where the provider registered"
        assert stranger.calls(f"{record.id.hex}@127.0.0.1", caller=f"<sip:{desk.username}@{DOMAIN}>").status == 407

    assert desk.hears_nothing("INVITE", 0.2)
    (cdr,) = records_from(harness, "alice", "0877001", record.id.hex)
    assert (cdr.call_direction, cdr.answered_status) == ("In", 403)
    assert not [each for each in harness.records("bobby") if each.dst == record.id.hex]


def test_a_phone_at_a_providers_address_proves_itself_as_anywhere(
    harness: KamailioHarness, agent: Agents, trunk: Trunk
) -> None:
    desk = agent("alice", "beside-desk")
    desk.registers()
    agent("bobby", "beside-his")
    trunk.takes("alice", "line", f"sip:beside-desk@{DOMAIN}")

    with stranger_at(harness, "127.0.0.21") as phone:
        answer = phone.calls(f"beside-desk@{DOMAIN}", caller=f"<sip:beside-his@{DOMAIN}>")
        assert answer.status == 407
        assert phone.calls(f"beside-desk@{DOMAIN}", caller=f"<sip:Beside-His@{DOMAIN}>").status == 407
    assert desk.hears_nothing("INVITE")


def test_what_was_registered_over_tcp_calls_over_tcp(harness: KamailioHarness, agent: Agents, tmp_path: Path) -> None:
    provider = Provider(tmp_path / "tcp", ip="127.0.0.24", transport="tcp")
    desk = agent("alice", "tcp-desk")
    desk.registers()
    with (
        kamailio_that_is_registered_with(harness, provider, "over tcp", f"sip:tcp-desk@{DOMAIN}"),
        stranger_at(harness, provider.ip) as spoofer,
        stranger_at(harness, provider.ip, "tcp") as real,
    ):
        assert spoofer.calls("line@127.0.0.1").status == NOT_OURS
        talks(real, desk, "line@127.0.0.1")


def test_the_engine_does_not_know_an_address_that_has_run_out(harness: KamailioHarness) -> None:
    with pytest.raises(KamailioRefusal) as refusal:
        harness.kamailio.poller.rpc.call("htable.delete", "providers", "udp 192.0.2.7")
    assert refusal.value.code == NOT_FOUND


@contextmanager
def telling_stopped(harness: KamailioHarness) -> Iterator[None]:
    """Have nothing told of providers, and nothing known, as after a start."""
    rpc, looking = harness.kamailio.poller.rpc, harness.kamailio.poller.provider_addresses
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "look", lambda: None)
        eventually(lambda: forgets_all(rpc))
        yield
    eventually(harness.knows_providers)


def forgets_all(rpc: Rpc) -> bool:
    """Empty the table; False while a look that was under way has written to it since."""
    is_empty = not rpc.call("htable.dump", "providers")
    rpc.call("htable.flush", "providers")
    return is_empty


def test_until_its_addresses_are_told_a_provider_is_asked_to_call_again(
    harness: KamailioHarness, agent: Agents, trunk: Trunk
) -> None:
    desk = agent("alice", "early-desk")
    desk.registers()
    record = trunk.takes("alice", "line", f"sip:early-desk@{DOMAIN}")
    before = len(harness.records("alice"))
    with telling_stopped(harness):
        for dialled in (f"{record.id.hex}@127.0.0.1", "035577041@127.0.0.1"):
            answer = trunk.agent.calls(dialled)
            assert (answer.status, answer["Retry-After"]) == (503, "5")
        his = f"<sip:{desk.username}@{DOMAIN}>"
        assert trunk.agent.calls(f"{record.id.hex}@127.0.0.1", caller=his).status == 407
    assert len(harness.records("alice")) == before
    talks(trunk.agent, desk, f"{record.id.hex}@127.0.0.1")


def test_an_engine_that_was_started_anew_is_told_again(harness: KamailioHarness, agent: Agents, trunk: Trunk) -> None:
    trunk.takes("alice", "line", f"sip:again-desk@{DOMAIN}")

    harness.stop_kamailio()
    harness.start_kamailio()

    eventually(lambda: trunk.is_told("line"))
    assert trunk.agent.calls("035577040@127.0.0.1").status == 404
