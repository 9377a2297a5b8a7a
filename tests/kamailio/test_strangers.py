"""Requests of strangers and hostile customers, written by hand, over sockets of this machine."""

import hashlib
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from sipsorcery_web.kamailio.claim import kamailio_folder
from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness, eventually


class Wire:
    """A socket that says anything to the engine."""

    def __init__(self, harness: KamailioHarness, ip: str = "127.0.0.2", transport: str = "UDP") -> None:
        kamailio, self.transport = (HOME, harness.settings.sip_port), transport
        self.socket = socket.socket(type=socket.SOCK_DGRAM if transport == "UDP" else socket.SOCK_STREAM)
        self.socket.bind((ip, 0))
        self.socket.connect(kamailio)
        self.at = f"{ip}:{self.socket.getsockname()[1]}"
        self.heard: list[str] = []

    def hears(self, seconds: float = 2.0) -> str:
        self.socket.settimeout(seconds)
        try:
            self.heard.append(self.socket.recv(65535).decode("utf-8", "replace"))
        except TimeoutError:
            return ""
        return self.heard[-1]

    def answer(self) -> str:
        """The first answer that is not provisional."""
        while (heard := self.hears()).startswith("SIP/2.0 1"):
            pass
        return heard

    def says(self, method: str, uri: str, caller: str, more: str = "", to: str = "", call_id: str = "") -> str:
        """Say it, and hear the answer."""
        lines = [
            f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/{self.transport} {self.at};branch=z9hG4bK{uuid4().hex}",
            f"From: {caller};tag=f1", f"To: {to or caller}", f"Call-ID: {call_id or uuid4().hex}", f"CSeq: 1 {method}",
            "Max-Forwards: 9", f"Contact: <sip:x@{self.at};transport={self.transport}>", f"{more}Content-Length: 0", "", "",
        ]  # fmt: skip
        self.socket.send("\r\n".join(lines).encode("utf-8", "surrogateescape"))
        return self.answer()

    def credentials(self, challenge: str, method: str, uri: str, name: str, password: str) -> str:
        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        nonce, realm = (re.search(f'{key}="([^"]+)"', challenge)[1] for key in ("nonce", "realm"))  # type: ignore[index]
        answer = digest(
            digest(name, realm, password), nonce, "00000001", "c", "auth", digest(method, uri)
        )  # fmt: skip
        header = "Authorization" if challenge.startswith("SIP/2.0 401") else "Proxy-Authorization"
        return (
            f'{header}: Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{answer}", qop=auth, nc=00000001, cnonce="c"\r\n'
        )

    def proves(self, method: str, uri: str, name: str, password: str, address: str = "", to: str = "") -> str:
        """Send the same, with the answer to the challenge."""
        caller, call_id = f"<sip:{address or name}@{DOMAIN}>", uuid4().hex
        challenge = self.says(method, uri, caller, to=to, call_id=call_id)
        if not challenge.startswith(("SIP/2.0 401", "SIP/2.0 407")):
            return challenge
        proof = self.credentials(challenge, method, uri, name, password)
        return self.says(method, uri, caller, proof, to=to, call_id=call_id)


Wires = Callable[..., Wire]


@pytest.fixture
def wire() -> Iterator[Wires]:
    with ExitStack() as stack:

        def wire(harness: KamailioHarness, ip: str = "127.0.0.2") -> Wire:
            new = Wire(harness, ip)
            stack.enter_context(new.socket)
            return new

        yield wire


def test_nobody_relays_through_the_engine(harness: KamailioHarness, wire: Wires) -> None:
    stranger, victim = wire(harness), wire(harness, "127.0.0.3")
    own = f"Route: <sip:{HOME}:{harness.settings.sip_port};lr>\r\n"

    for method in ("INVITE", "MESSAGE", "BYE"):
        heard = stranger.says(method, f"sip:x@{victim.at}", "<sip:x@evil.example>", own, "<sip:x@y.example>;tag=t1")
        assert heard.startswith("SIP/2.0 481")

    assert victim.hears(0.5) == ""


