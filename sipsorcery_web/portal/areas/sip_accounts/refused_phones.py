"""The last refusals of phones that say to be an account: why, and what to do about it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.events.refusals import AttemptKind, KeptRefusal, RefusalReason
from sipsorcery_web.portal.http.clock import now
from sipsorcery_web.portal.http.parts import find_part
from sipsorcery_web.portal.live.stamps import holds_until

from .registrations import PhoneRegistration

SHOWN_IN_LISTS_FOR = timedelta(days=1)
MESSAGES_KEPT_FOR = timedelta(hours=24)
_WORDS = {
    RefusalReason.WRONG_PASSWORD: ("wrong password", "Type the password of this account into the phone once more."),
    RefusalReason.TOO_MANY: (
        "too many wrong passwords",
        "Type the right password into the phone, then leave it off for five minutes: after so many wrong ones no"
        " password is taken from its address until then.",
    ),
    RefusalReason.OTHER_NAME: (
        "another name than the account’s",
        "Give the phone the username of this account, also as its authentication name.",
    ),
    RefusalReason.DISABLED: (
        "the account is disabled",
        "Switch the account on, or take its settings out of the phone.",
    ),
    RefusalReason.SUSPENDED: ("its customer is suspended", "Ask the administrator of this service."),
    RefusalReason.INCOMING_ONLY: (
        "the account takes calls and makes none",
        "Take away “Incoming only”, or call with another account.",
    ),
}


@dataclass(frozen=True)
class RefusedPhones:
    """The refusals that the built-in service keeps, by the ids of accounts that the visitor may see."""

    of_accounts: Callable[[Collection[UUID]], Mapping[UUID, Sequence[KeptRefusal]]]


@dataclass(frozen=True)
class ShownRefusal:
    """A refusal in words."""

    refusal: KeptRefusal

    @property
    def why(self) -> str:
        """Return the reason, as a part of a sentence."""
        return _WORDS[self.refusal.reason][0] if self.refusal.reason in _WORDS else self.refusal.detail or "refused"

    @property
    def what_to_do(self) -> str:
        """Return what the owner of the phone can do; empty where that is not known."""
        return _WORDS.get(self.refusal.reason, ("", ""))[1]

    @property
    def is_call(self) -> bool:
        """Return True for a call, False for a registration."""
        return self.refusal.kind is AttemptKind.CALL

    @property
    def has_messages(self) -> bool:
        """Return True while the messages of the last attempt may be kept."""
        return self.refusal.last_at > now() - MESSAGES_KEPT_FOR


def knows_refusals() -> bool:
    """Return True where refusals are kept."""
    return find_part(RefusedPhones) is not None


def refusals_of(account: SIPAccount) -> Sequence[ShownRefusal]:
    """Return the refusals of an account, the last one first."""
    return refusals_of_all([account])[0]


def refusals_of_all(accounts: Iterable[SIPAccount]) -> list[Sequence[ShownRefusal]]:
    """Return the refusals of each account, in one look for all of them."""
    ids, kept = [account.id for account in accounts], find_part(RefusedPhones)
    found = kept.of_accounts(ids) if kept and ids else {}
    return [[ShownRefusal(refusal) for refusal in found.get(id, ())] for id in ids]


def last_of_the_day(refusals: Sequence[ShownRefusal], registration: PhoneRegistration) -> ShownRefusal | None:
    """Return the last refusal, if it is of the last day and no phone has registered from its address since."""
    shown = next((each for each in refusals if not _is_over(each.refusal, registration)), None)
    if shown is None or (until := shown.refusal.last_at + SHOWN_IN_LISTS_FOR) <= now():
        return None
    holds_until(until)
    return shown


def _is_over(refusal: KeptRefusal, registration: PhoneRegistration) -> bool:
    if refusal.kind is AttemptKind.CALL:
        return False
    return any(
        binding.last_update >= refusal.last_at and _host(binding.remote_sip_socket) == refusal.address
        for binding in registration.bindings
    )


def _host(socket: str | None) -> str:
    """Return `udp:192.0.2.1:5060` as `192.0.2.1`."""
    bare = (socket or "").rpartition(":")[0]
    return bare.partition(":")[2].strip("[]") if bare[:4] in ("udp:", "tcp:", "tls:") else bare.strip("[]")
