"""The installation: what it does with calls and mail, in one place, so that no page promises what it cannot do.

Of calls that go through another service nothing is known here.
"""

from dataclasses import dataclass

from .capabilities import capabilities
from .parts import part
from .sip_engine import current_sip_engine


@dataclass(frozen=True)
class Mailing:
    """The mail of plans, and whether links for new passwords and confirmations are mailed."""

    is_on: bool = False
    has_links: bool = False


class Installation:
    """The facts that words on pages follow."""

    @property
    def is_anothers(self) -> bool:
        """Return True when calls are another service's business."""
        return not capabilities().runs_plans

    @property
    def carries_calls(self) -> bool:
        """Return True when a SIP engine runs here."""
        return current_sip_engine() is not None

    @property
    def follows_plans(self) -> bool:
        """Return True when a dial plan decides about calls, here or at another service."""
        return self.is_anothers or self.carries_calls

    @property
    def media_ports(self) -> str:
        """Return the UDP ports that sound goes through where a party is behind NAT; "" where it goes directly alone."""
        engine = current_sip_engine()
        return engine.server.media_ports if engine is not None else ""

    @property
    def sends_mail(self) -> bool:
        """Return True when mails of plans, and their traces, are sent; what another service does is not known."""
        return self.is_anothers or part(Mailing).is_on

    @property
    def mails_links(self) -> bool:
        """Return True when mails bring links, which confirm an address or lead to a new password."""
        return part(Mailing).has_links


def installation() -> Installation:
    """Return what is known of the installation that answers this request."""
    return Installation()
