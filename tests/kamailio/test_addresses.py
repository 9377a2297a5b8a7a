"""Addresses and names as telephones write them: escaped, in capitals, as numbers, with a domain, or withheld."""

from collections.abc import Callable

import pytest

from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually
from .user_agent import UserAgent

Agents = Callable[..., UserAgent]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("escaped-one", f"sip:%65scaped%2Done@{DOMAIN}"),
        ("capital-one", f"sip:CAPITAL-One@{DOMAIN.upper()}"),
        ("secure-scheme", f"sips:secure-scheme@{DOMAIN}"),
        ("54321", "tel:54321"),
        ("54322", "tel:5-43.(22)"),
        ("54323", f"tel:54323;phone-context={DOMAIN}"),
        ("54324", f"sip:5-4324;phone-context=x.example@{DOMAIN};user=phone"),
        ("host-port", f"sip:host-port@{DOMAIN}:5060"),
    ],
)
def test_an_account_is_reached_however_its_address_is_written(
    harness: KamailioHarness, agent: Agents, name: str, written: str
) -> None:
    hers, his = agent("alice", f"dials-{name}"), agent("bobby", name)
    his.registers()

    hers.starts_a_call(written)

    his.replies(his.hears("INVITE"), 603, "Decline")
    assert hers.hears("INVITE", 603)


def test_accounts_that_differ_in_case_alone_are_told_apart(harness: KamailioHarness, agent: Agents) -> None:
    hers, small, large = agent("alice", "dials-case"), agent("bobby", "case-twin"), agent("carol", "Case-Twin")
    for phone in (small, large):
        phone.registers()

    hers.starts_a_call(f"Case-Twin@{DOMAIN}")

    large.replies(large.hears("INVITE"), 603, "Decline")
    assert hers.hears("INVITE", 603)
    assert small.hears_nothing("INVITE")
    assert hers.calls(f"CASE-TWIN@{DOMAIN}").status == 480  # nobody can tell which one is meant


@pytest.mark.parametrize("written", ["%00", "o'clock", "x%27%20OR%201=1--", "a%3Bb", "%ff%fe", "x%40y"])
def test_names_that_no_account_can_have_are_not_found(harness: KamailioHarness, agent: Agents, written: str) -> None:
    hers = agent("alice", f"odd-{abs(hash(written)) % 100000}")

    assert hers.calls(f"sip:{written}@{DOMAIN}").status in (400, 480)


def test_a_telephone_registers_with_capitals_and_escapes_in_its_address(
    harness: KamailioHarness, agent: Agents
) -> None:
    phone = agent("alice", "typed-oddly")
    account = harness.stored("alice", "typed-oddly")
    phone.address = f"sip:%54yped-Oddly@{DOMAIN.upper()}"

    assert phone.registers()

    assert harness.bindings_of(account) == [phone.contact]


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_a_digest_name_may_have_the_domain(harness: KamailioHarness, agent: Agents, method: str) -> None:
    phone = agent("alice", f"with-domain-{method[:3]}".lower())
    login = f"{phone.username}@{DOMAIN}"

    answer = phone.asks(method, f"sip:{DOMAIN}" if method == "REGISTER" else f"sip:nobody-here@{DOMAIN}", login=login)

    assert answer.status == (200 if method == "REGISTER" else 480)


@pytest.mark.parametrize("login", ["other-one@elsewhere.example", f"nobody@{DOMAIN}", "@", "a@b@c", "x" * 300])
def test_a_digest_name_of_somebody_else_is_refused_and_breaks_nothing(
    harness: KamailioHarness, agent: Agents, login: str
) -> None:
    phone = agent("alice", f"misnamed-{abs(hash(login)) % 100000}")

    assert phone.asks("REGISTER", f"sip:{DOMAIN}", login=login).status in (401, 403)
    assert phone.asks("INVITE", f"sip:nobody-here@{DOMAIN}", login=login).status in (403, 407)


def test_the_domain_in_a_digest_name_is_the_accounts_own(harness: KamailioHarness, agent: Agents) -> None:
    phone = agent("alice", "wrong-domain")

    answer = phone.asks("REGISTER", f"sip:{DOMAIN}", login="wrong-domain@elsewhere.example")

    assert answer.status in (401, 403)


def test_a_caller_who_withholds_the_name_calls_with_good_credentials(harness: KamailioHarness, agent: Agents) -> None:
    hers, his = agent("alice", "withheld-hers"), agent("bobby", "withheld-his")
    his.registers()
    withheld = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    mine = f"P-Preferred-Identity: <sip:withheld-hers@{DOMAIN}>\r\nPrivacy: id\r\n"

    hers.starts_a_call(f"withheld-his@{DOMAIN}", mine, withheld)

    invite = his.hears("INVITE")
    told = {name: value for name, value in invite.headers if name not in ("Contact", "Via")}
    assert invite["From"].startswith(withheld)
    assert "withheld-hers" not in repr(told)
    his.replies(invite, 603, "Decline")
    (cdr,) = eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.dst == "withheld-his"])
    assert (cdr.call_direction, cdr.from_user) == ("Out", "anonymous")


def test_a_caller_who_withholds_the_name_needs_good_credentials(harness: KamailioHarness, agent: Agents) -> None:
    hers = agent("alice", "withheld-bad")
    withheld = "<sip:anonymous@anonymous.invalid>"

    hers.password = "wrong-one1"
    assert hers.calls(f"whoever@{DOMAIN}", caller=withheld).status == 403
    hers.password = ""
    assert hers.calls(f"whoever@{DOMAIN}", caller=withheld).status == 407


