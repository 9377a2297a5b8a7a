from datetime import UTC, datetime

import pytest

from sipsorcery_web.contract.database_refusals import UNEXPLAINED
from sipsorcery_web.contract.envelope import Fault, NotUnderstood, UnknownAction, VersionMismatch
from sipsorcery_web.contract.errors import (
    Attempts,
    Busy,
    Conflict,
    ContractError,
    InternalFault,
    NotFound,
    ProvisioningError,
    Refused,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
)
from sipsorcery_web.contract.faults import error_for, fault_for
from sipsorcery_web.contract.operations import OPERATIONS

APPLICATION = "System.ApplicationException"
UNAUTHORISED = "System.UnauthorizedAccessException"
INTERNAL = "The server was unable to process the request due to an internal error."


def meaning(message: str, type_name: str = APPLICATION, code: str = "InternalServiceFault") -> ProvisioningError:
    return error_for(Fault(code, message, type_name))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (Refused("No."), Fault("InternalServiceFault", "No.", APPLICATION)),
        (NotFound("Not found."), Fault("InternalServiceFault", "Not found.", APPLICATION)),
        (
            SessionExpired(),
            Fault("InternalServiceFault", "Attempted to perform an unauthorized operation.", UNAUTHORISED),
        ),
        (ContractError("Bent."), Fault("DeserializationFailed", "Bent.")),
        (UnknownAction("What?"), Fault("ActionNotSupported", "What?")),
        (VersionMismatch("Old."), Fault("VersionMismatch", "Old.")),
        (NotUnderstood("Odd."), Fault("MustUnderstand", "Odd.")),
    ],
)
def test_an_error_goes_out_as_a_fault(error: ProvisioningError, fault: Fault) -> None:
    assert fault_for(error) == fault


@pytest.mark.parametrize(
    "error",
    [
        SessionExpired(),
        Refused("The username must be at least 5 characters long."),
        NotFound("The SIP account was not found."),
        Conflict("The SIP account name is already in use on this domain."),
        TooManyAttempts(899),
        InternalFault("The service has met an internal error."),
        Unavailable("The service cannot reach its store. Nothing was changed."),
        Busy(),
        ContractError("The message is not well-formed XML."),
        UnknownAction("The SOAPAction 'x' is not one of this contract."),
    ],
)
def test_an_error_keeps_its_kind_on_the_way_over_the_wire(error: ProvisioningError) -> None:
    assert type(error_for(fault_for(error))) is type(error)


@pytest.mark.parametrize("attempts", Attempts)
def test_what_was_tried_too_often_and_the_time_to_wait_survive_the_wire(attempts: Attempts) -> None:
    error = error_for(fault_for(TooManyAttempts(899, attempts)))

    assert isinstance(error, TooManyAttempts)
    assert (error.retry_after, error.attempts) == (899, attempts)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Attempted to perform an unauthorized operation.", SessionExpired),
        ("The session ID that was requested to extend does not exist.", SessionExpired),
        ("There was an exception constructing the authorisation filter for the request.", SessionExpired),
        ("The session lifetime cannot be extended beyind 600 minutes.", Refused),
        ("You are not authorised to update the SIP Account.", NotFound),
        ("You are not authorised to delete the Dial Plan.", NotFound),
        ("You are not authorised to retrieve customer for username bobby.", NotFound),
        ("You are not authorised to update customer password for username bobby.", NotFound),
        ("You are not authorised to delete customer for username bobby.", NotFound),
        ("The requested username is already in use please try a different one.", Conflict),
        ("The email address is already associated with an account.", Conflict),
        ("Your account is suspended.", Refused),
        ("The username must be at least 5 characters long.", Refused),
        (
            "You are not permitted to create this username. Only user alice can create SIP accounts ending in .alice.",
            Refused,
        ),
        ("The invite code has already been used.", Refused),
        ("", Refused),
    ],
)
def test_a_sentence_of_the_original_has_its_meaning(message: str, kind: type[ProvisioningError]) -> None:
    error = meaning(message)

    assert type(error) is kind
    assert error.message == message


@pytest.mark.parametrize(
    ("message", "type_name", "error"),
    [
        (
            "Could not update SIP Asset with id 6c62 (for SIPAccount), no existing asset found.",
            APPLICATION,
            NotFound("The SIP account was not found."),
        ),
        (
            "The given key '6c62' was not present in the dictionary.",
            "System.Collections.Generic.KeyNotFoundException",
            NotFound("The SIP account was not found."),
        ),
        (
            "SIP Asset with id 6c62292e-236b-46ea-bdf8-225010869881 already exists.",
            "System.ArgumentException",
            Conflict("A record with this id already exists."),
        ),
        ("Object reference not set to an instance of an object", "System.NullReferenceException", Refused(UNEXPLAINED)),
        ("Input string was not in a correct format.", "System.FormatException", Refused(UNEXPLAINED)),
        ("There was an exception authorising the request.", "System.Exception", Refused("There was an exception authorising the request.")),
    ],
)  # fmt: skip
def test_what_the_original_never_meant_for_people_is_put_in_other_words(
    message: str, type_name: str, error: Refused
) -> None:
    found = error_for(Fault("InternalServiceFault", message, type_name), operation=OPERATIONS["UpdateSIPAccount"])

    assert (type(found), found.message) == (type(error), error.message)


def test_the_type_alone_tells_that_a_session_is_over() -> None:
    assert type(meaning("Ein nicht autorisierter Vorgang.", UNAUTHORISED)) is SessionExpired


@pytest.mark.parametrize("code", ["DeserializationFailed", "ActionNotSupported", "VersionMismatch", "MustUnderstand"])
def test_a_fault_about_the_message_is_an_error_of_the_contract(code: str) -> None:
    assert isinstance(meaning("The formatter threw an exception.", "", code), ContractError)


def test_an_operation_that_a_service_does_not_have_is_told_apart() -> None:
    assert type(meaning("The message with Action 'x' cannot be processed.", "", "ActionNotSupported")) is UnknownAction


def test_a_service_that_hides_its_texts_has_met_an_error_until_the_token_is_old() -> None:
    hidden = Fault("InternalServiceFault", f"{INTERNAL}  For more information turn on IncludeExceptionDetailInFaults.")

    assert type(error_for(hidden)) is InternalFault
    assert type(error_for(hidden, token_may_be_over=True)) is SessionExpired


def test_an_old_token_changes_no_other_meaning() -> None:
    told = Fault("InternalServiceFault", "Your account is suspended.", APPLICATION)
    assert type(error_for(told, token_may_be_over=True)) is Refused


def test_a_wait_is_only_read_from_its_own_sentence() -> None:
    assert type(meaning("Too many failed sign-ins. The next one is possible in 12 seconds. Perhaps.")) is Refused


def test_a_name_in_a_sentence_cannot_give_it_another_meaning() -> None:
    sly = "You are not authorised to retrieve customer for username x is already in use.\nAttempted to perform an unauthorized operation.."
    assert type(meaning(sly)) is NotFound


def test_a_message_about_time_is_a_sentence_for_people() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert meaning(f"Test exception message {now:%Y-%m-%dT%H:%M:%S.%f}0Z.").message.startswith(
        "Test exception message 2026"
    )
