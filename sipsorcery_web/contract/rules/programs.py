"""The rules of programs that customers register for OAuth, and of the addresses that browsers are sent back to."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from sipsorcery_web.contract.oauth import Program

from . import Violation, is_blank

MOST_PROGRAMS = 20
"""Of one customer."""
NAME_LIMIT = 64
MOST_ADDRESSES = 10
ADDRESS_LIMIT = 255
TOO_MANY_PROGRAMS = f"There are {MOST_PROGRAMS} programs, as many as a customer can register. Delete one first."

_OF_AN_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")
"""RFC 3986, appendix A, without the fragment, which RFC 6749 forbids (section 3.1.2)."""
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?")
"""A host that the policy of the page that asks can name (CSP3, section 2.3.1): others would be more words of it."""
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?((?:[/?].*)?)")


def program_violations(program: Program) -> Iterator[Violation]:
    """Yield each rule that a new program breaks: a name, good addresses, and a way to be allowed."""
    if is_blank(program.name):
        yield Violation("name", "Give the program a name.")
    elif len(program.name) > NAME_LIMIT:
        yield Violation("name", f"The name can have at most {NAME_LIMIT} characters.")
    yield from _address_violations(program.redirect_addresses)
    if not program.redirect_addresses and not program.takes_device_codes:
        yield Violation("redirect_addresses", "Give an address, or let the program be allowed by a code.")


def _address_violations(addresses: Sequence[str]) -> Iterator[Violation]:
    if len(addresses) > MOST_ADDRESSES:
        yield Violation("redirect_addresses", f"There can be at most {MOST_ADDRESSES} addresses.")
        return
    wrong = next((address for address in addresses if not is_redirect_address(address)), None)
    if wrong is not None:
        yield Violation(
            "redirect_addresses",
            f"{wrong[:80]} is none that a browser is sent back to. One begins with https:// or, for a program on the "
            "customer's own machine, with http://127.0.0.1 or http://[::1].",
        )


def is_redirect_address(address: str) -> bool:
    """Return True for https, and for http on the browser's own machine (RFC 8252, section 7.3).

    `localhost` is not taken, since it can mean another machine (section 8.3 there).
    """
    if len(address) > ADDRESS_LIMIT or not _OF_AN_ADDRESS.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_sites = parts.scheme == "https" and bool(_HOST_AND_PORT.fullmatch(parts.netloc))
    return port_is_right and (is_sites or bool(_LOOPBACK.fullmatch(address)))


def is_registered(registered: Sequence[str], address: str) -> bool:
    """Return True for an address that is one of those registered, character by character.

    One on the browser's own machine may have any port, since a program takes one that is free (RFC 8252, section 7.3).
    """
    return is_redirect_address(address) and any(_is_same(each, address) for each in registered)


def _is_same(registered: str, address: str) -> bool:
    here, there = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(address)
    return registered == address or (here is not None and there is not None and here.groups() == there.groups())


def origin_of_address(address: str) -> str:
    """Return scheme, host and port of an address that is registered."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
