"""The effects of `sys`, call by call (facts of dial plans, section 4); Ruby's side is `ruby/prelude/sys.rb`."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from .calls import MAX_TOTAL_SECONDS
from .dialling import Dials
from .legs import Sender
from .log_lines import LogLines
from .outcomes import Ended
from .recorded_world import RecordedWorld
from .sip_text import UnfitText, display_name, header, headers, host_part, one_line, user_part

MOST_CALLBACKS = 3
MOST_MAILS, MOST_ADDRESSES, LONGEST_SUBJECT, LONGEST_MAIL = 3, 5, 256, 4096
LONGEST_PAGE, LONGEST_WEB_SECONDS = 8192, 10
LONGEST_KEY, LONGEST_VALUE = 255, 4096
MOST_WEB_REQUESTS, MOST_REQUESTS, MOST_LOOKUPS, MOST_HEADERS = 20, 5, 20, 20
LONGEST_BODY = 8192
_ADDRESS = re.compile(r"[^@\s,;<>\"\\]+@[^@\s,;<>\"\\]+")
_METHODS = frozenset({"OPTIONS", "MESSAGE", "NOTIFY", "INFO", "SUBSCRIBE", "PUBLISH", "REFER"})


class Finished(Exception):
    """The script has given its final answer, or asked for nothing more."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.reason)
        self.ended = ended


class Limits(Protocol):
    """The times that a script may extend."""

    def extend(self, seconds: int) -> None:
        """Give the script more processor time."""


