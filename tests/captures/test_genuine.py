"""The stand-in for the original (`tests/provisioning/genuine`) answers as the original did, over its file store.

SIPSORCERY_CAPTURES names a folder with exchanges of the original.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from fnmatch import fnmatchcase
from uuid import uuid4

import pytest

from sipsorcery_web.contract.records import TOP_LEVEL
from tests.factories.records import person
from tests.provisioning.genuine import FileStore, GenuineService

from .capture_fixture import Run
from .exchanges import TOKEN, Exchange, HttpMessage
from .runs import ORIGINAL_DOMAIN, captured_exchanges, captured_run
from .shapes import differences

NOT_COMPARED: Mapping[str, str] = {
    "*-silverlight *-nodetail": "endpoints with other settings",
    "TestException-*": "the time in the sentence",
    "*-bad-bool *-int-not-number *-control-char IsAlive-body-empty IsAlive-malformed-xml": "Mono's own reader",
    "IsAlive-*-content-type IsAlive-utf16 IsAlive-get": "content types are not looked at",
    "GetCustomer-http-* GetCustomer-hdr-whitespace-in-authid": "tokens elsewhere than in the header",
    "*-after-null-password *-repair-from-nil CreateCustomer-no-id-first": "it follows exchanges that the folder lacks",
    "Login-suspended AddSIPAccount-duplicate-id ExtendSession-beyond-cap": "it follows exchanges that the folder lacks",
    "*-filter-bool-eq *SIPAccount-stolen* *-after-steal* Delete*-again": "it follows exchanges that the folder lacks",
    "*DialPlan-valid UpdateSIPProvider-disable-register": "it follows exchanges that the folder lacks",
    "GetSIPProviderBindings-all GetSIPRegistrarBindings* GetCalls-* GetCDRs-*": "nobody has called yet",
    "*-other-user *-second-user *-of-deleted-customer *-deleted-customer": "the second session is not in the folder",
    "*-filter-date-member *-filter-non-boolean *-or-injection-* *-args-out-of-order": "weaknesses of its filters",
    "GetSIPDomains-paging": "it has one domain",
}


def is_compared(exchange: Exchange) -> bool:
    """Return True when the stand-in can be held to the exchange."""
    case = exchange.name.partition("-")[2]
    return not any(fnmatchcase(case, pattern) for cases in NOT_COMPARED for pattern in cases.split())


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[str, HttpMessage]]:
    """Return the stand-in's answers to the whole run, by the names of the exchanges."""
    run = captured_run()
    assert run is not None
    with closing(GenuineService(FileStore(), domain=ORIGINAL_DOMAIN)) as service:
        for name in ("admin", "seeduser"):
            seed = person(name, id=uuid4(), customer_password="password", email_address_confirmed=True)
            service.provisioning.create_customer(None, seed)
        service.store.put(replace(service.customer("admin"), admin_id=TOP_LEVEL))
        yield _played(run, service)


@pytest.mark.parametrize(("run", "exchange"), captured_exchanges(is_compared))
def test_the_stand_in_answers_as_the_original(run: Run, exchange: Exchange, answers: dict[str, HttpMessage]) -> None:
    assert differences(exchange.reply, answers[exchange.name]) == []


def _played(run: Run, service: GenuineService) -> dict[str, HttpMessage]:
    tokens: dict[str, str] = {}
    answers = {}
    for exchange in run.exchanges:
        text = exchange.request.wire_body.decode("latin-1")
        body = TOKEN.sub(lambda found: tokens.get(found[0], found[0]), text).encode("latin-1")
        status, reply = service.answer(exchange.request.headers.get("SOAPAction", ""), body)
        answers[exchange.name] = HttpMessage(f"HTTP/1.1 {status} .", {"Content-Type": "text/xml; charset=utf-8"}, reply)
        given = Exchange(exchange.number, exchange.name, exchange.request, answers[exchange.name]).token_given
        if exchange.token_given and given:
            tokens[exchange.token_given] = given
    return answers
