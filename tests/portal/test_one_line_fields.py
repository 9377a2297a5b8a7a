"""Fields of one line take no control character, over any door: each would begin a line that nobody meant."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select

from sipsorcery_web.contract.errors import ProvisioningError, Refused, Rule, SessionExpired
from sipsorcery_web.contract.extensions import ALL_OPERATIONS as OPERATIONS
from sipsorcery_web.contract.operations import Operation
from sipsorcery_web.contract.records import wire_fields
from sipsorcery_web.contract.rules.catalogue import CONTROL_CHARACTER
from sipsorcery_web.contract.wire_types import STRING, RecordType
from sipsorcery_web.contract.xml_text import NOT_KEPT
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.store.models import CustomerRow
from tests.conftest import HOME, ServiceFixture

from .app_harness import AppHarness
from .routes import ENDPOINTS, ROUTES, filled_in

CONTROLS = ["\n", "\r", "\t", "\x7f", "\x85", "\u2028", "\u2029"]
TYPED_IN = "//main//form[@method='post']//input[@type='text' or @type='password' or @type='email' or @type='url' or @type='tel']"


def one_line_fields(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fields of an operation that are one line, each with the arguments that have a text in it."""
    for parameter in operation.parameters:
        if isinstance(parameter.kind, RecordType):
            record = parameter.kind.record
            for field in wire_fields(record):
                if field.kind is STRING and not field.has_lines:
                    yield field.attribute, {parameter.name: record(**{field.attribute: "a{}b"})}
        elif parameter.kind is STRING and parameter.name not in NOT_KEPT:
            yield parameter.name, {parameter.name: "a{}b"}


def with_control(value: Any, control: str) -> Any:
    if isinstance(value, str):
        return value.format(control)
    (text,) = [field.attribute for field in wire_fields(type(value)) if getattr(value, field.attribute) == "a{}b"]
    return value.with_(**{text: f"a{control}b"})


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_no_operation_takes_one_in_any_of_its_fields(service_fixture: ServiceFixture, control: str) -> None:
    looked_at = 0
    for operation in OPERATIONS.values():
        for field, arguments in one_line_fields(operation):
            given = {name: with_control(value, control) for name, value in arguments.items()}
            with pytest.raises(Refused) as refused:
                service_fixture.service.call(operation, None, HOME, operation.arguments(given))
            assert (refused.value.rule, refused.value.fields) == (CONTROL_CHARACTER, (field,)), operation.name
            looked_at += 1
    assert looked_at > 100


def test_a_script_has_lines(service_fixture: ServiceFixture) -> None:
    plans = service_fixture.alice.dial_plans
    (plan,) = plans.page()
    plans.update(plan.with_(dial_plan_script="sys.Log('a')\r\n\tsys.Log('b')"))

    assert plans.page()[0].dial_plan_script == "sys.Log('a')\r\n\tsys.Log('b')"


def test_what_a_list_is_asked_for_may_have_lines(service_fixture: ServiceFixture) -> None:
    operation = OPERATIONS["GetSIPAccounts"]
    arguments = operation.arguments({"where_expression": 'SIPUsername = "alice"\nand\tIsUserDisabled'})
    with pytest.raises(SessionExpired):
        service_fixture.service.call(operation, None, HOME, arguments)


SET_EARLIER = "open\tsesame\x857"


def set_earlier(context: ServiceContext, username: str) -> None:
    """Give a customer a password that could be set before control characters were refused."""
    with context.database.write() as session:
        named = CustomerRow.customer_username == username
        session.scalars(select(CustomerRow).where(named)).one().password_hash = context.passwords.hash(SET_EARLIER)


def test_a_password_that_was_set_earlier_with_one_signs_in_and_can_be_changed(
    service_fixture: ServiceFixture, service_context: ServiceContext
) -> None:
    alice = service_fixture.alice
    set_earlier(service_context, "alice")

    assert service_fixture.token_of("alice", SET_EARLIER)
    with pytest.raises(Refused, match="control character"):
        alice.update_customer_password("alice", SET_EARLIER, f"new {SET_EARLIER}")
    alice.update_customer_password("alice", SET_EARLIER, "closesesame8")
    assert service_fixture.token_of("alice", "closesesame8")


def test_it_does_so_in_the_portal_too(harness: AppHarness) -> None:
    harness.signed_in("alice")
    set_earlier(harness.service.context, "alice")
    browser = harness.browser()

    assert browser.submit("/login", username="alice", password=SET_EARLIER).h1 == "SIP accounts"
    typed = {"old_password": SET_EARLIER, "new_password": "quiet-otter-9", "retyped_password": "quiet-otter-9"}
    browser.submit("/account/password", **typed)
    browser.sign_out()
    assert browser.submit("/login", username="alice", password="quiet-otter-9").h1 == "SIP accounts"


def test_without_one_the_fields_are_looked_at_further(service_fixture: ServiceFixture) -> None:
    """Each refusal above is for the control character, and not for what else is wrong."""
    rules: set[Rule | None] = set()
    for operation in OPERATIONS.values():
        for _, arguments in one_line_fields(operation):
            given = {name: with_control(value, "") for name, value in arguments.items()}
            with suppress(ProvisioningError), refusals(rules):
                service_fixture.service.call(operation, None, HOME, operation.arguments(given))
    assert CONTROL_CHARACTER not in rules


@contextmanager
def refusals(rules: set[Rule | None]) -> Iterator[None]:
    try:
        yield
    except Refused as error:
        rules.add(error.rule)


@pytest.mark.parametrize("address", [address for address, methods in ROUTES.items() if methods == "GET POST"])
def test_no_form_takes_one_in_any_of_its_fields(harness: AppHarness, address: str) -> None:
    if address.startswith((*ENDPOINTS, "/setup/")):
        pytest.skip("is no form, or one that is there once")
    ids = harness.one_of_each("alice")
    browser = harness.browser() if address in ("/login", "/register") else harness.signed_in("alice")
    page = browser.open(filled_in(address, **ids))
    for name in {str(control.get("name")) for control in page.all(TYPED_IN)} - NOT_KEPT:
        harness.forget_calls()
        answer = browser.force_page(browser.open(page.path), {name: "a\x85b"})
        assert answer.status == 422, f"{name}: {answer.status}"
        assert name in answer.errors, name
        assert not [call for call in harness.calls if OPERATIONS[call].changes_records]
