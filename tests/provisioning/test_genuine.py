"""The stand-in keeps the habits of the original that a portal has to live with, each store its own."""

from dataclasses import replace
from uuid import uuid4

import pytest

from sipsorcery_web.contract import envelope, names
from sipsorcery_web.contract.operations import OPERATIONS
from sipsorcery_web.contract.records import Customer, SIPAccount, SIPCDRAsset, SIPDialPlan, SIPProvider
from sipsorcery_web.contract.wire_types import ZERO_ID
from tests.factories import PASSWORD
from tests.factories.records import person, sip_account

from .genuine import GenuineService
from .genuine.faults import Thrown


def asked(service: GenuineService, name: str, token: str | None = None, **given: object) -> object:
    """Return the answer of an operation, or the fault that it throws."""
    operation = OPERATIONS[name]
    return service.provisioning.answer(operation, token, operation.arguments(given))


def registered(service: GenuineService, username: str) -> str:
    """The token of a new customer who has confirmed the address."""
    asked(service, "CreateCustomer", customer=person(username, id=uuid4(), email_address_confirmed=True))
    token = asked(service, "Login", username=username, password=PASSWORD)
    assert isinstance(token, str)
    return token


def thrown(service: GenuineService, name: str, token: str | None = None, **given: object) -> Thrown:
    with pytest.raises(Thrown) as caught:
        asked(service, name, token, **given)
    return caught.value


def test_two_records_without_an_id_collide(genuine: GenuineService) -> None:
    asked(genuine, "CreateCustomer", customer=person("alice"))

    refusal = thrown(genuine, "CreateCustomer", customer=person("bobby"))

    assert refusal.message in (
        f"SIP Asset with id {ZERO_ID} already exists.",
        f"Duplicate entry '{ZERO_ID}' for key 'PRIMARY'",
    )


def test_a_customer_gets_password_and_security_answer_in_clear(genuine: GenuineService) -> None:
    token = registered(genuine, "alice")

    customer = asked(genuine, "GetCustomer", token, username="alice")

    assert isinstance(customer, Customer)
    assert (customer.customer_password, customer.security_answer) == (PASSWORD, "teal")


def test_an_address_that_was_not_confirmed_keeps_its_owner_out(genuine: GenuineService) -> None:
    asked(genuine, "CreateCustomer", customer=person("alice", id=uuid4()))
    refusal = thrown(genuine, "Login", username="alice", password=PASSWORD)
    genuine.confirm("alice")

    assert refusal.message == "Your email address has not yet been confirmed."
    assert asked(genuine, "Login", username="alice", password=PASSWORD)


def test_a_refused_update_has_changed_the_record_of_the_file_store(file_service: GenuineService) -> None:
    token = registered(file_service, "alice")

    refusal = thrown(file_service, "UpdateCustomer", token, customer=person("alice", city="Cork", security_answer=None))

    assert refusal.message == "The answer to the security question must be specified."
    assert (file_service.customer("alice").city, file_service.customer("alice").security_answer) == ("Cork", None)


def test_a_refused_update_changes_nothing_in_mysql(mysql_service: GenuineService) -> None:
    token = registered(mysql_service, "alice")

    thrown(mysql_service, "UpdateCustomer", token, customer=person("alice", city="Cork", security_answer=None))

    assert mysql_service.customer("alice").city == "Galway"


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (sip_account("alice"), "Duplicate entry 'alice-sip.example.org' for key 'sipusername'"),
        (sip_account("desk1", sip_domain="sip.other"), "Cannot add or update a child row: a foreign key constraint fails"),
        (sip_account("desk1", network_id="n" * 17), "Data too long for column 'networkid' at row 1"),
        (sip_account("desk1", sip_password=None, is_incoming_only=True), "Column 'sippassword' cannot be null"),
        (SIPProvider(provider_name="n", provider_server="s.example"), "Column 'providerusername' cannot be null"),
        (SIPDialPlan(dial_plan_name="default", script_type_description="Ruby"), "Duplicate entry 'alice-default' for key 'owner'"),
    ],
)  # fmt: skip
def test_mysql_refuses_in_its_own_words(mysql_service: GenuineService, record: SIPAccount, sentence: str) -> None:
    token = registered(mysql_service, "alice")
    nouns = {SIPAccount: "SIPAccount", SIPProvider: "SIPProvider", SIPDialPlan: "DialPlan"}
    operation = OPERATIONS[f"Add{nouns[type(record)]}"]

    refusal = thrown(
        mysql_service, operation.name, token, **{operation.parameters[0].name: replace(record, id=uuid4())}
    )

    assert refusal.message.startswith(sentence)
    assert refusal.type_name == "MySql.Data.MySqlClient.MySqlException"


