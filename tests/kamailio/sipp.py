"""sipp as a telephone: scenarios written as Python values, run on ports of this machine."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.conftest import HOME
from tests.running import free_port

RUNNING: list["Sipp"] = []
"""What a test has started; it may have failed before it waited for them."""
NUMBERS = count(1)
"""What tells the files of one scenario from those of another."""
PATIENCE = 20
"""Seconds that a scenario may take."""

REQUEST = """{method} {uri} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: {caller};tag=[pid]s[call_number]
To: {called}{to_tag}
Call-ID: [call_id]
CSeq: {cseq} {verb}
Contact: <sip:phone@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
User-Agent: sipp
{more}Content-Length: {length}

{body}"""

SDP = """v=0
o=phone 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""

REPLY = """SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:phone@[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

{body}"""


def send(text: str, retrans: bool = True) -> str:
    repeats = ' retrans="500"' if retrans else ""
    return f"<send{repeats}><![CDATA[\n{text}\n]]></send>"


def receive(what: int | str, optional: bool = False, **more: str) -> str:
    kind = "response" if isinstance(what, int) else "request"
    if optional:
        more["optional"] = "true"
    others = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<recv {kind}="{what}"{others}/>'


def pause(seconds: float) -> str:
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


def scenario(*steps: str) -> str:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="phone">\n' + "\n".join(steps) + "\n</scenario>\n"
    )


def end_all() -> None:
    """End what is still running."""
    while RUNNING:
        RUNNING.pop().end()


