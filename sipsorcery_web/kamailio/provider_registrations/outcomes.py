"""The outcomes of an attempt to register, and the words that owners are told it in.

The words travel as RegistrationFailureMessage (spec, section 7.5), which the portal reads again: where it must tell two
cases apart, they differ in a phrase that is constant.
"""

from dataclasses import dataclass
from enum import Enum

from .digest import Challenge
from .messages import Reply

CONTACT_CHANGED = "The provider answered with another contact than ours, so calls from it do not arrive."
SILENT = "Timed out: the provider did not answer."
NAME_UNKNOWN = "Name or service not known: the name of the provider's server leads to no address."
NAME_SERVER_SILENT = "The name servers that this machine asks did not answer (DNS)."
OTHER_FAMILY = "The provider's server has no address of the kind that this engine reaches (IPv{})."
NOT_PUBLIC = "The provider's server is at an address of a private network, which is not permitted here."
TRANSPORT_UNKNOWN = "This engine does not speak {} with providers."
CERTIFICATE_REFUSED = "The certificate of the provider's server was refused: {}."
NOT_ENCRYPTED = "No encrypted connection (TLS) with the provider's server came about: {}."
NOT_CONNECTED = "The provider's server took no connection: {}."
NOT_SENT = "The SIP engine could not send the registration: {}"
WITHOUT_PASSWORD = "No password was sent"  # noqa: S105 (words)

REFUSALS = frozenset({401, 402, 403, 404, 407, 410})
"""Answers that stay the same until a person does something; those of the class 6xx too."""


class Kind(Enum):
    """Outcomes that are followed at different paces."""

    REGISTERED = "registered"
    ENDED = "ended"
    REFUSED = "refused"
    """By the provider, for a reason that goes away only when somebody does something."""
    FAILED = "failed"
    """Any other answer."""
    SILENT = "silent"
    """No answer, or nowhere to send to."""
    NOT_TRIED = "not tried"
    """Kamailio does not answer: nothing is known of the provider."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of an attempt."""

    kind: Kind
    message: str | None = None
    granted: int = 0
    """Seconds that a registration lasts."""
    retry_after: int | None = None
    """Seconds that the provider asked to be left alone for."""
    min_expires: int = 0
    """The shortest expiry that the provider takes, as far as it was said."""
    socket: str | None = None
    """Where the request was sent, as `192.0.2.7:5060`; None where it was not."""
    requests: int = 0
    """REGISTERs that were sent."""


def refusal(reply: Reply, details: str = "") -> tuple[Kind, str]:
    """Return what kind of answer a refusal is, and its words."""
    kind = Kind.REFUSED if reply.status in REFUSALS or reply.status >= 600 else Kind.FAILED
    asked = "" if reply.retry_after is None else f" (Retry-After: {reply.retry_after})"
    return kind, f"{reply.words}{asked}{details and f'. {details}'}"[:1024]


def unanswered(challenges: list[Challenge], realm: str, has_password: bool) -> str:
    """Return why no password was sent in answer to these challenges."""
    answerable = [challenge for challenge in challenges if challenge.is_answerable]
    if not challenges:
        return f"{WITHOUT_PASSWORD}: the provider did not say which one it wants."
    if not has_password:
        return f"{WITHOUT_PASSWORD}: none is stored for this provider."
    if not answerable:
        asked = ", ".join(_printable(challenge.words) for challenge in challenges)
        return f"{WITHOUT_PASSWORD}: the provider asked for {asked}, which this engine cannot answer."
    named = ", ".join(f"“{_printable(challenge.realm)}”" for challenge in answerable)
    return f"{WITHOUT_PASSWORD}: the provider asked for the realm {named}, and here “{realm}” is set."


def refused_password(challenge: Challenge) -> str:
    """Return what was answered in vain."""
    return f"The password was sent ({_printable(challenge.words)})."


def _printable(text: str) -> str:
    return "".join(filter(str.isprintable, text))[:200]