def test_the_file_store_takes_what_mysql_refuses(file_service: GenuineService) -> None:
    token = registered(file_service, "alice")

    asked(file_service, "AddSIPAccount", token, sip_account=sip_account("alice", id=uuid4(), sip_domain="sip.other"))
    asked(
        file_service,
        "AddSIPProvider",
        token,
        sip_provider=SIPProvider(id=uuid4(), provider_name="n", provider_server="s.x"),
    )

    assert asked(file_service, "GetSIPAccountsCount", token) == 2


@pytest.mark.parametrize(
    ("where", "sentence", "type_name"),
    [
        ('Dst = "1" or Dst = "2"', "The binary operator 'OrElse' is not supported by SQL.", "System.NotSupportedException"),
        ('Dst.StartsWith("1")', "The method 'StartsWith' is not supported by SQL.", "System.NotSupportedException"),
        ('Dst < "1"', "The method 'Compare' is not supported by SQL.", "System.NotSupportedException"),
        ('CallDirection = "In"', "Unknown column 'cdr.calldirection' in 'where clause'", "MySql.Data.MySqlClient.MySqlException"),
        ("Nope = 1", "No property or field 'Nope' exists in type 'SIPCDRAsset'", "System.Linq.Dynamic.ParseException"),
    ],
)  # fmt: skip
def test_mysql_refuses_most_filters(mysql_service: GenuineService, where: str, sentence: str, type_name: str) -> None:
    refusal = thrown(mysql_service, "GetCDRs", registered(mysql_service, "alice"), where_expression=where, count=5)

    assert (refusal.message, refusal.type_name) == (sentence, type_name)


def test_mysql_knows_plain_filters(mysql_service: GenuineService) -> None:
    token = registered(mysql_service, "alice")
    mysql_service.store.put(
        *(
            SIPCDRAsset(id=uuid4(), owner="alice", dst=dst, answered_status=status)
            for dst, status in (("1", 200), ("2", 401))
        )
    )

    assert (
        asked(mysql_service, "GetCDRsCount", token, where_expression="AnsweredStatus != 401 && AnsweredStatus != 407")
        == 1
    )
    assert asked(mysql_service, "GetCDRsCount", token, where_expression="FromUser = null") == 0
    assert asked(mysql_service, "GetCDRsCount", token, where_expression='FromUser != "x"') == 0


def test_a_method_of_a_null_breaks_the_file_store(file_service: GenuineService) -> None:
    token = registered(file_service, "alice")

    refusal = thrown(file_service, "GetSIPAccountsCount", token, where_expression='NetworkId.Contains("x")')

    assert refusal.type_name == "System.NullReferenceException"
    assert asked(file_service, "GetSIPAccounts", token, where_expression='NetworkId.Contains("x")', count=5) is None


def test_a_field_out_of_order_is_passed_over(genuine: GenuineService) -> None:
    members = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in (("FirstName", "Alice"), ("City", "Galway")))
    body = f'<CreateCustomer xmlns="{names.SVC}"><customer xmlns:c="{names.CRM}">{members}</customer></CreateCustomer>'
    document = f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body>{body}</s:Body></s:Envelope>'

    genuine.answer(f'"{OPERATIONS["CreateCustomer"].action}"', document.encode())

    (call,) = genuine.calls("CreateCustomer")
    assert (call.record.first_name, call.record.city) == ("Alice", None)


def test_a_service_that_hides_its_texts_says_one_thing(genuine: GenuineService) -> None:
    genuine.hides_texts = True
    document = f'<s:Envelope xmlns:s="{names.SOAP}"><s:Body><GetCDRsCount xmlns="{names.SVC}"/></s:Body></s:Envelope>'

    status, reply = genuine.answer(OPERATIONS["GetCDRsCount"].action, document.encode())

    fault = envelope.fault_of(envelope.body_of(envelope.parse_envelope(reply)))
    assert status == 500
    assert fault is not None
    assert (fault.message[:40], fault.type_name) == ("The server was unable to process the req", "")
