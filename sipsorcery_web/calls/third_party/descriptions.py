"""Session descriptions (SDP, RFC 8866) as far as a third party has to know them: where sound goes, and whether."""

import re
import secrets
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

CONTENT_TYPE = ("content-type", "application/sdp")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
Medium = tuple[str, str, str, str, str]
"""Of a stream: kind, transport, address, port and direction."""


@dataclass
class Origin:
    """The origin of the descriptions that one side is sent: one session, whose version grows (RFC 3264, section 8).

    They come from the other side in turn with some of our own, and from several phones while it rings.
    """

    session: int = field(default_factory=lambda: int(time.time()) << 16 | secrets.randbelow(1 << 16))
    version: int = 0
    _last: str = ""

    def own(self, description: str) -> str:
        """Return a description with this origin in the place of its own; "" stays as it is."""
        if not description:
            return ""
        bare = re.sub(r"(?m)^o=.*\r?\n", "", description)
        if bare != self._last:
            self._last = bare
            self.version += 1
        family = "IP6" if re.search(r"(?m)^c=IN IP6", description) else "IP4"
        host = "::1" if family == "IP6" else "127.0.0.1"
        origin = f"o=- {self.session} {self.version} IN {family} {host}\r\n"
        return re.sub(r"(?m)^(v=.*\r?\n)", lambda found: found[1] + origin, bare, count=1)


def media_of(description: str) -> list[Medium]:
    """Return the streams of a description in their order."""
    head, *streams = _sections(description)
    address, direction = _address(head) or "", _direction(head) or "sendrecv"
    found = []
    for stream in streams:
        kind, port, transport = [*stream[0].removeprefix("m=").split(), "", "", ""][:3]
        found.append((kind, transport, _address(stream) or address, port, _direction(stream) or direction))
    return found


def is_same_media(one: str, other: str) -> bool:
    """Return True when two descriptions have the same streams to the same places. Codecs are agreed on by then."""
    return media_of(one) == media_of(other)


def silence_for(offer: str) -> str:
    """Return an answer that takes up the sound of an offer and sends none yet (RFC 3725, section 4.3).

    Each stream that is no sound is refused: it comes with the other side's description, if that has it.
    """
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 0.0.0.0", "t=0 0"]
    for number, stream in enumerate(_sections(offer)[1:]):
        is_sound = number == 0 and stream[0].startswith("m=audio ")
        lines += list(_silent(stream)) if is_sound else [re.sub(r"^(m=\S+) \S+", r"\1 0", stream[0])]
    return "".join(f"{line}\r\n" for line in lines)


def _silent(stream: list[str]) -> Iterator[str]:
    kind, _, transport, *formats = stream[0].split()
    yield f"{kind} 9 {transport} {' '.join(formats)}"
    yield from (line for line in stream[1:] if line.startswith(("a=rtpmap:", "a=fmtp:")))
    for line in stream[1:]:
        if line.startswith("a=crypto:"):  # RFC 4568: one of those offered, with a key of the answerer's
            tag, suite, *_ = line.removeprefix("a=crypto:").split()
            yield f"a=crypto:{tag} {suite} inline:{b64encode(secrets.token_bytes(30)).decode()}"
            break
    yield "a=inactive"


def _sections(description: str) -> list[list[str]]:
    """Return the lines of the session, then those of each stream."""
    sections: list[list[str]] = [[]]
    for line in description.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _address(lines: list[str]) -> str | None:
    return next((line.removeprefix("c=") for line in lines if line.startswith("c=")), None)


def _direction(lines: list[str]) -> str | None:
    return next((line[2:] for line in lines if line[:2] == "a=" and line[2:] in _DIRECTIONS), None)
