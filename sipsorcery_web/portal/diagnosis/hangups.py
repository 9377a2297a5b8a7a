"""The hang-up reason of a call, as the service has stored it or the other side has sent it."""

import re
from collections.abc import Mapping

from .calls import diagnose_call

_BY_TEXT: Mapping[str, str] = {
    "client cancelled": "the caller gave up",
    "cancelled": "the caller gave up",
    "caller hung up": "the caller hung up",
    "client hungup": "the caller hung up",
    "client hung up": "the caller hung up",
    "client dialogue hungup": "the caller hung up",
    "client dialog hungup": "the caller hung up",
    "callee hung up": "they hung up",
    "server hungup": "they hung up",
    "server hung up": "they hung up",
    "remote hungup": "they hung up",
    "remote hung up": "they hung up",
    "remote server hungup": "they hung up",
    "server dialogue hungup": "they hung up",
    "local hungup": "we hung up",
    "local hung up": "we hung up",
    "hungup": "one side hung up",
    "hung up": "one side hung up",
    "normal call clearing": "one side hung up",
    "normal clearing": "one side hung up",
    "timed out": "nobody answered in time",
    "timeout": "nobody answered in time",
    "request timeout": "nobody answered in time",
    "call duration limit reached": "the call reached its longest time",
    "rtcc time limit reached": "the credit for the call was used up",
    "call completed elsewhere": "another phone answered",
    "answered elsewhere": "another phone answered",
    "attended transfer": "the call was transferred",
    "blind transfer": "the call was transferred",
    "system": "this service ended the call",
}
_BY_CAUSE_OF_A_NETWORK: Mapping[int, str] = {
    1: "the number does not exist",
    16: "one side hung up",
    17: "they were busy",
    18: "nothing answered there",
    19: "nobody answered in time",
    20: "their phone was not there",
    21: "they declined",
    22: "the number has changed",
    26: "another phone answered",
    27: "their line is out of order",
    28: "the number is incomplete",
    31: "one side hung up",
    34: "no line was free",
    38: "the network is out of order",
    41: "the network had a passing fault",
    42: "the network is overloaded",
    44: "the line was not free any more",
    47: "the network had no room for the call",
    102: "an answer did not come in time",
    127: "another network ended it without a reason",
}
"""ITU-T Q.850, as gateways send it."""
_REASON = re.compile(r"^\s*(SIP|Q\.850)\s*;[^\n]*?\bcause\s*=\s*(\d{1,3})\b", re.IGNORECASE)  # RFC 3326


def describe_hangup(reason: str | None) -> str:
    """The reason in words, to stand behind a time; a text that is not known is returned as it is, none as empty."""
    text = (reason or "").strip()
    return _BY_TEXT.get(_plain(text)) or _of_header(text) or text


def _plain(text: str) -> str:
    return " ".join(text.casefold().removesuffix(".").split())


def _of_header(text: str) -> str:
    """Return the meaning of a Reason header of a BYE or CANCEL; empty for anything else."""
    found = _REASON.match(text)
    if found is None:
        return ""
    protocol, cause = found[1].upper(), int(found[2])
    return _BY_CAUSE_OF_A_NETWORK.get(cause, "") if protocol == "Q.850" else _of_status(cause)


def _of_status(status: int) -> str:
    if status == 200:
        return "another phone answered"
    return _in_a_sentence(diagnose_call(status, None).title) if 300 <= status <= 699 else ""


def _in_a_sentence(title: str) -> str:
    return title[:1].lower() + title[1:]
