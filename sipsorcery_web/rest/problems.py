"""The errors of the interface, as problem details (RFC 9457)."""

from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from sipsorcery_web.contract.errors import (
    BadFilter,
    Busy,
    Changed,
    Conflict,
    ContractError,
    NotFound,
    ProvisioningError,
    Refused,
    Rule,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
)
from sipsorcery_web.contract.rules import catalogue
from sipsorcery_web.logs.request_ids import request_id

from .json_values import written

MEDIA_TYPE = "application/problem+json"
BUSY_FOR = 1
"""Seconds until it is worth asking again."""
REALM = 'Bearer realm="sipsorcery"'
BEYOND_THE_TOKEN = (catalogue.NOT_WITH_TOKEN, catalogue.TOKEN_LACKS_SCOPE, catalogue.PASSWORD_WOULD_GO_ELSEWHERE)
"""The rules about what a token may do, and not about what was sent."""


class Problem(Exception):
    """An answer that says why something was not done.

    `rule` names the rule that was broken, and `field` the field of the record, the parameter or the header.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        rule: str = "",
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.rule = rule
        self.field = field
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return it as an answer. Its type is about:blank, which the title says no more than the status for."""
        told = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "rule": self.rule,
            "field": self.field,
            "request_id": request_id(),
        }
        given = {name: value for name, value in told.items() if value}
        return Response(written(given), self.status, self.headers, content_type=MEDIA_TYPE)


def no_token(detail: str = "A token for programs is needed: Authorization: Bearer sips_…", error: str = "") -> Problem:
    """Return the problem of a request without a good token (RFC 6750, section 3)."""
    challenge = f'{REALM}, error="{error}"' if error else REALM
    return Problem(401, detail, headers={"WWW-Authenticate": challenge})


def problem_of(error: ProvisioningError) -> Problem:
    """Return what an error of the service means over HTTP."""
    match error:
        case SessionExpired():
            return no_token("The token is unknown, deleted or over.", "invalid_token")
        case TooManyAttempts():
            return Problem(429, error.message, headers={"Retry-After": str(error.retry_after)})
        case Refused():
            return _refusal(error)
        case Busy():
            return Problem(503, error.message, headers={"Retry-After": str(BUSY_FOR)})
        case Unavailable():
            return Problem(503, error.message)
        case ContractError():
            return Problem(400, error.message)
    return Problem(500, "The service has met an error of its own.")


def refusal(error: Exception) -> Response:
    """Return the answer that an error means to a program; the error itself where it is none that was foreseen."""
    match error:
        case Problem():
            return error.response()
        case ProvisioningError():
            return problem_of(error).response()
        case HTTPException():
            return Problem(error.code or 400, error.description or "").response()
    raise error


_STATUS: Mapping[type[Refused], int] = {NotFound: 404, Conflict: 409, Changed: 412, BadFilter: 400}


def _refusal(error: Refused) -> Problem:
    rule, field = rule_name(error.rule), next(iter(error.fields), "")
    if error.rule in BEYOND_THE_TOKEN:
        scope = error.values.get("scope")
        needed = f', scope="{scope}"' if scope else ""
        challenge = f'{REALM}, error="insufficient_scope"{needed}'
        return Problem(403, error.message, rule, field, {"WWW-Authenticate": challenge})
    return Problem(_STATUS.get(type(error), 422), error.message, rule, field)


def rule_name(rule: Rule | None) -> str:
    """Return the name of a rule of the contract, such as `sip-username-too-short`; empty for none."""
    return "" if rule is None else _rule_names().get(rule, "")


@cache
def _rule_names() -> Mapping[Rule, str]:
    return {rule: name.lower().replace("_", "-") for name, value in vars(catalogue).items() for rule in _rules(value)}


def _rules(value: object) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, dict):
        yield from (rule for rule in value.values() if isinstance(rule, Rule))
