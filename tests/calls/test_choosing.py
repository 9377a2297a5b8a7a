"""The choice of the plan for a call, and the answers to calls that none runs for, by records in a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from sipsorcery_web.calls.choosing import Chooser, Chosen, Refusal
from sipsorcery_web.calls.messages import CallAsked
from sipsorcery_web.calls.records import CustomersRecords
from sipsorcery_web.contract.records import SIPAccount, SIPDialPlan
from sipsorcery_web.dial_plans.calls import Call
from sipsorcery_web.service.store.models import CustomerRow, SIPCDRRow
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN
from tests.factories.records import dial_plan, sip_account, sip_provider

Fixture = ServiceFixture


class NoPhones:
    """An engine at which nothing is registered; `legs` are those of calls that go on, by owner."""

    legs: Mapping[str, int] = MappingProxyType({})

    def bindings(self, username: str, domain: str) -> list[str]:
        return []

    def current_calls(self, owner: str) -> list[str]:
        return []

    def legs_without_record(self, owner: str) -> int:
        return self.legs.get(owner, 0)


@pytest.fixture
def records(service_fixture: Fixture, clock: Clock) -> CustomersRecords:
    context = service_fixture.service.context
    return CustomersRecords(context.database, context.keyring, NoPhones(), frozenset({"192.0.2.1"}), clock)


@pytest.fixture
def chooser(records: CustomersRecords) -> Chooser:
    return Chooser(records)


def plan(fixture: Fixture, name: str = "office", **more: Any) -> SIPDialPlan:
    script = "exten => _X.,1,Dial(${EXTEN}@blueline)"
    kept = dial_plan(name, dial_plan_script=script, script_type_description="Asterisk", **more)
    return fixture.alice.dial_plans.add(kept)


def account(fixture: Fixture, name: str = "reception", **more: Any) -> SIPAccount:
    return fixture.alice.sip_accounts.add(sip_account(name, id=uuid4(), **more))


def out(user: str = "100", name: str = "reception") -> CallAsked:
    request = f"INVITE sip:{user}@{DOMAIN} SIP/2.0\r\nFrom: <sip:{name}@{DOMAIN}>;tag=1\r\n\r\n"
    return CallAsked(
        transaction="t", call="c", direction="out", account=f"{name}@{DOMAIN}", user=user, host=DOMAIN, request=request
    )


def into(user: str = "reception") -> CallAsked:
    return replace(out(user), direction="in", account=f"{user}@{DOMAIN}")


def chosen(found: Chosen | Refusal) -> Chosen:
    assert isinstance(found, Chosen), found
    return found


def test_an_accounts_own_plan_runs_for_its_calls_out(service_fixture: Fixture, chooser: Chooser) -> None:
    plan(service_fixture)
    account(service_fixture, out_dial_plan_name="office")
    found = chosen(chooser.for_caller(out()))
    assert (found.kept.plan.name, found.kept.plan.owner, found.kept.plan.is_ruby) == ("office", "alice", False)
    assert (found.kept.most, found.customers_most) == (3, 5)
    assert (found.call.direction, found.call.account, found.call.user) == ("out", f"reception@{DOMAIN}", "100")


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"is_user_disabled": True}, (403, "SIP account disabled")),
        ({"is_incoming_only": True}, (403, "SIP account not permitted to make outgoing calls")),
        ({"out_dial_plan_name": None}, (480, "SIP account missing dialplan setting")),
        ({"out_dial_plan_name": "gone"}, (500, "Error loading dial plan")),
        ({"is_user_disabled": True, "is_incoming_only": True}, (403, "SIP account disabled")),
    ],
)
def test_a_call_out_that_no_plan_runs_for(
    service_fixture: Fixture, chooser: Chooser, facts: dict[str, Any], refusal: tuple[int, str]
) -> None:
    plan(service_fixture)
    account(service_fixture, **{"out_dial_plan_name": "office"} | facts)
    assert chooser.for_caller(out()) == Refusal(code=refusal[0], reason=refusal[1])


def test_a_suspended_customer_makes_no_calls(
    service_fixture: Fixture, records: CustomersRecords, chooser: Chooser
) -> None:
    plan(service_fixture)
    account(service_fixture, out_dial_plan_name="office")
    with records.database.write() as session:
        session.execute(update(CustomerRow).values(suspended=True))
    assert chooser.for_caller(out()) == Refusal(code=604, reason="User account is suspended")


def test_no_plan_rings_the_accounts_of_a_suspended_customer(
    service_fixture: Fixture, records: CustomersRecords
) -> None:
    account(service_fixture, in_dial_plan_name="office")
    with records.database.write() as session:
        session.execute(update(CustomerRow).where(CustomerRow.customer_username == "alice").values(suspended=True))
    found = records.account("reception", DOMAIN, "bobby")
    assert found is not None
    assert found.is_disabled


def test_another_customers_plan_of_that_name_is_not_run(service_fixture: Fixture, chooser: Chooser) -> None:
    service_fixture.bob.dial_plans.add(dial_plan("office"))
    account(service_fixture, out_dial_plan_name="office")
    assert chooser.for_caller(out()) == Refusal(code=500, reason="Error loading dial plan")


def test_a_called_accounts_plan_runs_for_calls_in(service_fixture: Fixture, chooser: Chooser) -> None:
    plan(service_fixture)
    account(service_fixture, in_dial_plan_name="office")
    found = chosen(chooser.for_caller(into()))
    assert (found.kept.plan.name, found.call.direction, found.call.account) == ("office", "in", f"reception@{DOMAIN}")


@pytest.mark.parametrize(
    ("facts", "user", "refusal"),
    [
        ({}, "nobody", (404, "Not found")),
        ({"is_user_disabled": True}, "reception", (403, "SIP account disabled")),
        ({"in_dial_plan_name": "gone"}, "reception", (500, "Error loading dial plan")),
    ],
)
def test_a_call_in_that_no_plan_runs_for(
    service_fixture: Fixture, chooser: Chooser, facts: dict[str, Any], user: str, refusal: tuple[int, str]
) -> None:
    account(service_fixture, **facts)
    assert chooser.for_caller(into(user)) == Refusal(code=refusal[0], reason=refusal[1])


def test_a_dotted_name_is_the_account_behind_its_last_dot(service_fixture: Fixture, chooser: Chooser) -> None:
    plan(service_fixture)
    account(service_fixture, in_dial_plan_name="office")
    found = chosen(chooser.for_caller(into("sales.uk.reception")))
    assert (found.call.user, found.call.account) == ("sales.uk.reception", f"reception@{DOMAIN}")


def test_an_account_without_a_plan_is_dialled_itself(service_fixture: Fixture, chooser: Chooser) -> None:
    account(service_fixture)
    found = chosen(chooser.for_called(Call(user="reception", account=f"reception@{DOMAIN}", direction="in")))
    assert found.kept.plan.script == f"exten =~ .*,1,Dial(reception@{DOMAIN})"


def test_the_operator_sets_how_many_calls_a_day_may_have(
    service_fixture: Fixture, records: CustomersRecords, clock: Clock
) -> None:
    plan(service_fixture)
    account(service_fixture, out_dial_plan_name="office")
    chooser = Chooser(records, daily_calls=2)
    keep_calls(records, ["alice", "bobby"], clock)
    assert isinstance(chooser.for_caller(out()), Chosen), "those of others do not count"
    keep_calls(records, ["alice"], clock)
    assert chooser.for_caller(out()) == Refusal(code=480, reason="Daily call limit reached")
    clock.pass_(hours=25)
    assert isinstance(chooser.for_caller(out()), Chosen)


def test_calls_that_go_on_count_for_the_day_as_those_with_a_record_do(
    service_fixture: Fixture, records: CustomersRecords, clock: Clock
) -> None:
    plan(service_fixture)
    account(service_fixture, out_dial_plan_name="office")
    keep_calls(records, ["alice"], clock)
    busy = Chooser(replace(records, engine=engine_with(alice=1, bobby=7)), daily_calls=3)
    assert chosen(busy.for_caller(out())).left_today == 1
    busier = Chooser(replace(records, engine=engine_with(alice=2)), daily_calls=3)
    assert busier.for_caller(out()) == Refusal(code=480, reason="Daily call limit reached")


@pytest.mark.parametrize(
    ("caller", "is_from_outside"),
    [("", True), (f"nobody@{DOMAIN}", True), (f"bobs-desk@{DOMAIN}", True), (f"kitchen@{DOMAIN}", False)],
)
def test_calls_of_others_are_calls_from_outside(
    service_fixture: Fixture, chooser: Chooser, caller: str, is_from_outside: bool
) -> None:
    plan(service_fixture)
    account(service_fixture, in_dial_plan_name="office")
    account(service_fixture, "kitchen")
    service_fixture.bob.sip_accounts.add(sip_account("bobs-desk", id=uuid4()))
    assert chosen(chooser.for_caller(replace(into(), caller=caller))).is_from_outside is is_from_outside


def test_a_provider_with_a_name_of_any_script_is_found_in_any_case(
    service_fixture: Fixture, records: CustomersRecords
) -> None:
    for name in ("Großhandel Ö", "ÉTOILE", "Ελλάδα"):
        service_fixture.alice.sip_providers.add(sip_provider(name, provider_password=f"of {name}"))
    for asked, name in (("grosshandel ö", "Großhandel Ö"), ("e\u0301toile", "ÉTOILE"), ("ΕΛΛΆΔΑ", "Ελλάδα")):
        found = records.provider(asked, "alice")
        assert found is not None
        assert found.name == name
        assert records.provider_password(found.name, "alice") == f"of {name}"
        assert records.provider(asked, "bobby") is None


def test_a_host_stands_for_its_domain(service_fixture: Fixture, records: CustomersRecords) -> None:
    assert service_fixture.alice
    assert records.canonical_domain(DOMAIN.upper()) == DOMAIN
    assert records.canonical_domain("local") == DOMAIN
    assert records.canonical_domain("192.0.2.1") == DOMAIN, "the engine's own address"
    assert records.canonical_domain("sip.elsewhere.example") is None


def engine_with(**legs: int) -> NoPhones:
    engine = NoPhones()
    engine.legs = legs
    return engine


def keep_calls(records: CustomersRecords, owners: Sequence[str], clock: Clock) -> None:
    with records.database.write() as session:
        for owner in owners:
            session.add(
                SIPCDRRow(
                    id=uuid4(), owner=owner, call_direction="Out", call_id="x", created=clock(), inserted=clock(),
                    dst_host="h", dst_uri="sip:1@h", local_socket="udp:h", remote_socket="udp:h",
                )
            )  # fmt: skip


@pytest.mark.parametrize(
    ("dials", "script"),
    [
        ("300@blueline[dt=5]", "exten =~ .*,1,Dial(300@blueline[dt=5])"),
        ("3@a[dt=5,cd=60,fd=O'Hara]", "sys.Dial('3@a[dt=5,cd=60,fd=O\\'Hara]')"),
        ("3@a[fd=x\\)]", "sys.Dial('3@a[fd=x\\\\)]')"),
    ],
)
def test_a_leg_of_a_callback_rings_its_dial_string_whatever_plan_the_account_has(
    service_fixture: Fixture, chooser: Chooser, dials: str, script: str
) -> None:
    account(service_fixture)

    found = chosen(chooser.for_caller(replace(out(), dials=dials)))

    assert (found.kept.plan.script, found.kept.plan.owner) == (script, "alice")
    assert found.kept.most == found.customers_most == 5, "within the customer's own limit"
    assert found.call.account == f"reception@{DOMAIN}"
