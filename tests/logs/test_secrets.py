"""Secrets stay out of the log, whatever the cast asks and whatever fails then."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from lxml import etree

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.message_text import request_text
from sipsorcery_web.contract.operations import OPERATIONS, Operation
from sipsorcery_web.contract.records import wire_fields
from sipsorcery_web.contract.wire_types import RecordType, WireType
from sipsorcery_web.logs.lines import FORMATS
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser
from tests.portal.genuine import Front
from tests.portal.routes import ROUTES, filled_in
from tests.portal.test_error_handlers import without_table
from tests.service.soap.wire import XML

FIELDS = (
    *("username", "password", "customer_password", "retyped_password", "old_password", "new_password", "sip_password"),
    *("provider_password", "security_answer", "invite_code"),
)
TYPED = {field: f"s3cret-of-{number}" for number, field in enumerate(FIELDS)}
"""A secret for each field that takes one. A username is none, and may be a password all the same."""
TABLES = ("customers", "customersessions", "sipaccounts", "browser_sessions", "failedsignins")
PATH_SECRET = "s3cret-in-the-path-0123456789abcdefghij"


@pytest.fixture
def log(harness: AppHarness, caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log as it is kept in use; when the test is over, it holds no secret in any of its formats."""
    caplog.set_level("INFO", logger="sipsorcery_web")
    yield caplog
    records = caplog.get_records("call")  # `caplog.records` are those of the teardown by now
    assert records
    said = [format_().format(record) for format_ in FORMATS.values() for record in records]
    assert [line for line in said for secret in TYPED.values() if secret in line] == []
    assert [line for line in said for token in harness.watched.tokens if token in line] == []
    assert [line for line in said if PATH_SECRET in line] == []


@contextmanager
def cookies_and_tokens_stay_out(log: pytest.LogCaptureFixture, *browsers: Browser) -> Iterator[None]:
    secrets = [cookie.value for browser in browsers for cookie in (browser.client._cookies or {}).values()]
    secrets += [browser.token() for browser in browsers]
    assert all(len(secret) > 20 for secret in secrets)
    yield
    assert [line for line in log.messages for secret in secrets if secret in line] == []
    assert [secret for secret in secrets if secret in log.text] == []


def ask_for_everything(harness: AppHarness, browser: Browser, **ids: object) -> None:
    """Open and send each address with a secret in each field, what ends the session last."""
    for address in sorted(ROUTES, key=lambda one: ("delete" in one, "logout" in one)):
        path = filled_in(address, **ids).replace("<secret>", PATH_SECRET).replace("<file>", "x.css")
        for method in ROUTES[address].split():
            token = {"csrf_token": browser.token()} if method == "POST" else {}
            with suppress(StorageUnavailable):  # a new session that cannot be kept
                browser.raw(method, path, **({"data": TYPED | token} if method == "POST" else {}))


def call_everything(harness: AppHarness, token: str) -> None:
    """Call each operation with a secret in each of its texts, whole and broken off."""
    client = harness.app.test_client()
    for operation in OPERATIONS.values():
        whole = message_of(operation, token)
        for document in (
            whole,
            whole[:-20],
            b"<!DOCTYPE x>" + whole,
            whole.replace(b">false<", b">" + token.encode() + b"<"),
        ):
            headers = {"Content-Type": XML, "SOAPAction": f'"{operation.action}"'}
            client.post(names.ENDPOINT_PATH, data=document, headers=headers)


def message_of(operation: Operation, token: str) -> bytes:
    arguments = {parameter.name: hostile(parameter.name, parameter.kind) for parameter in operation.parameters}
    message = etree.Element(f"{{{names.SOAP}}}Envelope")
    etree.SubElement(message, f"{{{names.SOAP}}}Header").append(envelope.security_header(token))
    etree.SubElement(message, f"{{{names.SOAP}}}Body").append(etree.fromstring(request_text(operation, arguments)))
    return etree.tostring(message)


def hostile(name: str, kind: WireType) -> object:
    if isinstance(kind, RecordType):
        return kind.record(
            **{field.attribute: TYPED[field.attribute] for field in wire_fields(kind.record) if field.is_secret}
        )
    return TYPED.get(name, kind.absent)


def test_pages_keep_secrets_out_of_the_log(harness: AppHarness, log: pytest.LogCaptureFixture) -> None:
    ids = harness.one_of_each("alice")
    alice, stranger = harness.signed_in("alice"), harness.browser()
    with cookies_and_tokens_stay_out(log, alice, stranger):
        for browser in (stranger, alice):
            ask_for_everything(harness, browser, **ids)


@pytest.mark.parametrize("table", TABLES)
def test_so_they_do_while_the_store_fails(harness: AppHarness, log: pytest.LogCaptureFixture, table: str) -> None:
    ids = harness.one_of_each("alice")
    alice = harness.signed_in("alice")
    with cookies_and_tokens_stay_out(log, alice):
        token = alice.token()
        alice.token = lambda: token  # type: ignore[method-assign]
        with without_table(harness, table):
            ask_for_everything(harness, alice, **ids)
    assert "failed in the store" in log.text or "could not be read" in log.text


@pytest.mark.parametrize("table", ["", *TABLES])
def test_programs_keep_them_out_too(harness: AppHarness, log: pytest.LogCaptureFixture, table: str) -> None:
    token = harness.service_fixture.token_of("alice")
    harness.watched.tokens.add(token)
    with ExitStack() as stack:
        if table:
            stack.enter_context(without_table(harness, table))
        call_everything(harness, token)


def test_in_front_of_another_service_they_stay_out_too(mysql_front: Front, caplog: pytest.LogCaptureFixture) -> None:
    alice = mysql_front.signed_in("alice-kelly")
    for address in ("/account", "/account/password", "/sip-accounts/add", "/providers/add", "/login", "/register"):
        alice.raw("POST", address, data=TYPED | {"csrf_token": alice.token()})

    assert [secret for secret in TYPED.values() if secret in caplog.text] == []