class Sipp:
    """One sipp process with one scenario."""

    def __init__(
        self, folder: Path, steps: str, port: int, target: str, *options: str, patience: int = PATIENCE
    ) -> None:
        self.folder, self.patience = folder, patience
        self.folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"scenario-{next(NUMBERS)}.xml"
        path.write_text(steps)
        command = [
            "sipp",
            target,
            "-sf",
            str(path),
            "-i",
            HOME,
            "-p",
            str(port),
            "-m",
            "1",
            "-nostdin",
            "-timeout",
            f"{patience}s",
            "-timeout_error",
            "-trace_err",
            "-error_file",
            str(path.with_suffix(".errors")),
            "-trace_msg",
            "-message_file",
            str(path.with_suffix(".messages")),
            *options,
        ]
        self.errors, self.messages = path.with_suffix(".errors"), path.with_suffix(".messages")
        RUNNING.append(self)
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait(self) -> None:
        """Wait until the scenario is over; it fails with sipp's words when it went otherwise."""
        code = self.process.wait(self.patience + 5)
        assert code == 0, self.words()

    def words(self) -> str:
        said = self.messages.read_text(errors="replace")[-3000:] if self.messages.exists() else ""
        return (self.errors.read_text(errors="replace")[-2000:] if self.errors.exists() else "") + said

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@dataclass
class Phone:
    """A telephone of an account: it registers, calls and takes calls, on one port of its own."""

    folder: Path
    proxy: str
    username: str
    password: str
    domain: str
    transport: str = "u1"

    def __post_init__(self) -> None:
        self.port = free_port()
        self.login = self.username

    def signs_in_as(self, username: str) -> "Phone":
        """Sign in with another name than that of the address."""
        self.login = username
        return self

    @property
    def address(self) -> str:
        return f"<sip:{self.username}@{self.domain}>"

    def register(self, expires: int = 600, finally_: int = 200) -> None:
        """Register, and see how it ends."""
        self.run(scenario(*self._register_steps(expires, finally_)))

    def is_refused(self, status: int) -> None:
        """REGISTER is answered with this status once the password is there."""
        self.register(finally_=status)

    def is_refused_at_once(self, status: int) -> None:
        """REGISTER is answered with this status before there is a password."""
        self.run(scenario(send(self.request("REGISTER", f"sip:{self.domain}", 1)), receive(status)))

    def calls(self, called: str, *ending: str) -> Sipp:
        """Call, and go on as these steps say."""
        return self.start(scenario(*self._invite_steps(called), *ending))

    def takes(self, *steps: str) -> Sipp:
        """Wait for a call, and do as these steps say."""
        return self.start(scenario(RECEIVED, *steps))

    def run(self, steps: str) -> None:
        self.start(steps).wait()

    def start(self, steps: str, patience: int = PATIENCE) -> Sipp:
        options = ("-s", self.username, "-au", self.login, "-ap", self.password, "-t", self.transport)
        return Sipp(self.folder, steps, self.port, self.proxy, *options, patience=patience)

    def _register_steps(self, expires: int, finally_: int) -> Iterator[str]:
        yield send(self.request("REGISTER", f"sip:{self.domain}", 1, more=f"Expires: {expires}\n"))
        yield receive(100, optional=True)
        yield receive(401, auth="true")
        yield send(self.request("REGISTER", f"sip:{self.domain}", 2, more=f"Expires: {expires}\n[authentication]\n"))
        yield receive(100, optional=True)
        yield receive(finally_)

    def _invite_steps(self, called: str) -> Iterator[str]:
        uri = f"sip:{called}"
        yield send(self.request("INVITE", uri, 1, called=called, body=SDP))
        yield receive(100, optional=True)
        yield receive(407, auth="true")
        yield send(self.request("ACK", uri, 1, called=called, to_tag="[peer_tag_param]"), retrans=False)
        yield send(self.request("INVITE", uri, 2, called=called, body=SDP, more="[authentication]\n"))
        yield receive(100, optional=True)
        yield receive(180, optional=True)

    def request(
        self,
        method: str,
        uri: str,
        cseq: int,
        called: str = "",
        to_tag: str = "",
        more: str = "",
        body: str = "",
        verb: str = "",
    ) -> str:
        if body:
            more += "Content-Type: application/sdp\n"
        return REQUEST.format(
            method=method,
            uri=uri,
            caller=self.address,
            called=f"<sip:{called}>" if called else self.address,
            to_tag=to_tag,
            cseq=cseq,
            verb=verb or method,
            more=more,
            body=body,
            length="[len]" if body else "0",
        )

    # what a call may go on with, seen from the caller

    def talk(self, called: str, seconds: float) -> list[str]:
        """Answered; the caller hangs up after a while."""
        return [*self.answered(called), pause(seconds), *self.hang_up(called)]

    def answered(self, called: str) -> list[str]:
        return [receive(200, rrs="true"), send(self.within("ACK", 2, called), retrans=False)]

    def hang_up(self, called: str) -> list[str]:
        return [send(self.within("BYE", 4, called)), receive(200)]

    def hold(self, called: str) -> list[str]:
        """Another INVITE within the call, as for putting it on hold (RFC 3261, section 14)."""
        again = self.within("INVITE", 3, called, body=SDP)
        acknowledged = send(self.within("ACK", 3, called), retrans=False)
        return [send(again), receive(100, optional=True), receive(200, rrs="true"), acknowledged]

    def refused(self, called: str, status: int) -> list[str]:
        uri = f"sip:{called}"
        return [
            receive(status),
            send(self.request("ACK", uri, 2, called=called, to_tag="[peer_tag_param]"), retrans=False),
        ]

    def calls_and_cancels(self, called: str) -> Sipp:
        """Ring until the caller gives up; CANCEL has the branch of its INVITE (RFC 3261, 9.1)."""
        uri = f"sip:{called}"
        *steps, _ = self._invite_steps(called)
        cancel = self.request("CANCEL", uri, 2, called=called).replace("[branch]", "[branch-4]")
        return self.start(
            scenario(*steps, receive(180), pause(0.5), send(cancel), receive(200), *self.refused(called, 487))
        )

    def calls_without_password(self, called: str, *ending: str) -> Sipp:
        """Call as from an address that is trusted."""
        first = send(self.request("INVITE", f"sip:{called}", 2, called=called, body=SDP))
        return self.start(scenario(first, receive(100, optional=True), receive(180, optional=True), *ending))

    def hangs_up_as_callee(self) -> list[str]:
        """The side that was called ends the call."""
        bye = (
            "BYE [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
            f"From: {self.address};tag=[pid]r[call_number]\n"
            "To: [$1]\n[last_Call-ID:]\nCSeq: 1 BYE\nMax-Forwards: 70\n[routes]\nContent-Length: 0\n\n"
        )
        return [pause(0.3), send(bye), receive(200)]

    def within(self, method: str, cseq: int, called: str, body: str = "") -> str:
        """A request of the call that is set up: to the other side's contact, by the way it came."""
        return self.request(
            method, "[next_url]", cseq, called=called, to_tag="[peer_tag_param]", more="[routes]\n", body=body
        )


RECEIVED = """<recv request="INVITE" crlf="true" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/></action></recv><Reference variables="1"/>"""
TAG = ";tag=[pid]r[call_number]"
RING = send(REPLY.format(status="180 Ringing", tag=TAG, body=""), retrans=False)
SESSION_PROGRESS = send(REPLY.format(status="183 Session Progress", tag=TAG, body=""), retrans=False)
ANSWER = send(REPLY.format(status="200 OK", tag=TAG, body=SDP))
BUSY = send(REPLY.format(status="486 Busy Here", tag=TAG, body=""))
ACKED = receive("ACK", rrs="true")
HUNG_UP = [receive("BYE"), send(REPLY.format(status="200 OK", tag="", body=""), retrans=False)]
# Kamailio sends the second BYE only while the first is not answered, and phones on loopback answer faster than on any network.
HUNG_UP_ON = [HUNG_UP[0], pause(0.3), *HUNG_UP[1:]]
CANCELLED = [
    receive("CANCEL"),
    send(REPLY.format(status="200 OK", tag="", body=""), retrans=False),
    send(REPLY.format(status="487 Request Terminated", tag=TAG, body="").replace("[last_CSeq:]", "CSeq: 2 INVITE")),
    ACKED,
]
CONVERSATION = (RING, ANSWER, ACKED, *HUNG_UP)
