"""The addresses that an account trusts, as far as its expression can be read as addresses and prefixes (decision 32).

The original searches the expression in `ip:port` of the sender. Kamailio compares addresses with networks. What is
read here is never wider than what the expression matches, since a match lets a call in without a password. One
that cannot be read so is not used at all.
"""

import ipaddress
import re

_ALTERNATIVE = re.compile(r"\^?(\d{1,3}(?:\\?\.\d{1,3}){0,3})(.*)")
_ANY_PORT = re.compile(r"(:((\\d|\.)[*+]\$?)?)?")
_ANY_REST = re.compile(r"\\?\.(\.[*+]\$?)?")


def trusted_networks(expression: str | None) -> list[str] | None:
    """The IPv4 networks that the expression names, as `192.0.2.7/32`; None where it cannot be read as such."""
    text = (expression or "").strip()
    if not text:
        return []
    networks = [_network(alternative) for alternative in _alternatives(text)]
    return None if None in networks else [network for network in networks if network]


def _alternatives(text: str) -> list[str]:
    group = re.fullmatch(r"(\^?)\((?:\?:)?([^()]*)\)(.*)", text)
    if group:
        return [f"{group[1]}{part}{group[3]}" for part in group[2].split("|")]
    return text.split("|")


def _network(text: str) -> str | None:
    found = _ALTERNATIVE.fullmatch(text.strip())
    if found is None:
        return None
    parts = re.split(r"\\?\.", found[1])
    rest = _ANY_PORT if len(parts) == 4 else _ANY_REST
    if not rest.fullmatch(found[2]):
        return None
    try:
        return str(ipaddress.IPv4Network((".".join([*parts, *["0"] * (4 - len(parts))]), 8 * len(parts))))
    except ValueError:
        return None
