from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.models import SIPDomainRow
from tests.conftest import ServiceFixture
from tests.factories import DOMAIN


@pytest.fixture(autouse=True)
def domains(service_fixture: ServiceFixture, service_context: ServiceContext) -> None:
    """One public domain beside the default one, one of alice's and one of bob's."""
    assert service_fixture.alice
    assert service_fixture.bob
    with service_context.database.write() as session:
        for name, owner in (("a.example.org", "alice"), ("b.example.org", "bobby"), ("z.example.org", None)):
            session.add(SIPDomainRow(id=uuid4(), domain=name, inserted=service_context.clock(), owner=owner))


def names(service_fixture: ServiceFixture, **arguments: Any) -> list[str]:
    given = {"offset": 0, "count": 25} | arguments
    return [domain.domain for domain in service_fixture.alice._call("GetSIPDomains", **given)]


def test_public_domains_and_ones_own_are_listed_by_name(service_fixture: ServiceFixture) -> None:
    assert names(service_fixture) == ["a.example.org", DOMAIN, "z.example.org"]
    assert [domain.owner for domain in service_fixture.alice.domains()] == ["alice", None, None]


def test_an_administrator_uses_no_domain_of_another(service_fixture: ServiceFixture) -> None:
    assert [domain.domain for domain in service_fixture.administrator.domains()] == [DOMAIN, "z.example.org"]


@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [(0, 1, ["a.example.org"]), (1, 2147483647, [DOMAIN, "z.example.org"]), (3, 25, []), (0, 0, [])],
)
def test_domains_come_in_pages(service_fixture: ServiceFixture, offset: int, count: int, expected: list[str]) -> None:
    assert names(service_fixture, offset=offset, count=count) == expected


def test_negative_numbers_are_refused(service_fixture: ServiceFixture) -> None:
    with pytest.raises(Refused, match="must not be negative"):
        names(service_fixture, offset=-1)


@pytest.mark.parametrize("expression", ["", "nonsense (", 'Domain = "z.example.org"'])
def test_the_filter_is_not_looked_at(service_fixture: ServiceFixture, expression: str) -> None:
    assert len(names(service_fixture, filter_expression=expression)) == 3
