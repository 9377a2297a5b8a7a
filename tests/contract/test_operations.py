import pytest

from sipsorcery_web.contract.operations import NO_LIMIT, OPERATIONS, RECORD_OPERATIONS, Access, Parameter
from sipsorcery_web.contract.records import SIPAccount
from sipsorcery_web.contract.wire_types import ZERO_ID


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("username", "username"),
        ("oldPassword", "old_password"),
        ("sipAccount", "sip_account"),
        ("whereExpression", "where_expression"),
        ("customerUsername", "customer_username"),
    ],
)
def test_an_argument_is_named_as_python_does(element: str, name: str) -> None:
    named = {
        parameter.element: parameter.name for operation in OPERATIONS.values() for parameter in operation.parameters
    }
    assert named[element] == name


def test_no_two_arguments_of_an_operation_share_a_name() -> None:
    for operation in OPERATIONS.values():
        python_names = [parameter.name for parameter in operation.parameters]
        assert len(set(python_names)) == len(python_names)


def test_arguments_that_are_left_out_get_their_default() -> None:
    assert OPERATIONS["GetSIPAccounts"].arguments({"count": 25}) == {
        "where_expression": None,
        "offset": 0,
        "count": 25,
    }


def test_an_argument_that_the_operation_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="Login has no parameter pasword"):
        OPERATIONS["Login"].arguments({"username": "alice", "pasword": "x"})


def test_an_action_and_the_elements_of_the_reply_carry_the_operations_name() -> None:
    login = OPERATIONS["Login"]
    assert login.action == "http://www.sipsorcery.com/provisioning/IProvisioningService/Login"
    assert (login.response_element, login.result_element) == ("LoginResponse", "LoginResult")


@pytest.mark.parametrize(
    ("access", "operations"),
    [
        (
            Access.OPEN,
            {"IsAlive", "TestException", "AreNewAccountsEnabled", "CheckInviteCode", "CreateCustomer", "Login"},
        ),
        (Access.EITHER, {"Logout", "GetTimeZoneOffsetMinutes"}),
    ],
)
def test_only_these_operations_can_be_called_without_a_session(access: Access, operations: set[str]) -> None:
    assert {operation.name for operation in OPERATIONS.values() if operation.access is access} == operations


def test_a_change_is_told_from_a_question() -> None:
    changing = {operation.name for operation in OPERATIONS.values() if operation.changes_records}
    assert changing == {
        *(
            f"{verb}{record}"
            for verb in ("Add", "Update", "Delete")
            for record in (each.noun for each in RECORD_OPERATIONS.values() if each.is_changeable)
        ),
        *("CreateCustomer", "UpdateCustomer", "UpdateCustomerPassword", "DeleteCustomer"),
    }


def test_numbers_cannot_be_nil_while_texts_and_records_can() -> None:
    nillable = {parameter.element: parameter.nillable for parameter in parameters_of("GetSIPAccounts", "AddSIPAccount")}
    assert nillable == {"whereExpression": True, "offset": False, "count": False, "sipAccount": True}


def parameters_of(*operations: str) -> list[Parameter]:
    return [parameter for name in operations for parameter in OPERATIONS[name].parameters]


def test_all_means_the_largest_number_of_the_wire() -> None:
    assert NO_LIMIT == 2**31 - 1


def test_a_record_without_anything_has_the_zero_id() -> None:
    assert SIPAccount().id == ZERO_ID
