"""The audit on every channel: read a page at a time, with a filter, and by a token of its scope alone."""

from datetime import UTC, datetime

import pytest

from sipsorcery_web.contract.errors import ProvisioningError, Refused
from sipsorcery_web.contract.extensions import AccessToken, AuditEntry
from sipsorcery_web.contract.filters import prop
from tests.factories.records import sip_account

from .conftest import ChannelFixture

ENDS = datetime(2026, 12, 24, tzinfo=UTC)


@pytest.fixture
def busy(service_fixture: ChannelFixture) -> ChannelFixture:
    """Alice has three accounts, the last of which an administrator has changed."""
    for number in range(3):
        account = service_fixture.alice.sip_accounts.add(sip_account(f"alice-{number}"))
    service_fixture.administrator.sip_accounts.update(account.with_(is_incoming_only=True))
    return service_fixture


def test_the_owner_reads_who_changed_what(busy: ChannelFixture) -> None:
    entry = busy.alice.audit.page(count=1)[0]
    assert (entry.operation, entry.actor, entry.changed) == ("UpdateSIPAccount", "root-admin", "IsIncomingOnly")
    assert (entry.number, len(entry.hash or ""), entry.record_kind) == (5, 64, "SIP account")


def test_a_page_and_the_count_of_all(busy: ChannelFixture) -> None:
    assert busy.alice.audit.count() == 5
    assert [entry.number for entry in busy.alice.audit.page(1, 2)] == [4, 3]
    assert busy.alice.audit.page(5, 2) == []


def test_a_filter_is_looked_at(busy: ChannelFixture) -> None:
    by_others = prop("Actor").equals("root-admin")
    assert busy.alice.audit.count(by_others) == 1
    assert [entry.number for entry in busy.alice.audit.page(where=by_others)] == [5]


def test_bob_reads_nothing_of_alice_whatever_he_asks(busy: ChannelFixture) -> None:
    hers = prop("Owner").equals("alice")
    assert (busy.bob.audit.count(hers), busy.bob.audit.page(where=hers)) == (0, [])
    assert {entry.owner for entry in busy.bob.audit.page()} == {"bobby"}


def test_strangers_read_nothing(busy: ChannelFixture) -> None:
    with pytest.raises(ProvisioningError):
        busy.stranger.audit.page()


def test_a_token_needs_the_scope_and_sees_its_owners_alone(busy: ChannelFixture) -> None:
    def program(scopes: str) -> list[AuditEntry]:
        token = AccessToken(name=scopes, scopes=scopes, ends=ENDS)
        return busy.client(busy.administrator.add_access_token(token).token).audit.page()

    assert {entry.owner for entry in program("audit:read")} == {"root-admin"}
    with pytest.raises(Refused, match="audit:read"):
        program("customer:read")
