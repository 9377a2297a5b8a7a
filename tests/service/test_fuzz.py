"""Hostile messages and filters, ten thousand with `make test-long`: each gets an answer of the contract, and nothing leaks."""

from random import Random
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from sipsorcery_web.contract import names
from tests.conftest import ServiceFixture
from tests.repetition import examples

from .edge import Edge, edge_of, security
from .hostile import hostile_filter, hostile_message

LEAKS = (b"Traceback", b'File "', b"sqlalchemy", b"sqlite3", b"psycopg", b"site-packages", b"root:x:0")
RANDOMS = st.randoms(use_true_random=False)
UNBOUNDED: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@pytest.fixture
def edge(service_fixture: ServiceFixture) -> Edge:
    assert service_fixture.alice
    assert service_fixture.bob
    return edge_of(service_fixture.service)


@examples(7000, sample=700)
def test_every_message_is_answered_in_the_contracts_own_words(
    service_fixture: ServiceFixture, edge: Edge, count: int
) -> None:
    token = service_fixture.token_of("alice")

    @settings(max_examples=count, **UNBOUNDED)
    @given(random=RANDOMS)
    def check(random: Random) -> None:
        document, action, content_type = hostile_message(random, token)
        response = edge.post(document, action, content_type)
        assert not any(leak in response.data for leak in LEAKS), response.data
        assert response.status_code in (200, 500)
        body = etree.fromstring(response.data).find(f"{{{names.SOAP}}}Body")
        assert body is not None
        assert (body[0].tag == f"{{{names.SOAP}}}Fault") == (response.status_code == 500)

    check()


@examples(3000, sample=300)
def test_no_filter_counts_what_is_not_alices(service_fixture: ServiceFixture, edge: Edge, count: int) -> None:
    token = service_fixture.token_of("alice")
    own = service_fixture.alice.sip_accounts.count()

    @settings(max_examples=count, **UNBOUNDED)
    @given(random=RANDOMS)
    def check(random: Random) -> None:
        where = escape(hostile_filter(random))
        answer = edge.call("GetSIPAccountsCount", f"<whereExpression>{where}</whereExpression>", security(token))
        assert not any(leak in answer.response.data for leak in LEAKS)
        if answer.status == 200:
            assert int(answer.result or "") <= own
        else:
            assert answer.fault

    check()
