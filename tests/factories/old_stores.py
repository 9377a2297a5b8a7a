"""Stores of earlier revisions, whose tables have fewer columns than the models."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, insert, inspect
from sqlalchemy.orm import Session

from sipsorcery_web.service.store.models import CustomerRow


def insert_customer(session: Session, id: UUID, username: str, now: datetime) -> None:
    """Store a customer with the columns that the table has at its revision."""
    there = {column["name"] for column in inspect(session.connection()).get_columns("customers")}
    columns = [Column(each.name, each.type) for each in CustomerRow.__table__.columns if each.name in there]
    values = {"id": id, "customer_username": username, "email_address": username, "password_hash": "x", "inserted": now}
    states = {"active": True, "email_address_confirmed": True, "suspended": False}
    counts = {"execution_count": 0, "max_execution_count": 0}
    session.execute(insert(Table("customers", MetaData(), *columns)).values(**values, **states, **counts))
