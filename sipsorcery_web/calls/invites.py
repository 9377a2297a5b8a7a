"""INVITE requests as callers sent them, read into what a plan sees of a call (RFC 3261, section 20)."""

import re
from dataclasses import replace
from urllib.parse import unquote

from sipsorcery_web.contract.sip_headers import name_and_uri, read_headers, uri_in
from sipsorcery_web.dial_plans.calls import Call

from .messages import CallAsked

MOST_HEADERS, LONGEST_BODY = 100, 16_384
"""Limits on what a plan gets to see."""
_SCHEME = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_SHOWN = ("from", "to", "contact", "user-agent", "call-id", "cseq")
_ANONYMOUS = re.compile(r"anonymous(?:\.invalid)?", re.IGNORECASE)

Headers = tuple[tuple[str, str], ...]


def call_of(asked: CallAsked) -> Call:
    """The call of a question, as its plan sees it."""
    head, _, body = _halves(asked.request)
    first, _, rest = head.partition("\n")
    headers = tuple(read_headers(rest))
    from_name, from_user, from_host = party_of(value_of(headers, "from"))
    to_name, _, _ = party_of(value_of(headers, "to"))
    number = re.match(r"\s*(\d{1,9})", value_of(headers, "cseq"))
    return Call(
        user=asked.user,
        host=asked.host,
        direction=asked.direction,
        parameters=_parameters(first),
        body=body[:LONGEST_BODY],
        from_name=from_name,
        from_user=from_user,
        from_host=from_host,
        to_name=to_name,
        to_uri=uri_in(value_of(headers, "to")),
        contact=uri_in(value_of(headers, "contact")),
        user_agent=value_of(headers, "user-agent"),
        call_id=value_of(headers, "call-id"),
        cseq=int(number[1]) if number else 1,
        received_from=asked.source,
        headers=tuple(each for each in headers if each[0].lower() not in _SHOWN)[:MOST_HEADERS],
        account=asked.account,
    )


def call_to_account(call: Call, user: str, account: str) -> Call:
    """The call as the plan of a called account sees it, when another plan has dialled that account."""
    host = account.partition("@")[2]
    return replace(call, user=user, host=host, direction="in", account=account, parameters="")


def withholds_caller(call: Call) -> bool:
    """Return whether the caller wants to stay unknown (RFC 3323, RFC 3325, section 9.3)."""
    privacy = {word.strip().lower() for word in value_of(call.headers, "privacy").split(";")}
    return bool(privacy & {"id", "user", "header"}) or any(
        _ANONYMOUS.fullmatch(part) for part in (call.from_user, call.from_host)
    )


def value_of(headers: Headers, name: str) -> str:
    """The value of the first header of a name; empty where there is none."""
    return next((value for each, value in headers if each.lower() == name), "")


def party_of(value: str) -> tuple[str, str, str]:
    """The display name, the user part and the host of a From or To header."""
    name, uri = name_and_uri(value)
    address = _SCHEME.sub("", uri, count=1)
    user, _, host = address.partition(";")[0].partition("?")[0].rpartition("@")
    return name, unquote(user, errors="replace"), host


def _halves(request: str) -> tuple[str, str, str]:
    separator = "\r\n\r\n" if "\r\n\r\n" in request else "\n\n"
    return request.partition(separator)


def _parameters(first_line: str) -> str:
    """The parameters of the Request-URI, with their semicolons."""
    words = first_line.split(" ")
    _, mark, parameters = (words[1] if len(words) > 1 else "").partition("@")[2].partition(";")
    return mark + parameters
