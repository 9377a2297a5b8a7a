from typing import Any

import pytest

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.contract.operations import OPERATIONS, Access
from sipsorcery_web.service.operators import Operators
from tests.conftest import Clock, ServiceFixture

GUARDED = [operation.name for operation in OPERATIONS.values() if operation.access is Access.SESSION]
MESSAGE = "Attempted to perform an unauthorized operation."


@pytest.fixture
def over(service_fixture: ServiceFixture, clock: Clock) -> dict[str, Any]:
    """Tokens of every kind that is not good any more."""
    assert service_fixture.alice
    assert service_fixture.bob
    signed_out = service_fixture.token_of("alice")
    service_fixture.client(signed_out).logout()
    expired = service_fixture.token_of("alice")
    clock.pass_(minutes=60)
    suspended = service_fixture.token_of("bobby")
    Operators(service_fixture.service.context).suspend("bobby", None)
    return {
        "none": None,
        "empty": "",
        "unknown": "0" * 96,
        "signed out": signed_out,
        "expired": expired,
        "suspended": suspended,
    }


@pytest.mark.parametrize("name", GUARDED)
def test_nobody_without_a_good_token_calls(service_fixture: ServiceFixture, over: dict[str, Any], name: str) -> None:
    for token in over.values():
        with pytest.raises(SessionExpired) as refused:
            service_fixture.client(token)._call(name)
        assert refused.value.message == MESSAGE


@pytest.mark.parametrize("kind", ["none", "empty", "unknown", "signed out", "expired", "suspended"])
def test_what_is_open_to_all_is_open_with_any_token(
    service_fixture: ServiceFixture, over: dict[str, Any], kind: str
) -> None:
    visitor = service_fixture.client(over[kind])

    assert visitor.is_alive() is True
    assert visitor.new_accounts_enabled() is True
    assert visitor.login("alice", "wrong") is None
    assert visitor.invite_complaint("x") == "The invite code was not recognised."
    assert visitor._call("GetTimeZoneOffsetMinutes") == 0
    visitor.logout()
