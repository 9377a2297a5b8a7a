"""What can go wrong between a page and the provisioning service.

ProvisioningError
├── SessionExpired         no session, or one that has ended
├── Refused                the service understood and said no
│   ├── NotFound           no such record, or somebody else's
│   ├── Conflict           it is taken: a name, an address or an id
│   ├── BadFilter          a where-expression that this service cannot read
│   └── TooManyAttempts    sign-in has to wait
├── Unavailable            no answer came
│   ├── InternalFault      the service met an error of its own and does not say which
│   └── OutcomeUnknown     the request went out, and nobody knows what became of it
└── ContractError          what came is not of the contract
"""


class ProvisioningError(Exception):
    """Anything that kept an operation from giving its result; the message is a sentence for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SessionExpired(ProvisioningError):
    """The token is missing, unknown, signed out or too old; the wire does not tell which."""

    def __init__(self, message: str = "Attempted to perform an unauthorized operation.") -> None:
        super().__init__(message)


class Refused(ProvisioningError):
    """The service understood the request and declined it, for the reason in the message.

    `fields` are the record's fields that it is about, as far as the service told them.
    """

    def __init__(self, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.fields = fields


class NotFound(Refused):
    """There is no such record for this caller; somebody else's record gives the same answer."""


class Conflict(Refused):
    """Another record already has the name, address or id."""


class BadFilter(Refused):
    """The service does not understand the where-expression; services differ in what they know (spec, section 6.4)."""


class TooManyAttempts(Refused):
    """Too many failed sign-ins; the next one is looked at after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many failed sign-ins. The next one is possible in {retry_after} seconds.")
        self.retry_after = retry_after


class Unavailable(ProvisioningError):
    """The service did not answer."""


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