class SysCalls:
    """The calls of one run, by the names that the prelude asks with."""

    def __init__(self, dials: Dials, limits: Limits) -> None:
        self._dials = dials
        self._limits = limits
        self._counts: dict[str, int] = {}
        self.wants_trace = False

    @property
    def _world(self) -> RecordedWorld:
        return self._dials.world

    @property
    def _log(self) -> LogLines:
        return self._dials.log

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        """Carry out one call. Raises Finished at the script's end, and KeyError for no call of `sys`."""
        try:
            return _CALLS[name](self, *arguments)
        except UnfitText as error:
            self._log.say(str(error))
            return None

    def dial(self, text: str, ring_seconds: int, answered_seconds: int) -> str:
        return self._dials.dial(text, ring_seconds, answered_seconds)

    def respond(self, code: int, reason: str | None, more: str | None) -> None:
        given = headers(_text(more))
        words = one_line(_text(reason))
        if 100 < code < 200:
            self._world.provisional(code, words, given)
        elif 300 <= code < 700:
            raise Finished(Ended(code=code, reason=words, headers=given))
        else:
            self._log.say(f"A plan cannot answer with {code}: 101 to 199 and from 300 to 699.")

    def log(self, text: Any) -> None:
        self._log.add(_text(text))

    def trace(self, wanted: bool) -> None:
        self.wants_trace = bool(wanted)

    def last_failure_status(self) -> int:
        return self._dials.last.status if self._dials.last else 0

    def last_failure_reason(self) -> str:
        return one_line(self._dials.last.reason) if self._dials.last else ""

    def redirect_uri(self) -> str | None:
        last, call = self._dials.last, self._dials.execution.call
        return (last.redirect_uri if last else "") or call.redirect_uri or None

    def redirect_response(self) -> int:
        last, call = self._dials.last, self._dials.execution.call
        return (last.redirect_response if last else 0) or call.redirect_response

    def is_available(self, user: str | None, domain: str | None) -> bool:
        username, known = self._account_name(user, domain)
        return bool(known and self._world.bindings(username, known))

    def does_sip_account_exist(self, user: str | None, domain: str | None) -> bool:
        username, known = self._account_name(user, domain)
        return bool(known and self._world.account(username, known))

    def is_mine(self, user: str | None, domain: str | None) -> bool:
        username, known = self._account_name(user, domain)
        account = self._world.account(username, known) if known else None
        return bool(account and account.is_own)

    def get_bindings(self, user: str | None, domain: str | None) -> tuple[str, list[str]] | None:
        if not self.is_mine(user, domain):
            self._log.say("GetBindings gives those of the own accounts only.")
            return None
        username, known = self._account_name(user, domain)
        return "list", self._world.bindings(username, known)

    def get_sip_accounts(self) -> tuple[str, list[str]]:
        return "list", [f"{account.username}@{account.domain}" for account in self._world.own_accounts()]

    def get_canonical_domain(self, host: str | None) -> str | None:
        return self._world.canonical_domain(_text(host))

    def set_from_header(self, name: str | None, user: str | None, host: str | None) -> None:
        self._dials.sender = Sender(
            name=display_name(_text(name)),
            user=user_part(_text(user)),
            host=host_part(_text(host)) if _text(host).strip() else "",
        )

    def clear_from_header(self) -> None:
        self._dials.sender = None

    def set_custom_sip_header(self, name: str, value: str | None) -> None:
        if value is None:
            name, _, value = _text(name).partition(":")
        set_header = header(_text(name), _text(value))
        self.remove_custom_sip_header(set_header[0])
        if len(self._dials.headers) >= MOST_HEADERS:
            raise UnfitText(f"A plan may set {MOST_HEADERS} headers.")
        self._dials.headers.append(set_header)

    def remove_custom_sip_header(self, name: str) -> None:
        wanted = _text(name).strip().lower()
        self._dials.headers = [each for each in self._dials.headers if each[0].lower() != wanted]

    def clear_custom_sip_headers(self) -> None:
        self._dials.headers = []

    def print_custom_sip_headers(self) -> None:
        for name, value in self._dials.headers:
            self._log.add(f"{name}: {value}")

    def set_custom_content(self, content_type: str | None, body: str | None) -> None:
        kind = one_line(_text(content_type)) or "text/plain"
        if not re.fullmatch(r"[0-9A-Za-z.+\-]+/[0-9A-Za-z.+\-]+(?:; ?[0-9A-Za-z.+\-]+=[0-9A-Za-z.+\-\"]+)*", kind):
            raise UnfitText(f"“{kind[:60]}” is no content type.")
        self._dials.content_type, self._dials.body = kind, _text(body)[:LONGEST_BODY]

    def clear_custom_body(self) -> None:
        self._dials.content_type = self._dials.body = ""

    def callback(self, first: str, second: str, delay: int, first_ring: int, second_ring: int) -> None:
        if self._counts_on("callback", MOST_CALLBACKS, "Callbacks"):
            seconds = (max(0, n) for n in (delay, first_ring, second_ring))
            self._say(self._world.callback(one_line(_text(first)), one_line(_text(second)), *seconds))

    def enum_lookup(self, name: str) -> str | None:
        if not self._counts_on("enum", MOST_LOOKUPS, "ENUM lookups"):
            return None
        return self._world.enum_lookup(one_line(_text(name)))

    def web_get(self, url: str, seconds: int) -> str | None:
        address = _text(url).strip()
        if not re.fullmatch(r"https?://[!-~]+", address, re.IGNORECASE):
            raise UnfitText("WebGet takes an http or https address.")
        if not self._counts_on("web", MOST_WEB_REQUESTS, "WebGets"):
            return None
        found = self._world.web_get(address, min(max(1, seconds), LONGEST_WEB_SECONDS))
        self._say(found.problem)
        return found.text and found.text[:LONGEST_PAGE]

    def email(self, to: str, subject: str, body: str) -> None:
        apps = re.split(r"[;,\s]+", self._dials.execution.plan.authorised_apps.lower())
        if "email" not in apps and "*" not in apps:
            raise UnfitText("Mails of plans are not switched on for this plan.")
        addresses = [each.strip() for each in re.split("[;,]", _text(to)) if each.strip()]
        if not addresses or not all(map(_ADDRESS.fullmatch, addresses)) or _text(to) != one_line(_text(to)):
            raise UnfitText("Email takes addresses with commas between them.")
        if len(addresses) > MOST_ADDRESSES:
            raise UnfitText(f"A mail of a plan goes to at most {MOST_ADDRESSES} addresses.")
        if self._counts_on("mail", MOST_MAILS, "mails"):
            words = one_line(_text(subject))[:LONGEST_SUBJECT]
            self._say(self._world.send_mail(addresses, words, _text(body)[:LONGEST_MAIL]))

    def db_write(self, key: str, value: str) -> None:
        if len(_text(value)) > LONGEST_VALUE:
            raise UnfitText(f"A stored value has at most {LONGEST_VALUE} characters.")
        self._say(self._world.write_value(self._key(key), _text(value)))

    def db_read(self, key: str) -> str | None:
        return self._world.read_value(self._key(key))

    def db_delete(self, key: str) -> None:
        self._world.delete_value(self._key(key))

    def db_get_keys(self) -> tuple[str, list[str]]:
        return "list", self._world.value_keys()

    def get_current_calls(self) -> tuple[str, list[str]]:
        return "list", self._world.current_calls()

    def extend_script_timeout(self, seconds: int) -> None:
        self._limits.extend(min(max(0, seconds), MAX_TOTAL_SECONDS))

    def send_request(self, method: str, to: str, kind: str | None, body: str | None, seconds: int) -> str | None:
        name = _text(method).strip().upper()
        if name not in _METHODS:
            raise UnfitText(f"SendRequest does not send {one_line(name)[:20]}.")
        if not self._counts_on("request", MOST_REQUESTS, "requests"):
            return None
        destination = one_line(_text(to))
        if re.search(r"[\s<>\"]", destination):
            raise UnfitText("SendRequest takes a SIP address.")
        text = _text(body)[:LONGEST_BODY]
        within = min(max(1, seconds), 10)
        answer = self._world.send_request(name, destination, one_line(_text(kind)), text, within)
        self._say("" if answer else f"{name} to {destination[:100]}: no answer came, or nothing may be sent there.")
        return answer

    def gone(self, name: str) -> None:
        self._log.say(f"{name} does nothing: the service behind it is gone.")

    def unreachable(self, name: str) -> None:
        self._log.say(
            f"{name} does nothing: plans reach no databases of their own. DBRead and DBWrite keep small values."
        )

    def _say(self, problem: str) -> None:
        if problem:
            self._log.say(problem)

    def _account_name(self, user: str | None, domain: str | None) -> tuple[str, str]:
        """The account meant, the plan's own where no name is given; an empty domain where there is none."""
        call = self._dials.execution.call
        own_user, _, own_domain = call.account.partition("@")
        username, _, named = (_text(user) or own_user).partition("@")
        return username, self._world.canonical_domain(_text(domain) or named or own_domain) or ""

    def _counts_on(self, kind: str, most: int, words: str) -> bool:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._counts[kind] <= most:
            return True
        if self._counts[kind] == most + 1:
            self._log.say(f"A plan may have {most} {words} in one execution; this one is left out.")
        return False

    def _key(self, key: str) -> str:
        text = _text(key)
        if not text or len(text) > LONGEST_KEY:
            raise UnfitText(f"The key of a stored value has 1 to {LONGEST_KEY} characters.")
        return text


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_CALLS: dict[str, Callable[..., Any]] = {
    name: method
    for name, method in vars(SysCalls).items()
    if callable(method) and not name.startswith("_") and name != "call"
}
