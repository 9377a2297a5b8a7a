"""The lines of the log, as text or as JSON: nothing in them lets their reader in, and nobody else can write one.

A message is one line whatever is in it, and what follows it (a traceback) is indented, so that no name that a stranger
has made up looks like a line of the log.
"""

import json
import logging
import re
from datetime import UTC, datetime

from sipsorcery_web.invisible import visible

from .request_ids import request_id

CONFIDENTIAL = re.compile(
    r"(?:(?<=/setup/)|(?<=/login/reset/)|(?<=/login/confirm/)|(?<=/shared/))[\w-]+|\b[0-9A-Fa-f]{96}\b"
    r"|sips_[0-9A-Za-z]{36}|sip[cr]_[\w-]{43}"
)
"""Secrets of set-up, of mailed links and of shared calls, in addresses, authids, tokens and secrets of programs."""
_LINE_ENDS = re.compile(r"[\r\n\t]")


class TextLines(logging.Formatter):
    """Lines for people: time, level, logger, the request's id, and what there is to say."""

    def format(self, record: logging.LogRecord) -> str:
        begins = f"{self.formatTime(record)} {record.levelname} {record.name} [{request_id() or '-'}]: "
        following = _following(self, record)
        return "\n    ".join([begins + _message(record), *following.splitlines()])


class JSONLines(logging.Formatter):
    """Lines for programs: one JSON object each, always with the same names in the same order."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id(),
            "message": _message(record),
        }
        following = _following(self, record)
        return json.dumps(line | ({"following": following} if following else {}))


FORMATS: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JSONLines}
"""The values of SIPSORCERY_LOG_FORMAT."""


def _message(record: logging.LogRecord) -> str:
    return _LINE_ENDS.sub(lambda found: f"[U+{ord(found[0]):04X}]", _discreet(record.getMessage()))


def _following(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Return what stands behind the message: the traceback of its error, and the stack where it was asked for."""
    error = formatter.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    stack = formatter.formatStack(record.stack_info) if record.stack_info else ""
    return _discreet("\n".join(filter(None, (error, stack))))


def _discreet(text: str) -> str:
    return visible(CONFIDENTIAL.sub("…", text))
