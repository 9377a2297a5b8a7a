"""The two runs: the captured one of the original, and the project's own."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from sipsorcery_web.contract.errors import ProvisioningError
from sipsorcery_web.contract.filters import prop
from sipsorcery_web.contract.records import Record, SIPAccount, SIPDialPlan, SIPProvider
from sipsorcery_web.provisioning.client import Records
from sipsorcery_web.service.store.models import SIPDomainRow
from tests.factories import DOMAIN
from tests.factories.records import person

from .capture_fixture import CaptureFixture, Run, add_traffic
from .exchanges import Exchange, read_exchanges

OWN = Path(__file__).with_name("own")
VARIABLE = "SIPSORCERY_CAPTURES"
ORIGINAL_DOMAIN = "sipsorcery.com"

R = TypeVar("R", bound=Record)


@cache
def own_run() -> Run:
    """The project's own exchanges; alice's traffic is there before somebody asks for it."""
    return Run(
        read_exchanges(OWN),
        DOMAIN,
        before=lambda service_fixture: service_fixture.operators().create_customer(
            person("root-admin"), administrator=True
        ),
        between={500: lambda service_fixture, run: add_traffic(service_fixture, "alice", DOMAIN)},
    )


@cache
def captured_run() -> Run | None:
    """The exchanges with the original, where the environment names their folder."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    exchanges = read_exchanges(Path(folder))
    if not exchanges:
        raise pytest.UsageError(f"{VARIABLE}={folder} holds no exchanges")
    return Run(exchanges, ORIGINAL_DOMAIN, before=_as_it_was, between=_BETWEEN)


def _as_it_was(service_fixture: CaptureFixture) -> None:
    """The run found an administrator, a customer with traffic and a domain of hers, and one who was suspended."""
    operators = service_fixture.operators()
    operators.create_customer(person("admin", customer_password="password"), administrator=True)
    operators.create_customer(person("seeduser", customer_password="password"), administrator=False)
    add_traffic(service_fixture, "seeduser", ORIGINAL_DOMAIN)
    now = service_fixture.parts.clock()
    service_fixture.add(SIPDomainRow(id=uuid4(), domain="seed.example", inserted=now, owner="seeduser"))


def _first(run: Run) -> str:
    """The token of the customer that the run is about."""
    return next(exchange.token_given for exchange in run.exchanges if exchange.name == "038-Login-valid") or ""


def _suspend(service_fixture: CaptureFixture, _run: Run) -> None:
    with_password = person("suspc904x", customer_password="password1")
    _unless_there(lambda: service_fixture.operators().create_customer(with_password, administrator=False))
    service_fixture.operators().suspend("suspc904x", None)


def _login_second(service_fixture: CaptureFixture, run: Run) -> None:
    for token in run.tokens_of_unknown_origin:
        service_fixture.login(token, "probe2c904", "password1")


def _rename_first_account(service_fixture: CaptureFixture, run: Run) -> None:
    """The file store lets two accounts have one name.

    Here the first gives it to the second, which the run goes on with.
    """
    accounts = service_fixture.client(_first(run)).sip_accounts
    _put(accounts, _account("6c62292e-236b-46ea-bdf8-225010869881", "sipacc0c904"))


def _more_accounts(service_fixture: CaptureFixture, run: Run) -> None:
    accounts = service_fixture.client(_first(run)).sip_accounts
    _put(accounts, _account("c3355bd9-60b1-44e0-bcfa-dc26f98f7c13", "sipacc2c904"))
    incoming = _account("bd747d5b-3c17-47f5-be24-dd7287f8a194", "sipacc5c904", is_incoming_only=True, sip_password=None)
    _put(accounts, incoming)


def _delete_account(service_fixture: CaptureFixture, run: Run) -> None:
    accounts = service_fixture.client(_first(run)).sip_accounts
    _unless_there(lambda: accounts.delete(SIPAccount(id=UUID("4df5f6e9-61d3-4212-817f-b994931b3078"))))


def _add_registering_provider(service_fixture: CaptureFixture, run: Run) -> None:
    provider = SIPProvider(
        id=UUID("90e618e0-0868-49e3-9bac-a79bf17f0aa1"),
        provider_name="provreg",
        provider_username="user",
        provider_password="pass",
        provider_server="sip.example.com",
        register_contact="sip:me@sipsorcery.com",
        register_server="reg.example.com:5070",
        register_enabled=True,
        register_expiry=3600,
    )
    _put(service_fixture.client(_first(run)).sip_providers, provider)


def _add_plan(service_fixture: CaptureFixture, run: Run) -> None:
    plan = SIPDialPlan(id=UUID("8f6d6b69-dd7c-4b3b-b075-d6681e8fd794"), dial_plan_name="plan1", dial_plan_script="x")
    _put(service_fixture.client(_first(run)).dial_plans, plan)


def _extend_to_the_last(service_fixture: CaptureFixture, run: Run) -> None:
    _unless_there(lambda: service_fixture.client(_first(run)).extend_session(600))


_BETWEEN: dict[int, Callable[[CaptureFixture, Run], None]] = {
    39: _login_second,
    49: _suspend,
    112: _rename_first_account,
    145: _more_accounts,
    208: _delete_account,
    227: _add_registering_provider,
    244: _add_plan,
    295: _extend_to_the_last,
}


def _account(account_id: str, name: str, **more: Any) -> SIPAccount:
    values: dict[str, Any] = {
        "sip_domain": ORIGINAL_DOMAIN,
        "sip_password": "password",
        "out_dial_plan_name": "default",
    }
    return SIPAccount(id=UUID(account_id), sip_username=name, is_switchboard_enabled=True, **(values | more))


def _put(records: Records[R], record: R) -> None:
    """See that a record is there as given, whether the folder has the exchange that adds it or not."""
    wanted: Any = record
    if records.count(prop("Id").equals(wanted.id)):
        records.update(record)
    else:
        records.add(record)


def _unless_there(make: Callable[[], object]) -> None:
    try:
        make()
    except ProvisioningError:
        return


def runs() -> list[Any]:
    """Both runs as parameters; the captured one skips where there is none."""
    captured = captured_run()
    reason = f"{VARIABLE} names no folder with exchanges of the original"
    skipped = pytest.param(None, id="captured", marks=pytest.mark.skip(reason=reason))
    return [pytest.param(own_run(), id="own"), pytest.param(captured, id="captured") if captured else skipped]


def exchanges_of_all_runs(which: Callable[[Exchange], bool] = lambda exchange: True) -> list[Any]:
    """Each exchange, or each of a kind, with its run as parameters."""
    return _exchanges_of(runs(), which)


def captured_exchanges(which: Callable[[Exchange], bool]) -> list[Any]:
    """Each exchange of a kind with the original, with its run as parameters; one that skips where there is none."""
    return _exchanges_of(runs()[1:], which)


def _exchanges_of(given: list[Any], which: Callable[[Exchange], bool]) -> list[Any]:
    skipped = [pytest.param(None, None, id="captured", marks=run.marks) for run in given if run.values == (None,)]
    there = [(run.id, run.values[0]) for run in given if run.values != (None,)]
    return [
        *(
            pytest.param(run, each, id=f"{name}/{each.name}")
            for name, run in there
            for each in run.exchanges
            if which(each)
        ),
        *skipped,
    ]
