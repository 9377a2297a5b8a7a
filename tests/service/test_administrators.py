"""One administrator who may sign in is left always, whoever goes and however."""

from dataclasses import replace
from functools import partial

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.database.connection import Database
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.operators import Operators
from tests.conftest import Clock, ServiceFixture
from tests.factories import DOMAIN

from .conftest import at_once


def test_the_last_administrator_stays(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="You are the only administrator"):
        service_fixture.administrator.delete_customer("root-admin")

    second = service_fixture.someone("root-two", administrator=True)
    second.delete_customer("root-two")
    assert service_fixture.administrator.customer("root-admin").admin_id == "*"


def test_an_administrator_who_is_suspended_leaves_the_other_one_the_last(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    assert service_fixture.someone("root-two", administrator=True)
    assert service_fixture.administrator
    Operators(service_context).suspend("root-two", "left us")

    with pytest.raises(Refused, match="You are the only administrator"):
        service_fixture.administrator.delete_customer("root-admin")


@pytest.mark.parametrize("verb", ["delete", "suspend"])
def test_of_administrators_who_all_go_at_once_one_is_left(
    service_context: ServiceContext, busy_database: Database, clock: Clock, verb: str
) -> None:
    with busy_database.write() as session:
        keep_default_domain(session, DOMAIN, service_context.keyring, clock())
    context = replace(service_context, database=busy_database)
    fixture, operators = ServiceFixture(Service(context)), Operators(context)
    names = [f"root-{number}" for number in range(6)]
    clients = [fixture.someone(name, administrator=True) for name in names]

    def go(name: str, client: ProvisioningClient) -> None:
        if verb == "suspend":
            operators.suspend(name, None)
        else:
            client._call("DeleteCustomer", customer_username=name)

    refused = at_once(*[partial(go, *each) for each in zip(names, clients, strict=True)])

    assert [str(error)[:30] for error in refused] == ["You are the only administrator"]
    assert [each.suspended for each in operators.customers()].count(False) == 1
