"""Credentials of bob's prove bob's accounts alone, whatever else a request of his says beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.kamailio.claim import kamailio_folder
from sipsorcery_web.service.store.models import SIPDomainRow
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .user_agent import Message, UserAgent, md5

Agents = Callable[..., UserAgent]
ELSEWHERE = "second.example"
NOBODY = f"sip:nobody-here@{DOMAIN}"
REFUSED = (401, 403, 407, 500)


@dataclass
class Thief:
    """Bob's phone, which says to be an account of alice's."""

    phone: UserAgent
    hers: SIPAccount

    def asks(self, method: str, uri: str, decoy: str, login: str = "") -> Message:
        """Ask in her account's name with a header of credentials in front of those of his own account."""
        address = f"<sip:{self.hers.sip_username}@{DOMAIN}>"
        local, call_id = f"{address};tag={uuid4().hex[:8]}", uuid4().hex
        remote = address if method == "REGISTER" else f"<{uri}>"
        challenge = self.phone.challenged(method, uri, local, remote, call_id)
        proof = self.phone.credentials(challenge, method, uri, login or self.phone.username)
        header = proof.partition(":")[0]
        return self.phone._asks_once(method, uri, local, remote, call_id, decoy.format(header=header) + proof, "")


@pytest.fixture
def thief(harness: KamailioHarness, agent: Agents) -> Thief:
    name = uuid4().hex[:8]
    return Thief(agent("bobby", f"his-{name}"), harness.account("alice", f"her-{name}"))


def decoys(username: str) -> list[str]:
    """Credentials of her account that prove nothing, in either header and for another realm."""
    shape = 'Digest username="{}", realm="{}", nonce="n", uri="sip:x", response="{}"'
    return [
        f"{header}: {shape.format(username, realm, '0' * 32)}\r\n"
        for header in ("{header}", "Authorization", "Proxy-Authorization")
        for realm in ("elsewhere.example", DOMAIN.upper())
    ]


def test_a_phone_is_not_registered_for_the_account_of_another(harness: KamailioHarness, thief: Thief) -> None:
    for decoy in ("", *decoys(thief.hers.sip_username or "")):
        heard = thief.asks("REGISTER", f"sip:{DOMAIN}", decoy)
        assert heard.status in REFUSED, heard.start

    assert harness.bindings_of(thief.hers) == []


@pytest.mark.usefixtures("collected")
def test_nobody_calls_in_the_name_of_another_nor_leaves_a_record_there(harness: KamailioHarness, thief: Thief) -> None:
    before = harness.nobodys_records()

    for decoy in ("", *decoys(thief.hers.sip_username or "")):
        heard = thief.asks("INVITE", NOBODY, decoy)
        assert heard.status in REFUSED, heard.start

    eventually(lambda: harness.kamailio.kept_refusals().of_accounts([thief.hers.id]))
    assert harness.nobodys_records() == before
    assert not [cdr for cdr in harness.records("alice") if cdr.from_user == thief.hers.sip_username]


def test_made_up_names_are_in_no_line_of_the_log(harness: KamailioHarness, thief: Thief) -> None:
    log = kamailio_folder(harness.settings) / "log"
    thief.hers, thief.phone.password = thief.hers.with_(sip_username="a%20forged"), "wrong"
    before = log.read_text().count("Wrong SIP password")

    for decoy in decoys("a forged")[:2]:
        thief.asks("REGISTER", f"sip:{DOMAIN}", decoy)

    eventually(lambda: log.read_text().count("Wrong SIP password") > before)
    assert "forged" not in log.read_text()


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_an_account_of_the_same_name_at_another_domain_is_another_account(
    harness: KamailioHarness, thief: Thief, method: str
) -> None:
    domain = f"{method.lower()}.{ELSEWHERE}"
    served = SIPDomainRow(id=uuid4(), domain=domain, owner=None, inserted=harness.kamailio.poller.clock())
    with harness.kamailio.database.write() as session:
        session.add(served)
    twin = harness.account("bobby", thief.hers.sip_username or "", sip_domain=domain)
    thief.phone.password = twin.sip_password or ""

    uri, login = f"sip:{DOMAIN}" if method == "REGISTER" else NOBODY, f"{twin.sip_username}@{domain}"
    asked = [thief.asks(method, uri, "", login)]
    with_own_realm(thief.phone, domain)
    asked.append(thief.asks(method, uri, "", login))

    assert {heard.status for heard in asked} <= set(REFUSED)
    assert harness.bindings_of(thief.hers) == []


def with_own_realm(phone: UserAgent, realm: str) -> None:
    """Have a phone prove itself with the HA1 of another realm than it names."""

    def credentials(challenge: Message, method: str, uri: str, login: str) -> str:
        named = UserAgent.credentials(phone, challenge, method, uri, login)
        nonce = challenge.challenge.partition('nonce="')[2].partition('"')[0]
        response = md5(md5(login, realm, phone.password), nonce, "00000001", "c", "auth", md5(method, uri))
        return named.partition('response="')[0] + f'response="{response}"\r\n'

    phone.credentials = credentials  # type: ignore[method-assign]