def test_a_caller_who_gives_a_number_for_a_name_calls_with_good_credentials(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, his = agent("alice", "number-hers"), agent("bobby", "number-his")
    his.registers()

    hers.starts_a_call(f"number-his@{DOMAIN}", caller="<tel:+4930123456>")

    his.replies(his.hears("INVITE"), 603, "Decline")
    assert hers.hears("INVITE", 603)


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_a_nonce_that_is_no_longer_taken_is_stale_and_not_a_wrong_password(
    harness: KamailioHarness, agent: Agents, method: str
) -> None:
    phone = agent("alice", f"stale-{method}".lower())
    uri = f"sip:{DOMAIN}" if method == "REGISTER" else f"sip:nobody-here@{DOMAIN}"
    local, remote = f"<{phone.address}>;tag=stale", f"<{phone.address}>"
    challenge = phone.challenged(method, uri, local, remote, "one-call")
    assert "stale" not in challenge.challenge
    proof = phone.credentials(challenge, method, uri, phone.username)

    with UserAgent(harness, phone.username, ip="127.0.0.44") as moved:  # the phone's address has changed meanwhile
        assert "stale=true" in moved.challenged(method, uri, local, remote, "another-call", proof).challenge


def test_an_attended_transfer_to_the_contact_of_the_telephone(harness: KamailioHarness, agent: Agents) -> None:
    """Alice talks to bob and to carol, and puts the two together; she knows carol's telephone by its Contact alone."""
    hers, his = agent("alice", "puts-through"), agent("bobby", "is-put")
    carols = agent("carol", "put-to-me", contact="sip:put-to-me@10.0.0.77:5070", ip="127.0.0.41")
    for phone in (his, carols):
        phone.registers()
    hers.starts_a_call(f"put-to-me@{DOMAIN}")
    carols.answers(carols.hears("INVITE"), "carols-tag")
    answer = hers.hears("INVITE", 200)
    consultation = hers.leg(answer)
    consultation.acknowledges(answer)
    assert carols.hears("ACK")
    her_tag = consultation.local.partition("tag=")[2]

    replaces = f"Replaces: {consultation.call_id};to-tag=carols-tag;from-tag={her_tag}\r\n"
    his.starts_a_call(consultation.target, replaces)

    invite = carols.hears("INVITE")
    assert (invite.uri.partition(";")[0], invite["Replaces"]) == (carols.contact, replaces.strip().partition(": ")[2])
    carols.answers(invite, "new-tag")
    assert his.hears("INVITE", 200)
    assert eventually(lambda: [leg for leg in harness.client("carol").calls.page() if leg.direction == "In"])


def test_a_transfer_goes_to_no_address_but_that_of_the_call_that_it_replaces(
    harness: KamailioHarness, agent: Agents
) -> None:
    hers, his = agent("alice", "forges-it"), agent("bobby", "is-forged", ip="127.0.0.43")
    victim = agent("carol", "forged-at", ip="127.0.0.42")
    his.registers()
    hers.starts_a_call(f"is-forged@{DOMAIN}")
    his.answers(his.hears("INVITE"), "his-tag")
    answer = hers.hears("INVITE", 200)
    leg = hers.leg(answer)
    leg.acknowledges(answer)
    tag = leg.local.partition("tag=")[2]

    replaces = f"Replaces: {leg.call_id};to-tag=his-tag;from-tag={tag}\r\n"
    assert hers.calls(victim.contact, replaces).status == 480
    guessed = "Replaces: x' OR '1'='1;to-tag=his-tag;from-tag=x\r\n"
    assert hers.calls(victim.contact, guessed).status == 480
    assert victim.hears_nothing("INVITE")


def test_a_domain_that_is_not_served_is_no_call_out(harness: KamailioHarness, agent: Agents) -> None:
    hers = agent("alice", "calls-out")

    answer = hers.calls("sip:friend@elsewhere.example")

    assert answer.start == "SIP/2.0 480 SIP account missing dialplan setting"
    page = " ".join(harness.page("alice", "/cdrs?q=calls-out").rows)
    eventually(lambda: "No dial plan" in " ".join(harness.page("alice", "/cdrs?q=calls-out").rows))
    assert "Number not found" not in page


@pytest.mark.parametrize("number", ["0049301234567", "+49301234567", "112", "*21#"])
def test_a_number_of_the_telephone_network_is_no_call_out(harness: KamailioHarness, agent: Agents, number: str) -> None:
    hers = agent("alice", f"dials-{abs(hash(number)) % 100000}")

    assert (
        hers.calls(f"sip:{number.replace('#', '%23')}@{DOMAIN}").start
        == "SIP/2.0 480 SIP account missing dialplan setting"
    )


def test_a_telephone_may_use_the_machines_address_for_the_domain(harness: KamailioHarness, agent: Agents) -> None:
    hers, his = agent("alice", "address-hers"), agent("bobby", "address-his")
    his.registers()
    hers.address = f"sip:address-hers@{HOME}"

    hers.starts_a_call(f"address-his@{HOME}")

    his.replies(his.hears("INVITE"), 603, "Decline")
    assert hers.hears("INVITE", 603)
