"""Calls to a scripted service, and what it answers."""

from time import monotonic

import pytest

from sipsorcery_web.contract.errors import (
    ProvisioningError,
)
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel

from .scripted import ScriptedService, Step, reply, valid_reply

ALIVE = valid_reply("IsAlive", "<IsAliveResult>true</IsAliveResult>")


def asked(scripted: ScriptedService, timeout: float, step: Step) -> tuple[ProvisioningError, float]:
    """Return how a call ends that is answered with this step, and after how many seconds."""
    scripted.answers(step)
    impatient = SoapChannel(scripted.url, timeout)
    begun = monotonic()
    with pytest.raises(ProvisioningError) as ended:
        impatient.call(OPERATIONS["IsAlive"], None, "", {})
    return ended.value, monotonic() - begun


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def account(inner: str = "") -> str:
    return f"<a:SIPAccount>{inner}</a:SIPAccount>"


def listed(scripted: ScriptedService, client: ProvisioningClient, inner: str) -> SIPAccount:
    scripted.answers(reply("GetSIPAccounts", f"<GetSIPAccountsResult>{account(inner)}</GetSIPAccountsResult>"))
    return client.sip_accounts.page()[0]
