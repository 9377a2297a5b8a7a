"""The faults of a service, and of one that hides its texts."""

import pytest

from sipsorcery_web.contract.envelope import UnknownAction, VersionMismatch
from sipsorcery_web.contract.errors import (
    BadFilter,
    Conflict,
    ContractError,
    InternalFault,
    NotFound,
    ProvisioningError,
    Refused,
    SessionExpired,
    Unavailable,
)
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel

from .scripted import ScriptedService, fault, http, message, valid_reply
from .soap_calls import Seconds, asked

UNAUTHORISED = "Attempted to perform an unauthorized operation."
HIDDEN = (
    "The server was unable to process the request due to an internal error.  The server may be able to return more."
)


@pytest.mark.parametrize("status", [200, 500, 400])
@pytest.mark.parametrize(
    ("text", "type_name", "kind"),
    [
        (UNAUTHORISED, "System.UnauthorizedAccessException", SessionExpired),
        (UNAUTHORISED, None, SessionExpired),
        ("Nicht befugt.", "System.UnauthorizedAccessException", SessionExpired),
        ("The username must be at least 5 characters long.", "System.ApplicationException", Refused),
        ("The requested username is already in use please try a different one.", None, Conflict),
        ("You are not authorised to delete the SIP Account.", "System.ApplicationException", NotFound),
        ("The given key '4df5f6e9' was not present in the dictionary.", "System.Exception", NotFound),
        ("No property or field 'Nope' exists in type 'SIPAccount'", "System.Linq.Dynamic.ParseException", BadFilter),
        ("The binary operator 'OrElse' is not supported by SQL.", "System.NotSupportedException", BadFilter),
        (HIDDEN, None, InternalFault),
    ],
)
def test_a_fault_has_its_meaning_whatever_its_status(
    scripted: ScriptedService, text: str, type_name: str | None, kind: type[ProvisioningError], status: int
) -> None:
    error, _ = asked(scripted, 5, fault(text, type_name, status))

    assert type(error) is kind


def test_a_sentence_about_object_references_is_replaced(scripted: ScriptedService) -> None:
    text = "Object reference not set to an instance of an object"

    error, _ = asked(scripted, 5, fault(text, "System.NullReferenceException"))

    assert (type(error), error.message) == (Refused, "The service could not carry this out and does not say why.")


@pytest.mark.parametrize(
    ("code", "kind"), [("ActionNotSupported", UnknownAction), ("VersionMismatch", VersionMismatch)]
)
def test_a_fault_about_the_message_is_one_of_the_contract(
    scripted: ScriptedService, code: str, kind: type[ContractError]
) -> None:
    error, _ = asked(scripted, 5, fault("It did not match.", None, code=code))

    assert type(error) is kind


def test_a_fault_is_read_with_the_header_that_mono_adds(scripted: ScriptedService, client: ProvisioningClient) -> None:
    header = (
        '<s:Header><Action s:mustUnderstand="1" xmlns="http://schemas.microsoft.com/ws/2005/05/addressing/none">'
        "x</Action></s:Header>"
    )
    detail = f'<s:Fault><faultcode xmlns:a="urn:a">a:InternalServiceFault</faultcode><faultstring>{UNAUTHORISED}</faultstring></s:Fault>'
    scripted.answers(http(message(detail, header), 500))

    with pytest.raises(SessionExpired):
        client.customer("alice")


@pytest.fixture
def hiding(scripted: ScriptedService, seconds: Seconds) -> ProvisioningClient:
    """alice, who signed in when the clock stood at 0, at a service that says nothing in its faults."""
    channel = SoapChannel(scripted.url, 5, clock=seconds)
    scripted.answers(valid_reply("Login", "<LoginResult>t0ken</LoginResult>"))
    token = ProvisioningClient(channel, ClientIdentity()).login("alice", "opensesame7")
    return ProvisioningClient(channel, ClientIdentity(token))


@pytest.mark.parametrize(("minutes", "kind"), [(0, InternalFault), (59, InternalFault), (60, SessionExpired)])
def test_a_fault_without_a_reason_counts_as_expired_after_the_hour_of_the_token(
    scripted: ScriptedService, hiding: ProvisioningClient, seconds: Seconds, minutes: int, kind: type[ProvisioningError]
) -> None:
    scripted.answers(fault(HIDDEN, None))
    seconds.now = minutes * 60.0

    with pytest.raises(ProvisioningError) as ended:
        hiding.customer("alice")

    assert type(ended.value) is kind


def test_a_longer_session_has_a_longer_hour(
    scripted: ScriptedService, hiding: ProvisioningClient, seconds: Seconds
) -> None:
    scripted.answers(valid_reply("ExtendSession"), fault(HIDDEN, None), fault(HIDDEN, None))
    hiding.extend_session(30)

    seconds.now = 89 * 60.0
    with pytest.raises(Unavailable):
        hiding.customer("alice")
    seconds.now = 90 * 60.0
    with pytest.raises(SessionExpired):
        hiding.customer("alice")


def test_the_hour_is_that_of_the_visitors_own_token(
    scripted: ScriptedService, hiding: ProvisioningClient, seconds: Seconds
) -> None:
    scripted.answers(fault(HIDDEN, None), fault(HIDDEN, None))
    seconds.now = 3601.0

    with pytest.raises(Unavailable):
        ProvisioningClient(hiding._channel, ClientIdentity("another")).customer("bobby")
    with pytest.raises(Unavailable):
        ProvisioningClient(hiding._channel, ClientIdentity()).is_alive()
