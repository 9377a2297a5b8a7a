from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import ForeignKey, inspect, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sipsorcery_web.database.base import Base
from sipsorcery_web.database.connection import Database

CALL_ID = UUID("a3c1f5de-9f6b-4d0e-8f0c-3d1f5b7c9e11")


class Apart(DeclarativeBase):
    """Base's rules on tables of the tests' own."""

    metadata = type(Base.metadata)(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = Base.type_annotation_map


class Owner(Apart):
    __tablename__ = "owners"
    name: Mapped[str] = mapped_column(primary_key=True)


class Call(Apart):
    __tablename__ = "calls"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    answered: Mapped[datetime | None] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column(ForeignKey("owners.name"))


@pytest.fixture
def calls(database: Database) -> Database:
    Apart.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(Owner(name="alice"))
    return database


def answered(database: Database, moment: datetime | None) -> datetime | None:
    with database.write() as session:
        session.merge(Call(id=CALL_ID, answered=moment, owner="alice"))
    with database.read() as session:
        return session.scalars(select(Call.answered)).one()


def test_a_moment_comes_back_in_utc_to_the_microsecond(calls: Database) -> None:
    moment = datetime(2026, 7, 1, 9, 12, 44, 123456, tzinfo=timezone(timedelta(hours=2)))

    stored = answered(calls, moment)

    assert stored == moment
    assert stored is not None
    assert stored.tzinfo is UTC


def test_a_moment_may_be_absent(calls: Database) -> None:
    assert answered(calls, None) is None


def test_a_moment_without_a_zone_is_refused(calls: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        answered(calls, datetime(2026, 7, 1, 9, 12))  # noqa: DTZ001


def test_moments_are_compared_as_moments(calls: Database) -> None:
    answered(calls, datetime(2026, 7, 1, 1, 0, tzinfo=timezone(timedelta(hours=5))))

    with calls.read() as session:
        earlier = select(Call).where(Call.answered < datetime(2026, 6, 30, 20, 30, tzinfo=UTC))
        assert session.scalars(earlier).one().id == CALL_ID


def test_an_id_is_kept_as_text(calls: Database) -> None:
    answered(calls, None)

    with calls.read() as session:
        assert session.scalar(text("SELECT id FROM calls")) == CALL_ID.hex


def test_constraints_have_names(calls: Database) -> None:
    found = inspect(calls.engine)

    assert found.get_pk_constraint("calls")["name"] == "pk_calls"
    assert [key["name"] for key in found.get_foreign_keys("calls")] == ["fk_calls_owner_owners"]
    assert [index["name"] for index in found.get_indexes("calls")] == ["ix_calls_answered"]
