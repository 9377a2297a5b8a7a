"""Problems for each error of the service."""

import pytest

from sipsorcery_web.contract import errors
from sipsorcery_web.contract.rules import catalogue
from sipsorcery_web.rest.problems import problem_of, rule_name


def test_every_rule_of_the_contract_has_a_name_of_its_family() -> None:
    names = [rule_name(rule) for rule in catalogue.RULES]
    assert all(names)
    assert rule_name(catalogue.SIP_USERNAME_TOO_SHORT) == "sip-username-too-short"
    assert rule_name(None) == ""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.SessionExpired(), 401),
        (errors.Refused(catalogue.TOKEN_LACKS_SCOPE, values={"operation": "x", "scope": "y"}), 403),
        (errors.Refused(catalogue.NOT_WITH_TOKEN, values={"operation": "x"}), 403),
        (errors.NotFound("gone"), 404),
        (errors.Conflict(catalogue.ID_TAKEN), 409),
        (errors.Changed("changed"), 412),
        (errors.BadFilter("unreadable"), 400),
        (errors.Refused("no"), 422),
        (errors.ContractError("broken"), 400),
        (errors.InternalFault("failed"), 503),
    ],
)
def test_each_error_has_its_status(error: errors.ProvisioningError, status: int) -> None:
    assert problem_of(error).status == status


def test_who_has_to_wait_is_told_how_long() -> None:
    assert problem_of(errors.TooManyAttempts(42)).headers == {"Retry-After": "42"}
