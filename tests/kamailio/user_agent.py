"""A user agent whose every message a test decides on: over UDP, TCP or TLS, with any Contact, at any pace.

sipp plays scenarios and real telephones do what their makers thought right; this one shows what each message carried.
"""

import hashlib
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from uuid import uuid4

from tests.conftest import HOME
from tests.factories import DOMAIN

from .harness import KamailioHarness

PATIENCE = 8.0
SDP = f"v=0\r\no=- 1 1 IN IP4 {HOME}\r\ns=-\r\nc=IN IP4 {HOME}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
TAKES_CALLS = "Allow: INVITE, ACK, CANCEL, BYE, REFER, NOTIFY, UPDATE\r\n"


@dataclass(frozen=True)
class Message:
    """A request or a response, as it came."""

    start: str
    headers: Sequence[tuple[str, str]]
    body: str = ""

    @classmethod
    def parse(cls, text: str) -> "Message":
        head, _, body = text.partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        return cls(
            start, [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)], body
        )

    @property
    def status(self) -> int:
        """0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Return the method of the request, or of the request that is answered."""
        return self["CSeq"].split()[1]

    @property
    def uri(self) -> str:
        return self.start.split()[1]

    def __getitem__(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        """The values of a header that may come several times."""
        values = (value for known, value in self.headers if known.lower() == name.lower())
        return [part.strip() for value in values for part in re.split(r",(?=\s*<)", value)]

    @property
    def challenge(self) -> str:
        return self["WWW-Authenticate"] or self["Proxy-Authenticate"]

    @property
    def contact(self) -> str:
        """The URI of the Contact header."""
        found = re.search(r"<([^>]*)>", self["Contact"])
        return found[1] if found else self["Contact"]


@dataclass
class Leg:
    """One side of a call: what a request within it has to say (RFC 3261, section 12)."""

    agent: "UserAgent"
    call_id: str
    local: str
    remote: str
    target: str
    routes: list[str] = field(default_factory=list)
    cseq: int = 10

    def says(self, method: str, more: str = "", body: str = "", cseq: int = 0) -> None:
        self.cseq += 1
        self.agent.sends_request(
            method, self.target, self.local, self.remote, self.call_id, cseq or self.cseq,
            "".join(f"Route: {route}\r\n" for route in self.routes) + more, body,
        )  # fmt: skip

    def acknowledges(self, answer: Message) -> None:
        self.says("ACK", cseq=int(answer["CSeq"].split()[0]))

    def hangs_up(self) -> Message:
        self.says("BYE")
        return self.agent.hears("BYE", 200)

    def hangs_up_while(self, other: "UserAgent") -> Message:
        """BYE, which the other side accepts; the answer."""
        self.says("BYE")
        other.replies(other.hears("BYE"), 200, "OK")
        return self.agent.hears("BYE", 200)


class UserAgent:
    """A telephone at an address of this machine, which says of itself what its Contact says."""

    def __init__(
        self, harness: KamailioHarness, username: str, password: str = "", transport: str = "udp", ip: str = HOME, contact: str = "",
        certificate: str = "", is_trusted: bool = False,
    ) -> None:  # fmt: skip
        self.is_trusted = is_trusted
        self.sdp = SDP
        self.harness, self.username, self.password, self.transport = harness, username, password, transport
        self.heard: list[str] = []
        self._seen: set[tuple[str, ...]] = set()
        self._rest = b""
        self._port = harness.settings.sip_tls_port if transport == "tls" else harness.settings.sip_port
        self.socket = self._connect(ip, certificate)
        self.at = "{}:{}".format(*self.socket.getsockname()[:2])
        self.contact = contact or f"sip:{username}@{self.at}" + (
            "" if transport == "udp" else f";transport={transport}"
        )
        self.address = f"sip:{username}@{DOMAIN}"
        self._cseq = count(1)

    def _connect(self, ip: str, certificate: str) -> socket.socket:
        kind = socket.SOCK_DGRAM if self.transport == "udp" else socket.SOCK_STREAM
        line = socket.socket(socket.AF_INET, kind)
        line.bind((ip, 0))
        line.connect((self.harness.settings.sip_host, self._port))
        if self.transport == "tls":
            return ssl.create_default_context(cafile=certificate).wrap_socket(line, server_hostname=DOMAIN)
        return line

    def __enter__(self) -> "UserAgent":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # what it says

    def sends(self, text: str) -> None:
        self.socket.sendall(text.encode())

    def sends_request(
        self, method: str, uri: str, local: str, remote: str, call_id: str, cseq: int, more: str = "", body: str = "",
        branch: str = "",
    ) -> str:  # fmt: skip
        branch = branch or f"z9hG4bK{uuid4().hex}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.sends(
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{self.transport.upper()} {self.via};branch={branch};rport\r\n"
            f"From: {local}\r\nTo: {remote}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <{self.contact}>\r\n{more}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )
        return branch

    @property
    def via(self) -> str:
        """The host and port of its Contact, as a telephone behind NAT has it."""
        return re.sub(r"^sips?:([^@]*@)?", "", self.contact).partition(";")[0]

    def asks(
        self, method: str, uri: str, more: str = "", caller: str = "", called: str = "", login: str = "", body: str = ""
    ) -> Message:
        """Send a request, answer the challenge if there is one, and give the final answer to that.

        ACK what is refused.
        """
        call_id, local = uuid4().hex, f"{caller or f'<{self.address}>'};tag={uuid4().hex[:8]}"
        remote = called or f"<{self.address if method == 'REGISTER' else uri}>"
        answer = self._asks_once(method, uri, local, remote, call_id, more, body)
        if answer.status in (401, 407) and self.password:
            proof = self.credentials(answer, method, uri, login or self.username)
            answer = self._asks_once(method, uri, local, remote, call_id, proof + more, body)
        return answer

    def _asks_once(self, method: str, uri: str, local: str, remote: str, call_id: str, more: str, body: str) -> Message:
        cseq = next(self._cseq)
        branch = self.sends_request(method, uri, local, remote, call_id, cseq, more, body)
        answer = self.hears(method, *range(200, 700))
        if method == "INVITE" and answer.status >= 300:
            self.sends_request("ACK", uri, local, answer["To"], call_id, cseq, branch=branch)
        return answer

    def credentials(self, challenge: Message, method: str, uri: str, login: str) -> str:
        """The header that answers a challenge (RFC 7616, section 3.4)."""
        nonce, realm = (re.findall(f'{name}="([^"]+)"', challenge.challenge)[0] for name in ("nonce", "realm"))
        ha1, ha2 = md5(login, realm, self.password), md5(method, uri)
        header = "Authorization" if challenge.status == 401 else "Proxy-Authorization"
        return (
            f'{header}: Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", qop=auth, '
            f'nc=00000001, cnonce="c", response="{md5(ha1, nonce, "00000001", "c", "auth", ha2)}"\r\n'
        )

    def registers(self, expires: int = 600) -> Message:
        answer = self.asks("REGISTER", f"sip:{DOMAIN}", f"Expires: {expires}\r\n")
        assert answer.status == 200, answer.start
        return answer

    def calls(self, called: str, more: str = "", caller: str = "") -> Message:
        """INVITE; the final answer."""
        return self.asks("INVITE", _uri(called), TAKES_CALLS + more, caller, body=self.sdp)

    def challenged(self, method: str, uri: str, local: str, remote: str, call_id: str, more: str = "") -> Message:
        """The challenge that a request meets."""
        answer = self._asks_once(method, uri, local, remote, call_id, more, "")
        assert answer.status in (401, 407), answer.start
        return answer

    def starts_a_call(self, uri: str, more: str = "", caller: str = "", called: str = "") -> None:
        """INVITE with credentials, without waiting for the answer to it; `called` is another To header."""
        call_id, local = uuid4().hex, f"{caller or f'<{self.address}>'};tag={uuid4().hex[:8]}"
        uri = _uri(uri)
        remote, proof = called or f"<{uri}>", ""
        if not self.is_trusted:
            challenge = self._asks_once("INVITE", uri, local, remote, call_id, more, self.sdp)
            proof = self.credentials(challenge, "INVITE", uri, self.username)
        cseq = next(self._cseq)
        branch = self.sends_request("INVITE", uri, local, remote, call_id, cseq, proof + more, self.sdp)
        self._under_way = (uri, local, remote, call_id, cseq, branch)

    def cancels(self) -> None:
        """Give up the call that was started last (RFC 3261, section 9.1)."""
        uri, local, remote, call_id, cseq, branch = self._under_way
        self.sends_request("CANCEL", uri, local, remote, call_id, cseq, branch=branch)

    def replies(
        self, request: Message, status: int, reason: str = "Said", tag: str = "", more: str = "", body: str = ""
    ) -> None:
        """Answer a request, with the tag of this agent where there is none yet."""
        to = request["To"] if ";tag=" in request["To"] else f"{request['To']};tag={tag or 'callee'}"
        lines = [f"SIP/2.0 {status} {reason}"]
        lines += [
            f"{name}: {value}"
            for name, value in request.headers
            if name in ("Via", "Record-Route", "From", "Call-ID", "CSeq")
        ]
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.sends(
            "\r\n".join(lines)
            + f"\r\nTo: {to}\r\nContact: <{self.contact}>\r\n{more}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def answers(self, invite: Message, tag: str = "") -> Leg:
        """200 for an INVITE; the leg of the call that this makes."""
        self.replies(invite, 200, "OK", tag, body=self.sdp)
        to = f"{invite['To']};tag={tag or 'callee'}"
        return Leg(self, invite["Call-ID"], to, invite["From"], invite.contact, invite.all("Record-Route"))

    def leg(self, answer: Message) -> Leg:
        """The caller's leg of a call that was answered."""
        routes = list(reversed(answer.all("Record-Route")))
        return Leg(self, answer["Call-ID"], answer["From"], answer["To"], answer.contact, routes)

    # what it hears

    def hears(self, method: str, *statuses: int, seconds: float = PATIENCE) -> Message:
        """The next request of a method, or the next answer to one with one of these statuses.

        What else comes is passed over.
        """
        deadline = time.monotonic() + seconds
        for message in self._messages(deadline):
            if message.method == method and (message.status in statuses if statuses else not message.status):
                return message
        raise AssertionError(f"{self.username} heard no {method} {statuses[:1] or ''} but {self.heard}")

    def hears_requests(self, count: int) -> list[Message]:
        """The next requests, whatever they are."""
        requests = (message for message in self._messages(time.monotonic() + PATIENCE) if not message.status)
        return list(islice(requests, count))

    def hears_nothing(self, method: str, seconds: float = 0.5) -> bool:
        """Return True when no request of this method comes for a while."""
        messages = self._messages(time.monotonic() + seconds)
        return all(message.status or message.method != method for message in messages)

    def _messages(self, deadline: float) -> Iterator[Message]:
        while (text := self._receive(deadline)) is not None:
            message = Message.parse(text)
            key = (message.start, message["CSeq"], message["Via"], message["To"])
            if key in self._seen and message.method != "ACK":
                continue  # sent again
            self._seen.add(key)
            self.heard.append(message.start)
            yield message

    def _receive(self, deadline: float) -> str | None:
        while True:
            if self.transport == "udp":
                return (self._read(deadline) or b"").decode() or None
            head, end, rest = self._rest.lstrip(b"\r\n").partition(b"\r\n\r\n")
            length = int(found[1]) if (found := re.search(rb"(?mi)^Content-Length:\s*(\d+)", head)) else 0
            if end and len(rest) >= length:
                self._rest = rest[length:]
                return (head + end + rest[:length]).decode()
            if (more := self._read(deadline)) is None:
                return None
            self._rest += more

    def _read(self, deadline: float) -> bytes | None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return None
        self.socket.settimeout(remaining)
        try:
            return self.socket.recv(65535) or None
        except (TimeoutError, ConnectionError):
            return None


def _uri(called: str) -> str:
    return called if re.match("(sips?|tel):", called) else f"sip:{called}"


def md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()