def test_wrong_passwords_are_counted_for_each_address_and_account(harness: KamailioHarness, wire: Wires) -> None:
    account = harness.account("alice", "guessed-at")
    name, password, own = "guessed-at", account.sip_password or "", f"sip:{DOMAIN}"
    guesser, owner = wire(harness, "127.0.0.9"), wire(harness, "127.0.0.10")

    for _ in range(21):
        assert guesser.proves("REGISTER", own, name, "wrong-1").startswith("SIP/2.0 401")

    assert "Too many wrong passwords" in guesser.proves("REGISTER", own, name, password)
    assert "Too many wrong passwords" in guesser.proves("INVITE", f"sip:nobody@{DOMAIN}", name, password)
    assert "another account" in guesser.proves("REGISTER", own, name, password, address="other")
    assert owner.proves("REGISTER", own, name, password).startswith("SIP/2.0 200")


def test_wrong_passwords_are_in_the_log_with_the_address_and_where_there_is_one_the_account(
    harness: KamailioHarness, wire: Wires
) -> None:
    harness.account("alice", "logged-name")
    own, at = f"sip:{DOMAIN}", "127.0.0.77"
    guesser, log = wire(harness, at), kamailio_folder(harness.settings) / "log"

    guesser.proves("REGISTER", own, "logged-name", "wrong-1")
    guesser.proves("INVITE", f"sip:nobody@{DOMAIN}", "logged-name", "wrong-2")
    guesser.proves("REGISTER", own, "nobody-here", "wrong-3")
    eventually(lambda: log.read_text(errors="replace").count(f"from {at}"), lambda found: found == 3)

    lines = [json.loads(line) for line in log.read_text().splitlines() if at in line]
    said = [line["message"].partition("Wrong SIP password ")[2] for line in lines]
    assert said == [f"from {at} for logged-name@{DOMAIN}"] * 2 + [f"from {at}"]
    assert "wrong-" not in log.read_text()


FORGED = "2026-11-30T12:00:00Z Wrong SIP password from 192.0.2.99"
FORGED_LINE = f" 7(4711) NOTICE: <script>: {FORGED}"


def test_nobody_writes_lines_of_the_log_in_the_name_of_another(harness: KamailioHarness, wire: Wires) -> None:
    harness.account("alice", "forging-name")
    own, at = f"sip:{DOMAIN}", "127.0.0.78"
    forger, log = wire(harness, at), kamailio_folder(harness.settings) / "log"
    caller = f"<sip:forging-name@{DOMAIN}>"
    made_up = f'username="forging-name", realm="{DOMAIN}", nonce="{"a" * 40}", uri="{own}", response="{"0" * 32}"'

    for text in (FORGED, f"x\r\n{FORGED_LINE}\r\n x", f'x" }}\r\n{FORGED_LINE}\r\n x'):
        forger.proves("REGISTER", own, text, "wrong-4")
        for header in ("To", "From", "Contact", "Via", "CSeq", "Authorization", "Proxy-Authorization", "Expires"):
            forger.says("REGISTER", own, caller, f"{header}: <{text}\r\n")
    forger.says("REGISTER", own, caller, f"Authorization: Digest {made_up}\r\n")
    forger.proves("REGISTER", own, "forging-name", "wrong-5")
    eventually(lambda: f"from {at} for forging-name" in log.read_text(errors="replace"))

    lines = log.read_text(errors="replace").splitlines()
    assert not [line for line in lines if line.startswith((" 7(4711)", FORGED))]
    assert not [line for line in lines if f'"message": "{FORGED}' in line]
    assert len([line for line in lines if f'password from {at} for forging-name@{DOMAIN}" }}' in line]) == 1


def test_a_captured_answer_is_of_no_use_elsewhere(harness: KamailioHarness, wire: Wires) -> None:
    account = harness.account("alice", "overheard")
    own, caller = f"sip:{DOMAIN}", f"<sip:overheard@{DOMAIN}>"
    phone, thief = wire(harness), wire(harness, "127.0.0.66")
    proof = phone.credentials(
        phone.says("REGISTER", own, caller), "REGISTER", own, "overheard", account.sip_password or ""
    )

    assert phone.says("REGISTER", own, caller, proof).startswith("SIP/2.0 200")
    assert thief.says("REGISTER", own, caller, proof).startswith("SIP/2.0 401")

    assert len(harness.bindings_of(account)) == 1


