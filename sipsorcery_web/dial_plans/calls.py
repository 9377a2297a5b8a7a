"""The call that a plan runs for, and the plan: what is known before it starts."""

from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["in", "out", "redirect"]

MAX_RING_SECONDS = 180
MAX_TOTAL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Call:
    """The request of a caller, in parts. Nothing in it is trusted: callers choose their names."""

    user: str
    """The dialled user, as in the request's URI."""
    host: str = ""
    direction: Direction = "out"
    parameters: str = ""
    method: str = "INVITE"
    body: str = ""
    from_name: str = ""
    from_user: str = ""
    from_host: str = ""
    to_name: str = ""
    to_uri: str = ""
    contact: str = ""
    user_agent: str = ""
    call_id: str = ""
    cseq: int = 1
    received_from: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """The other headers, in order."""
    account: str = ""
    """`user@domain` of the account that calls, or is called."""
    redirect_uri: str = ""
    redirect_response: int = 0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A dial plan of a customer, and what of its owner counts while it runs."""

    owner: str
    name: str
    script: str = field(repr=False)
    is_ruby: bool
    time_zone: str = "UTC"
    """The owner's zone, by its IANA name."""
    authorised_apps: str = ""
    trace_email_address: str = ""
