"""Providers that answer oddly: what is sent to them and when, and what the pages say of it."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sipsorcery_web.contract.records import SIPProvider, SIPProviderBinding
from sipsorcery_web.ip_addresses import ContactPolicy

from .harness import KamailioHarness, eventually
from .odd_provider import Habit, OddProvider, Received, challenges, is_silent, says
from .test_providers import binding, failure, is_registered, registered_with

MD5 = 'WWW-Authenticate: Digest realm="provider.example", nonce="n1"'
BASIC = 'WWW-Authenticate: Basic realm="provider.example"'
OK = says("200 OK", "Contact: {contact};expires=60")
Make = Callable[[Habit], OddProvider]


@pytest.fixture
def odd() -> Iterator[Make]:
    made: list[OddProvider] = []

    def make(habit: Habit) -> OddProvider:
        made.append(OddProvider(habit))
        return made[-1]

    yield make
    for provider in made:
        provider.stop()


def added(harness: KamailioHarness, provider: OddProvider, name: str, **more: Any) -> SIPProvider:
    return registered_with(harness, provider, name, **more)


def settled(harness: KamailioHarness, name: str) -> SIPProviderBinding:
    """The binding once an attempt has ended."""
    found = eventually(lambda: binding(harness, name), lambda each: is_registered(each) or bool(failure(each)))
    assert found is not None
    return found


def page_of(harness: KamailioHarness, name: str) -> str:
    """Return the part of the page about one provider."""
    return harness.page("alice", f"/providers?q={name}").text


def pause(found: SIPProviderBinding) -> timedelta:
    """Return the seconds until the next attempt."""
    assert found.last_register_attempt is not None
    return found.next_registration_time - found.last_register_attempt


# How often


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("rewritten", ["Contact: <sip:somebody@203.0.113.9:5060>;expires=60"]),
        ("starred", ["Contact: *"]),
        ("expiryless", ["Contact: {contact}"]),
        ("bare", []),
        ("zero", ["Contact: {contact};expires=0", "Expires: 0"]),
        ("endless", ["Contact: {contact};expires=4294967295999"]),
        ("worded", ["Contact: {contact};expires=soon", "Expires: tomorrow"]),
    ],
)
def test_whatever_a_200_says_it_is_renewed_at_the_engines_own_expiry(
    harness: KamailioHarness, odd: Make, name: str, headers: list[str]
) -> None:
    provider = odd(says("200 OK", *headers))

    added(harness, provider, name)

    found = settled(harness, name)
    assert found.is_registered
    assert timedelta(seconds=50) <= pause(found) <= timedelta(seconds=61)
    assert len(provider.requests) == 1


def test_an_expiry_that_is_hardly_one_does_not_have_us_register_without_a_pause(
    harness: KamailioHarness, odd: Make
) -> None:
    provider = odd(says("200 OK", "Contact: {contact};expires=1"))

    added(harness, provider, "hasty")

    eventually(lambda: len(provider.requests) >= 3, seconds=25)
    first, second, third = provider.requests[:3]
    assert min(second.at - first.at, third.at - second.at) > harness.settings.sip_register_retry - 1


def test_a_423_is_followed_once_and_remembered(harness: KamailioHarness, odd: Make) -> None:
    def at_least_600(request: Received) -> list[bytes]:
        if int(request.header("Expires")) < 600:
            return [request.answer("423 Interval Too Brief", "Min-Expires: 600")]
        return [request.answer("200 OK", f"Contact: {request.contact};expires=600")]

    provider = odd(at_least_600)

    added(harness, provider, "brief")

    assert settled(harness, "brief").is_registered
    assert [request.header("Expires") for request in provider.requests] == ["60", "600"]


@pytest.mark.parametrize("headers", [[], ["Min-Expires: 0"], ["Min-Expires: 99999999999"], ["Min-Expires: soon"]])
def test_a_423_that_names_no_expiry_is_a_failure(harness: KamailioHarness, odd: Make, headers: list[str]) -> None:
    provider = odd(says("423 Interval Too Brief", *headers))
    name = f"unnamed-{len(headers)}{''.join(headers)[-4:].strip(': ')}"

    added(harness, provider, name)

    assert failure(settled(harness, name)) == "423 Interval Too Brief"
    assert [request.header("Expires") for request in provider.requests] == ["60"]
    assert "Expiry too short" in page_of(harness, name)


@pytest.mark.parametrize("status", ["403 Forbidden", "401 Unauthorized", "404 Not Found", "603 Decline"])
def test_a_refused_password_is_not_sent_again_soon(harness: KamailioHarness, odd: Make, status: str) -> None:
    provider = odd(challenges(MD5, then=says(status, MD5)))
    name = f"refused-{status[:3]}"

    added(harness, provider, name)

    found = settled(harness, name)
    assert pause(found) >= 9 * timedelta(seconds=harness.settings.sip_register_retry)
    assert "come less often each time" in harness.own_browser("alice").open(f"/providers?q={name}").text


@pytest.mark.parametrize(
    "status", ["503 Service Unavailable", "403 Forbidden", "500 Server Internal Error", "480 Away"]
)
def test_a_pause_that_the_provider_asks_for_is_kept(harness: KamailioHarness, odd: Make, status: str) -> None:
    provider = odd(says(status, "Retry-After: 3600 (in an hour);duration=60"))
    name = f"later-{status[:3]}"

    added(harness, provider, name)

    found = settled(harness, name)
    assert failure(found) == f"{status} (Retry-After: 3600)"
    assert timedelta(hours=1) <= pause(found) <= timedelta(hours=1, seconds=10)
    assert "The provider asked for a pause of 1 hour." in page_of(harness, name)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("headers", [["Retry-After: 0"], ["Retry-After: soon"], ["Retry-After: 99999999999999"]])
def test_an_absurd_pause_is_bounded(harness: KamailioHarness, odd: Make, headers: list[str]) -> None:
    provider = odd(says("503 Service Unavailable", *headers))
    name = f"absurd-{headers[0][-4:].strip(': ')}"

    added(harness, provider, name)

    assert timedelta(seconds=4) <= pause(settled(harness, name)) <= timedelta(days=1, seconds=10)


def test_whoever_asks_again_and_again_is_held_to_the_pace(harness: KamailioHarness, odd: Make) -> None:
    provider = odd(challenges(MD5, then=says("403 Forbidden")))
    record = added(harness, provider, "pressed")
    settled(harness, "pressed")

    for _ in range(5):
        assert harness.kamailio.control.register_now(record.id)
        harness.kamailio.poller.poll()

    eventually(lambda: len(provider.requests) >= 4)
    first, _, again, *rest = provider.requests
    assert again.at - first.at > harness.settings.sip_register_retry - 1
    assert len(rest) == 1


# What was asked, and whether a password went out


def response_of(password: str, header: str, algorithm: str, realm: str) -> str:
    """Return the response that a server expects (RFC 7616, section 3.4.1)."""
    given = {
        name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))', header)
    }
    digest = hashlib.sha256 if algorithm.startswith("SHA-256") else hashlib.md5

    def hashed(*parts: str) -> str:
        return digest(":".join(parts).encode()).hexdigest()

    ha1 = hashed("line", realm, password)
    if algorithm.endswith("-sess"):
        ha1 = hashed(ha1, given["nonce"], given["cnonce"])
    ha2 = hashed("REGISTER", given["uri"])
    if "qop" in given:
        return hashed(ha1, given["nonce"], given["nc"], given["cnonce"], given["qop"], ha2)
    return hashed(ha1, given["nonce"], ha2)


@pytest.mark.parametrize(
    ("name", "headers", "algorithm", "realm"),
    [
        ("plain", [MD5], "MD5", "provider.example"),
        ("sha-first", [f"{MD5}, algorithm=SHA-256", f"{MD5}, algorithm=MD5"], "SHA-256", "provider.example"),
        ("unknown-first", [f"{MD5}, algorithm=SHA3-512", f"{MD5}, algorithm=MD5"], "MD5", "provider.example"),
        ("session", [f'{MD5}, algorithm=MD5-sess, qop="auth"'], "MD5-sess", "provider.example"),
        ("basic-first", [BASIC, MD5], "MD5", "provider.example"),
        ("quality", [f'{MD5}, qop="auth-int,auth", opaque="o"'], "MD5", "provider.example"),
        ("quoted", ['WWW-Authenticate: Digest realm="say \\"hi\\"", nonce="n,1"'], "MD5", 'say "hi"'),
    ],
)
def test_the_challenge_that_can_be_answered_is_answered(
    harness: KamailioHarness, odd: Make, name: str, headers: list[str], algorithm: str, realm: str
) -> None:
    def checks(request: Received) -> list[bytes]:
        header = request.header("Authorization")
        is_right = f'response="{response_of("sw0rdfish", header, algorithm, realm)}"' in header
        return list(OK(request)) if is_right else [request.answer("403 Wrong")]

    provider = odd(challenges(*headers, then=checks))

    added(harness, provider, f"asks-{name}")

    assert failure(settled(harness, f"asks-{name}")) == ""
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    ("name", "headers", "more", "told", "title"),
    [
        ("basic", [BASIC], {}, "the provider asked for Basic", "Password asked for in an unknown way"),
        (
            "akav1",
            [f"{MD5}, algorithm=AKAv1-MD5"],
            {},
            "asked for Digest AKAv1-MD5",
            "Password asked for in an unknown way",
        ),
        ("nothing", [], {}, "did not say which one it wants", "Provider asked for nothing"),
        ("realm", [MD5], {"register_realm": "elsewhere"}, "asked for the realm “provider.example”", "Another realm"),
        ("none", [MD5], {"provider_password": None}, "none is stored", "No password stored"),
    ],
)
def test_a_password_that_was_not_sent_is_not_called_refused(
    harness: KamailioHarness, odd: Make, name: str, headers: list[str], more: dict[str, Any], told: str, title: str
) -> None:
    provider = odd(challenges(*headers, then=OK))

    added(harness, provider, f"unsent-{name}", **more)

    found = settled(harness, f"unsent-{name}")
    assert failure(found).startswith("401 Unauthorized. No password was sent: ")
    assert told in failure(found)
    assert title in page_of(harness, f"unsent-{name}")
    assert "Password refused" not in page_of(harness, f"unsent-{name}")
    assert provider.credentials == [""]


def test_a_refused_password_is_told_with_what_it_was_asked_for(harness: KamailioHarness, odd: Make) -> None:
    provider = odd(says("401 Unauthorized", MD5))

    added(harness, provider, "wrong")

    told = "401 Unauthorized. The password was sent (Digest MD5 for “provider.example”)."
    assert failure(settled(harness, "wrong")) == told
    assert "Password refused" in page_of(harness, "wrong")


def test_a_nonce_that_is_too_old_is_not_a_refusal(harness: KamailioHarness, odd: Make) -> None:
    fresh = MD5.replace("n1", "n2")

    def wants_the_fresh_one(request: Received) -> list[bytes]:
        if 'nonce="n2"' in request.header("Authorization"):
            return list(OK(request))
        return [request.answer("401 Unauthorized", f"{fresh}, stale=true")]

    provider = odd(challenges(MD5, then=wants_the_fresh_one))

    added(harness, provider, "stale")

    assert settled(harness, "stale").is_registered
    assert len(provider.requests) == 3


# Trouble on the way


@pytest.mark.parametrize(
    ("name", "habit"),
    [
        ("silent", is_silent),
        ("trying", says("100 Trying")),
        ("garbage", lambda request: [b"\x00\xff\x01 hello \r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n"]),
    ],
)
def test_what_is_no_answer_stays_timed_out(harness: KamailioHarness, odd: Make, name: str, habit: Habit) -> None:
    provider = odd(habit)

    added(harness, provider, f"mute-{name}")

    assert failure(settled(harness, f"mute-{name}")).startswith("Timed out")
    seen = len(provider.requests)
    eventually(lambda: len(provider.requests) > seen, seconds=25)  # into the next attempt
    assert failure(binding(harness, f"mute-{name}")).startswith("Timed out")
    assert "No answer from the provider" in page_of(harness, f"mute-{name}")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_closed_port_is_no_answer(harness: KamailioHarness, odd: Make, transport: str) -> None:
    provider = odd(is_silent)
    provider.stop()
    server = f"{provider.server};transport={transport}"

    added(harness, provider, f"closed-{transport}", provider_server=server)

    assert failure(settled(harness, f"closed-{transport}")).startswith("Timed out")


def test_what_strangers_write_is_carried_as_it_is(harness: KamailioHarness, odd: Make) -> None:
    provider = odd(
        lambda request: [request.answer('403 No "business" \xe9 \'; DROP TABLE', "X-A: \\").decode().encode("latin-1")]
    )

    added(harness, provider, "strange")

    assert failure(settled(harness, "strange")).startswith('403 No "business"')


@pytest.mark.parametrize(
    "server", ["sips:sip.northline.example", "sip:sip.northline.example;transport=tls", "sip:[2001:db8::1]"]
)
def test_a_server_that_the_engine_cannot_reach_is_refused_at_the_form(harness: KamailioHarness, server: str) -> None:
    browser = harness.own_browser("alice")
    form = {
        "provider_name": "unreached",
        "provider_server": server,
        "provider_username": "line",
        "register_enabled": "y",
    }

    page = browser.open("/providers/add").submit(**form)

    assert "The SIP engine does not" in page.text
    assert binding(harness, "unreached") is None


def test_a_public_name_that_leads_home_is_sent_nothing(
    harness: KamailioHarness, odd: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = odd(OK)
    resolver = harness.kamailio.poller.registrations.resolver
    names = {"sip.northline.example": ["127.0.0.1"]}
    careful = type(resolver)(4, resolver.transports, ContactPolicy(), lambda name: names[name], lambda name: [])
    monkeypatch.setattr(harness.kamailio.poller.registrations, "resolver", careful)

    added(harness, provider, "rebound", provider_server=f"sip:sip.northline.example:{provider.port}")

    assert "address of a private network" in failure(settled(harness, "rebound"))
    assert "Server in a private network" in page_of(harness, "rebound")
    assert provider.requests == []
