"""The values that the original client made itself, since its service does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import Customer, Record, SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.provisioning.filling_in import filled_in, touched

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)


@pytest.mark.parametrize("record", [Customer(), SIPAccount(), SIPProvider(), SIPDialPlan()])
def test_a_new_record_goes_out_with_an_id_and_its_times(record: Record) -> None:
    sent: dict[str, object] = vars(filled_in(record, NOW))

    assert sent["id"] != ZERO_ID
    assert {sent[name] for name in ("inserted", "last_update") if name in sent} == {NOW}


def test_what_a_record_has_stays() -> None:
    plan = SIPDialPlan(
        id=uuid4(), inserted=EARLIER, last_update=EARLIER, dial_plan_name="a", script_type_description="Ruby"
    )

    assert filled_in(plan, NOW) == plan


def test_a_change_has_its_time_and_keeps_that_of_the_beginning() -> None:
    provider = SIPProvider(id=uuid4(), inserted=EARLIER, last_update=EARLIER, provider_name="n", provider_username="u")

    assert touched(provider, NOW) == replace(provider, last_update=NOW)


def test_a_null_goes_out_as_an_empty_text_where_a_column_refuses_it() -> None:
    assert filled_in(SIPProvider(provider_name="n"), NOW).provider_username == ""
    assert touched(SIPProvider(provider_name="n"), NOW).provider_username == ""
    assert filled_in(SIPProvider(provider_name="n"), NOW).provider_server is None


def test_a_field_that_was_not_given_is_not_given_now() -> None:
    part = SIPProvider(id=uuid4(), provider_name="n", present=frozenset({"id", "provider_name"}))

    assert touched(part, NOW).present == frozenset({"id", "provider_name"})


def test_passwords_are_left_as_they_are() -> None:
    assert filled_in(SIPAccount(), NOW).sip_password is None
    assert filled_in(Customer(), NOW).customer_password is None
