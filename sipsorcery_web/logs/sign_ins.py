"""Sign-ins that have failed, a line each, in the words that the filter in `deploy/` has fail2ban read.

An account's name is told only where there is such an account: people type their password into the wrong field.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

from sipsorcery_web.ip_addresses import read_address

log = logging.getLogger(__name__)


class SignIn(Protocol):
    """A sign-in under way: whether its password was right, and the account, where there is such a one."""

    has_succeeded: bool
    account: str


S = TypeVar("S", bound=SignIn)


@contextmanager
def noted(sign_in: AbstractContextManager[S], address: str, refusal: type[Exception]) -> Iterator[S]:
    """Note what becomes of somebody's sign-in from an address, unless it succeeds; `refusal` tells of too many."""
    try:
        with sign_in as under_way:
            yield under_way
    except refusal:
        log.warning("Refused sign-in from %s", _shown(address))
        raise
    if not under_way.has_succeeded:
        who = f" for {under_way.account}" if under_way.account else ""
        log.warning("Failed sign-in from %s%s", _shown(address), who)


def _shown(address: str) -> str:
    """Return the address; for what is none, which only a proxy of the operator's can tell, a word that nobody bans."""
    parsed = read_address(address)
    mapped = parsed.ipv4_mapped if parsed is not None and parsed.version == 6 else None
    return str(mapped or parsed or "elsewhere")
