"""The questions of a plan to the world, as a Protocol: given from outside, so that a try and a call run the same code.

Every method speaks for the plan's owner; an implementation decides by the owner, never by what a script says.
Answers are recorded and may be read again in another process, so they are plain values (`answers.py`).
"""

import unicodedata
from dataclasses import dataclass
from typing import Any, Protocol, Self


@dataclass(frozen=True, kw_only=True)
class Account:
    """A SIP account of this service, whoever owns it."""

    username: str
    domain: str
    is_own: bool
    """Whether it is the plan's owner's."""
    in_plan: str = ""
    """The name of the plan that takes its calls; empty where its phones simply ring."""
    is_disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A provider of the owner. Its password is not here: the one who places the call looks it up by the name."""

    name: str
    server: str
    username: str
    auth_username: str = ""
    from_header: str = ""
    custom_headers: tuple[tuple[str, str], ...] = ()
    outbound_proxy: str = ""

    @classmethod
    def of(cls, record: Any) -> Self:
        """The provider of a record or of its row, whose custom headers are `Name: value`, parted by `|`."""
        parts = (part.partition(":") for part in (record.custom_headers or "").split("|"))
        return cls(
            name=record.provider_name or "",
            server=record.provider_server or "",
            username=record.provider_username or "",
            auth_username=record.provider_auth_username or "",
            from_header=record.provider_from or "",
            custom_headers=tuple((name.strip(), value.strip()) for name, colon, value in parts if colon),
            outbound_proxy=record.provider_outbound_proxy or "",
        )


def is_same_name(one: str, other: str) -> bool:
    """Return True for names that differ in case alone, of whatever script, and in how accents are put together."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()


@dataclass(frozen=True, kw_only=True)
class WebAnswer:
    """The text at an http address, or a sentence why there is none, for the plan's log."""

    text: str | None = None
    problem: str = ""


class World(Protocol):
    """All that lies outside of a plan. Methods may take seconds and may be asked from any thread."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def canonical_domain(self, host: str) -> str | None:
        """The domain of this service that a host or alias stands for; None where it is none."""

    def account(self, username: str, domain: str) -> Account | None:
        """The account of that exact name, of any owner."""

    def own_accounts(self) -> list[Account]:
        """The owner's accounts."""

    def bindings(self, username: str, domain: str) -> list[str]:
        """The contacts at which an account's phones ring now, of any owner."""

    def provider(self, name: str) -> Provider | None:
        """The owner's provider of that name, in any case."""

    def read_value(self, key: str) -> str | None:
        """A value that the owner keeps."""

    def write_value(self, key: str, value: str) -> str:
        """Keep a value for the owner; "", or the reason for the plan's log why it is not kept."""

    def delete_value(self, key: str) -> None:
        """Forget a value of the owner."""

    def value_keys(self) -> list[str]:
        """The keys of the owner's values."""

    def send_mail(self, to: list[str], subject: str, body: str) -> str:
        """Send a mail in the owner's name; "", or the reason for the plan's log why it is not sent."""

    def web_get(self, url: str, seconds: int) -> WebAnswer:
        """The text at an http address, the first 8,192 bytes."""

    def enum_lookup(self, name: str) -> str | None:
        """The SIP URI that NAPTR records give for a name such as `4.3.2.1.e164.arpa`; None where there is none."""

    def current_calls(self) -> list[str]:
        """One text for each call of the owner in progress."""

    def provisional(self, code: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        """Send a 1xx to the caller."""

    def callback(self, first: str, second: str, delay: int, first_ring: int, second_ring: int) -> str:
        """Ring two dial strings and join them, `delay` seconds from now; why that is not done, or ""."""

    def send_request(self, method: str, destination: str, content_type: str, body: str, seconds: int) -> str | None:
        """Send a request that is no INVITE; the status line of its answer, None where none came."""