def test_what_is_not_utf_8_stops_no_records(harness: KamailioHarness, wire: Wires) -> None:
    account = harness.account("alice", "plain-text")
    phone, stranger = wire(harness), wire(harness, "127.0.0.7")

    heard = stranger.says("INVITE", f"sip:nobody@{DOMAIN}", f'"\udcff" <sip:nobody@{DOMAIN}>')
    assert heard.startswith("SIP/2.0 400 Not UTF-8")
    called = f"sip:nobody@{DOMAIN}"
    assert phone.proves("INVITE", called, "plain-text", account.sip_password or "").startswith("SIP/2.0 480")

    eventually(lambda: [cdr for cdr in harness.records("alice") if cdr.from_user == "plain-text"])


def test_a_contact_that_leads_back_to_the_engine_is_not_called(harness: KamailioHarness, wire: Wires) -> None:
    account = harness.account("alice", "in-circles", dont_mangle_enabled=True)
    phone = wire(harness, HOME)
    phone.at = f"{HOME}:{harness.settings.sip_port}"  # what its Contact says
    phone.proves("REGISTER", f"sip:{DOMAIN}", "in-circles", account.sip_password or "")

    heard = wire(harness).proves("INVITE", f"sip:in-circles@{DOMAIN}", "in-circles", account.sip_password or "")

    assert heard.startswith("SIP/2.0 480")


def test_a_call_to_no_name_is_answered(harness: KamailioHarness, wire: Wires) -> None:
    assert wire(harness).says("INVITE", f"sip:{DOMAIN}", f"<sip:x@{DOMAIN}>").startswith("SIP/2.0 404")


def test_unknown_names_are_answered_like_known_ones(harness: KamailioHarness, wire: Wires) -> None:
    harness.account("alice", "well-known")
    own, number = f"sip:{DOMAIN}", f"sip:nobody@{DOMAIN}"

    def heard(name: str, ip: str) -> list[str]:
        """All that somebody hears who guesses, but for what differs from one message to the next."""
        guesser = wire(harness, ip)
        answers = [guesser.says("REGISTER", own, f"<sip:{name}@{DOMAIN}>")]
        answers += [guesser.proves("REGISTER", own, name, "wrong-1") for _ in range(12)]
        answers += [guesser.proves("INVITE", number, name, "wrong-1") for _ in range(12)]
        return [alike(answer.replace(name, "NAME").replace(guesser.at, "HERE")) for answer in answers]

    assert heard("well-known", "127.0.0.21") == heard("nobodys", "127.0.0.22")


def alike(answer: str) -> str:
    answer = re.sub(r'(nonce|branch|tag|rport|received)="?[^";\s]+"?', r"\1", answer)
    return re.sub(r"(Call-ID|Via): .*", r"\1", answer)


def test_calls_of_nobody_leave_no_record(harness: KamailioHarness, wire: Wires) -> None:
    before = harness.nobodys_records()

    heard = wire(harness).proves("INVITE", f"sip:nobody@{DOMAIN}", "no-such-name", "wrong-1")

    assert heard.startswith("SIP/2.0 403 Wrong name or password")
    assert harness.nobodys_records() == before


def test_guesses_of_one_address_are_limited_over_all_names(harness: KamailioHarness, wire: Wires) -> None:
    guesser, owner = wire(harness, "127.0.0.23"), wire(harness, "127.0.0.24")
    account = harness.account("alice", "not-guessed")

    eventually(
        lambda: [guesser.proves("REGISTER", f"sip:{DOMAIN}", f"name-{uuid4().hex}", "wrong-1") for _ in range(50)][-1],
        lambda heard: "Too many wrong passwords" in heard, seconds=60,
    )  # fmt: skip

    assert owner.proves("REGISTER", f"sip:{DOMAIN}", "not-guessed", account.sip_password or "").startswith(
        "SIP/2.0 200"
    )
