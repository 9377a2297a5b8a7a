"""Messages as the configuration of Kamailio writes and reads them: flat objects of texts and numbers.

Texts of strangers come in base64. What is empty is left out of a command, so that it is null to the configuration.
"""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from sipsorcery_web.calls.messages import (
    AllTold,
    CallAlive,
    CallAnswered,
    CallAsked,
    CallGone,
    Command,
    DialFailed,
    DialLegs,
    Event,
    Hello,
    LegAsked,
    LegFailed,
    LegMoved,
    NotWaiting,
    Reply,
    Ring,
    Rung,
    SendLeg,
)
from sipsorcery_web.contract.sip_headers import one_line

_CREDENTIALS = re.compile(
    r"^(?:(?:Proxy-)?Authorization|X-Third-Party(?:-\w+)?)[ \t]*:.*\r?\n(?:[ \t].*\r?\n)*", re.IGNORECASE | re.MULTILINE
)
_NOT_CARRIED = re.compile(r"[\x00\ud800-\udfff]")
"""Characters that jansson takes in no text: with one of them, Kamailio reads nothing of a command."""
_PRIVATE_HEADERS = {"call-id", "contact", "content-length", "cseq", "from", "max-forwards", "record-route", "route"} | {
    "to", "via", "authorization", "proxy-authorization",
}  # fmt: skip
"""The headers that are the engine's own affair."""


def event_of(data: dict[str, Any]) -> Event | None:
    """The event that Kamailio's object tells; None for one that says nothing to call control."""
    made = _EVENTS.get(str(data.get("ev")))
    return None if made is None else made(data)


def _call_asked(data: dict[str, Any]) -> Event:
    return CallAsked(
        transaction=data["t"],
        call=data["call"],
        direction=data["direction"],
        account=data["account"],
        user=_text(data["user"]),
        host=_text(data["host"]),
        caller=data.get("caller", ""),
        provider=data.get("provider", ""),
        dials=_text(data.get("dials")),
        source=_socket(data["source"]),
        request=_CREDENTIALS.sub("", _text(data["request"])),
    )


def _leg_failed(data: dict[str, Any]) -> Event:
    contact, reason = _text(data.get("contact")), _text(data.get("reason"))
    is_timeout = data.get("own") == 1
    return LegFailed(token=data["token"], code=data["code"], reason=reason, is_timeout=is_timeout, contact=contact)


_EVENTS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "call": _call_asked,
    "leg": lambda data: LegAsked(transaction=data["t"], token=data["token"], call=data["call"]),
    "failed": lambda data: DialFailed(transaction=data["t"], call=data["call"], code=int(data["code"])),
    "rung": lambda data: Rung(transaction=data["t"], call=data["call"]),
    "moved": lambda data: LegMoved(
        transaction=data["t"], token=data["token"], code=int(data["code"]), contact=_text(data["contact"])
    ),
    "legfail": _leg_failed,
    "answered": lambda data: CallAnswered(call=data["call"], token=data["token"]),
    "gone": lambda data: CallGone(call=data["call"]),
    "alive": lambda data: CallAlive(call=data["call"]),
    "told": lambda data: AllTold(since=float(data.get("since") or 0)),
    "nowait": lambda data: NotWaiting(transaction=data["t"]),
}


def command_as_json(command: Command) -> dict[str, Any]:
    """The object that Kamailio's configuration reads a command from."""
    match command:
        case Hello():
            return {"do": "hello"}
        case DialLegs():
            legs = " ".join(command.tokens)
            owner = _line(command.owner)
            return _filled(t=command.transaction, do="dial", legs=legs, account=command.account, owner=owner)
        case SendLeg():
            return _leg(command)
        case Ring() | Reply():
            kind = "ring" if isinstance(command, Ring) else "reply"
            reason = _line(command.reason) or "-"
            return _filled(
                t=command.transaction, do=kind, code=command.code, reason=reason, headers=_headers(command.headers)
            )


def _leg(leg: SendLeg) -> dict[str, Any]:
    return _filled(
        t=leg.transaction,
        do="go",
        uri=_line(leg.uri),
        account=_line(leg.account),
        next_hop=_line(leg.next_hop),
        server_name=_line(leg.server_name),
        next=_line(leg.next_hop or leg.uri),
        name=_quoted(leg.from_name) if leg.from_uri else "",
        **{"from": _line(leg.from_uri)},
        headers=_headers(leg.headers),
        content_type=_line(leg.content_type),
        body=leg.body,
        username=_line(leg.username),
        password=leg.password,
        ring=max(1, leg.ring_milliseconds),
        cd=leg.call_seconds,
        moves=int(leg.follows_redirects),
        hides=int(leg.hides_caller),
        outside=int(leg.is_outside),
        transfer=leg.transfer,
        as_sent=int(not leg.mangles_sdp),
    )


def _filled(**values: Any) -> dict[str, Any]:
    return {
        name: _NOT_CARRIED.sub("\ufffd", value) if isinstance(value, str) else value
        for name, value in values.items()
        if value not in ("", 0)
    }


def _headers(headers: Iterable[tuple[str, str]]) -> str:
    """The headers as they stand in a message, each on one line, without those that are the engine's own affair."""
    passing = [(_line(name), _line(value)) for name, value in headers]
    return "".join(
        f"{name}: {value}\r\n"
        for name, value in passing
        if re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]+", name)
        and name.lower() not in _PRIVATE_HEADERS
        and not name.lower().startswith("x-engine-")
    )


def _line(text: str) -> str:
    return one_line(text).strip()


def _quoted(name: str) -> str:
    escaped = _line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if escaped else ""


def _text(encoded: str | None) -> str:
    return base64.b64decode(encoded or "").decode("utf-8", "replace")


def _socket(uri: str) -> str:
    """Return `sip:192.0.2.7:5060;transport=tcp` as `tcp:192.0.2.7:5060`."""
    where, _, transport = uri.removeprefix("sip:").partition(";transport=")
    return f"{transport or 'udp'}:{where}"
