"""The errors that can occur between a page and the provisioning service.

ProvisioningError
├── SessionExpired         no session, or one that has ended
├── Refused                the service understood and said no
│   ├── NotFound           no such record, or somebody else's
│   ├── Conflict           it is taken: a name, an address or an id
│   ├── Changed            the record is another one by now than its caller has seen
│   ├── BadFilter          a where-expression that this service cannot read
│   └── TooManyAttempts    a sign-in, or what else strangers may ask for, has to wait
├── Unavailable            no answer came
│   ├── Busy               the service has too much to do, and has not begun with it
│   ├── InternalFault      the service met an error of its own and does not say which
│   └── OutcomeUnknown     the request went out, and nobody knows what became of it
└── ContractError          what came is not of the contract
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Rule:
    """A rule of the contract: its sentence, and the fields of records that it is about, the likeliest first.

    The sentence is a format string where it tells what was refused.
    """

    sentence: str
    fields: tuple[str, ...] = ()
    is_taken: bool = False
    """Whether it is broken by another record that has the name, address or id."""

    def filled(self, values: Mapping[str, object]) -> str:
        """Return the sentence with these values in it."""
        return self.sentence.format(**values)


class ProvisioningError(Exception):
    """An error that kept an operation from giving its result; the message is a sentence for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SessionExpired(ProvisioningError):
    """The token is missing, unknown, signed out or too old; the wire does not tell which."""

    def __init__(self, message: str = "Attempted to perform an unauthorized operation.") -> None:
        super().__init__(message)


class Refused(ProvisioningError):
    """The service understood the request and declined it, for the reason in the message.

    `rule` is the rule that was broken, None where the service is not known to have one, and `values` what its sentence
    tells. `fields` are the record's fields that the refusal is about, as far as that is known.
    """

    def __init__(
        self,
        reason: Rule | str,
        fields: tuple[str, ...] = (),
        values: Mapping[str, object] | None = None,
        told: str = "",
    ) -> None:
        """Take a rule and the values of its sentence, or a sentence alone; `told` is the rule as a service put it."""
        self.rule = reason if isinstance(reason, Rule) else None
        self.values = values or {}
        self.fields = fields or (self.rule.fields if self.rule else ())
        super().__init__(told or (reason.filled(self.values) if isinstance(reason, Rule) else reason))


class NotFound(Refused):
    """No such record for this caller; somebody else's record gives the same answer."""


class Conflict(Refused):
    """Another record already has the name, address or id."""


class Changed(Refused):
    """The stored record is another one than the caller made a condition of; told in the same process alone."""


class BadFilter(Refused):
    """The service does not understand the where-expression; services differ in what they know (spec, section 6.4)."""


class Attempts(Enum):
    """The attempts of strangers that are limited, in the words of the sentence that says so."""

    SIGN_IN = "failed sign-ins"
    SIGN_UP = "new accounts were asked for from this address"
    INVITE_CODE = "invite codes were tried from this address"
    SETUP_LINK = "set-up links were tried from this address"
    PASSWORD_RESET = "new passwords were asked for from this address"  # noqa: S105 (no password)
    MAILED_LINK = "links of mails were tried from this address"
    SHARED_LINK = "links to calls were tried from this address"
    DEVICE_REQUEST = "codes for devices were asked for from this address"
    DEVICE_CODE = "wrong codes of devices were typed in this account"


class TooManyAttempts(Refused):
    """Too many attempts; the next one is looked at after `retry_after` seconds."""

    def __init__(self, retry_after: int, attempts: Attempts = Attempts.SIGN_IN) -> None:
        super().__init__(f"Too many {attempts.value}. The next one is possible in {retry_after} seconds.")
        self.retry_after = retry_after
        self.attempts = attempts


class Unavailable(ProvisioningError):
    """The service did not answer."""


class Busy(Unavailable):
    """The service has too much to do now; it has not begun to carry the request out."""

    def __init__(self) -> None:
        super().__init__("Too much is asked of the service at once. Try again in a moment.")


class InternalFault(Unavailable):
    """The service answered that something went wrong in it: it may have carried the request out, or part of it.

    Where it hides its texts, that is all it ever says.
    """


class OutcomeUnknown(Unavailable):
    """The request went out and no whole answer came in time: it may have been carried out."""


class ContractError(ProvisioningError):
    """A message does not keep to the contract, so nothing in it can be trusted."""

    fault_code = "DeserializationFailed"
    """What the service answers to such a request (spec, section 1.8)."""
