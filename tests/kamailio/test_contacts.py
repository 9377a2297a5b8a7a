"""The address at which a registered phone is called: never an address behind this machine that only its Contact names."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from sipsorcery_web.kamailio.tables import LOCATION
from tests.factories import DOMAIN

from .harness import KamailioHarness
from .user_agent import UserAgent

Agents = Callable[..., UserAgent]
AS_SENT = {"dont_mangle_enabled": True}


@pytest.fixture
def victim(harness: KamailioHarness) -> Iterator[UserAgent]:
    """A program at an address of this machine that is no phone's."""
    with UserAgent(harness, "victim", ip="127.0.0.43") as victim:
        yield victim


@pytest.mark.parametrize(
    ("name", "contact"),
    [
        ("inner", "sip:x@{victim}"),
        ("metadata", "sip:x@169.254.169.254:80;transport=tcp"),
        ("private", "sip:x@10.0.0.7:5060"),
        ("named", "sip:x@localhost:5060"),
        ("maddr", "sip:x@{own};maddr=127.0.0.43"),
        ("sixth", "sip:x@[::1]:5060"),
    ],
)
def test_a_phone_whose_account_is_called_as_it_says_is_called_where_it_is(
    harness: KamailioHarness, agent: Agents, victim: UserAgent, name: str, contact: str
) -> None:
    hers = agent("alice", f"contact-hers-{name}")
    his = agent("bobby", f"contact-his-{name}", AS_SENT, ip="127.0.0.44")
    his.contact = contact.format(victim=victim.at, own=his.at)
    his.registers()

    hers.starts_a_call(f"{his.username}@{DOMAIN}")

    his.replies(his.hears("INVITE"), 486, "Busy Here")
    assert hers.hears("INVITE", 486)
    assert victim.hears_nothing("INVITE", 0.2)


@pytest.mark.parametrize(
    "contact", ["sip:x@8.8.8.8:5060", "sip:x@127.0.0.44:5077", "sip:x@[2001:4860:4860::8888]:5060"]
)
def test_a_public_contact_and_the_phones_own_address_are_kept_as_they_were_sent(
    harness: KamailioHarness, agent: Agents, contact: str
) -> None:
    his = agent("bobby", f"kept-{abs(hash(contact)) % 10000}", AS_SENT, ip="127.0.0.44", contact=contact)
    his.registers()
    with harness.kamailio.database.read() as session:
        received = session.scalars(select(LOCATION.c.received).where(LOCATION.c.username == his.username)).one()
    his.registers(expires=0)
    assert received is None


def test_a_second_contact_leads_nowhere_else(harness: KamailioHarness, agent: Agents, victim: UserAgent) -> None:
    hers, his = agent("alice", "second-hers"), agent("bobby", "second-his", AS_SENT, ip="127.0.0.44")
    his.asks("REGISTER", f"sip:{DOMAIN}", f"Expires: 600\r\nContact: <sip:second@{victim.at}>\r\n")
    assert len(harness.bindings_of(harness.stored("bobby", "second-his"))) == 2

    hers.starts_a_call(f"second-his@{DOMAIN}")

    for _ in range(2):
        his.replies(his.hears("INVITE"), 486, "Busy Here")
    assert hers.hears("INVITE", 486)
    assert victim.hears_nothing("INVITE", 0.2)
