from typing import Any
from uuid import uuid4

import pytest

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.service.call import Parts
from sipsorcery_web.service.store.models import SIPDomainRow
from tests.conftest import DOMAIN, Stage


@pytest.fixture(autouse=True)
def domains(stage: Stage, parts: Parts) -> None:
    """One public domain beside the default one, one of alice's and one of bob's."""
    assert stage.alice
    assert stage.bob
    with parts.database.write() as session:
        for name, owner in (("a.example.org", "alice"), ("b.example.org", "bobby"), ("z.example.org", None)):
            session.add(SIPDomainRow(id=uuid4(), domain=name, inserted=parts.clock(), owner=owner))


def names(stage: Stage, **arguments: Any) -> list[str]:
    given = {"offset": 0, "count": 25} | arguments
    return [domain.domain for domain in stage.alice._call("GetSIPDomains", **given)]


def test_public_domains_and_ones_own_are_listed_by_name(stage: Stage) -> None:
    assert names(stage) == ["a.example.org", DOMAIN, "z.example.org"]
    assert [domain.owner for domain in stage.alice.domains()] == ["alice", None, None]


def test_an_administrator_uses_no_domain_of_another(stage: Stage) -> None:
    assert [domain.domain for domain in stage.administrator.domains()] == [DOMAIN, "z.example.org"]


@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [(0, 1, ["a.example.org"]), (1, 2147483647, [DOMAIN, "z.example.org"]), (3, 25, []), (0, 0, [])],
)
def test_domains_come_in_pages(stage: Stage, offset: int, count: int, expected: list[str]) -> None:
    assert names(stage, offset=offset, count=count) == expected


def test_negative_numbers_are_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="must not be negative"):
        names(stage, offset=-1)


@pytest.mark.parametrize("expression", ["", "nonsense (", 'Domain = "z.example.org"'])
def test_the_filter_is_not_looked_at(stage: Stage, expression: str) -> None:
    assert len(names(stage, filter_expression=expression)) == 3
