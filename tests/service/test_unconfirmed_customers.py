"""Customers whose address nobody has confirmed."""

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.service.audit.verifying import verify
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.mailed_links import new_link
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.store.audit import AuditRow
from sipsorcery_web.service.store.mailed_links import MailedLinkRow
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow
from sipsorcery_web.service.unconfirmed_customers import UnconfirmedCustomers
from tests.conftest import Clock
from tests.factories.records import person


@pytest.fixture
def context(service_context: ServiceContext) -> ServiceContext:
    """A service with carol, who was mailed a link, with bob, who has opened his, and with alice, who had none."""
    operators = Operators(service_context)
    for name in ("alice", "bobby", "carol"):
        operators.create_customer(person(name), administrator=False)
    with service_context.database.write() as session:
        for name in ("bobby", "carol"):
            new_link(session, LinkPurpose.CONFIRMATION, name, f"{name}@example.org", service_context.clock())
        for name in ("alice", "carol"):
            row = session.scalars(select(CustomerRow).where(CustomerRow.customer_username == name)).one()
            row.email_address_confirmed = False
    return service_context


def names(context: ServiceContext) -> set[str]:
    with context.database.read() as session:
        return {*session.scalars(select(CustomerRow.customer_username))}


def delete(context: ServiceContext) -> None:
    UnconfirmedCustomers(context).delete()


def test_after_24_hours_carol_is_removed_with_what_she_had(context: ServiceContext, clock: Clock) -> None:
    clock.pass_(hours=24)
    delete(context)
    assert names(context) == {"alice", "bobby"}
    with context.database.read() as session:
        assert {*session.scalars(select(SIPAccountRow.owner))} == {"alice", "bobby"}
        assert session.scalars(select(MailedLinkRow)).all() == []
        assert {*session.scalars(select(AuditRow.owner))} == {"alice", "bobby"}
    assert verify(context).troubles == []


def test_before_that_nobody_is_removed(context: ServiceContext, clock: Clock) -> None:
    clock.pass_(hours=23, minutes=59)
    delete(context)
    assert names(context) == {"alice", "bobby", "carol"}


def test_who_confirms_in_time_stays(context: ServiceContext, clock: Clock) -> None:
    Operators(context).confirm("carol")
    clock.pass_(days=2)
    delete(context)
    assert names(context) == {"alice", "bobby", "carol"}
