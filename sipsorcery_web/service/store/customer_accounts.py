"""The lists of customers, as administrators read them: of all, and of the members of a label.

A customer has no owner, so that what a label's administrator sees goes by the label alone.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, null, select

from sipsorcery_web.contract.extensions import CustomerAccount
from sipsorcery_web.contract.records import wire_fields

from .account_networks import JoinedBase
from .lists import Listing
from .models import CustomerRow


def administers_nobody(customer: Any) -> ColumnElement[bool]:
    """The condition that a customer, a row or its columns, is no administrator."""
    no_label: ColumnElement[bool] = func.coalesce(customer.admin_id, "") == ""
    return no_label


def _accounts(*conditions: ColumnElement[bool]) -> Select[Any]:
    columns = CustomerRow.__table__.c
    told = (columns[entry.attribute] for entry in wire_fields(CustomerAccount))
    return select(*told, cast(null(), String).label("owner")).where(*conditions)


class AnyCustomer(JoinedBase):
    """A customer."""

    __table__ = _accounts().subquery("any_customers")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)


class MemberCustomer(JoinedBase):
    """A customer whom the administrator of a label looks after, if there is one: no administrator is."""

    __table__ = _accounts(administers_nobody(CustomerRow)).subquery("member_customers")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)


CUSTOMERS = Listing(CustomerAccount, AnyCustomer, "customer_username")
MEMBERS = Listing(CustomerAccount, MemberCustomer, "customer_username")
