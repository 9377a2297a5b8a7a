"""The world's questions as plain data: asked by name, answered in JSON values, kept in a journal, read again."""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

from .world import Account, Provider, WebAnswer, World

T = TypeVar("T")


def answer(world: World, question: str, arguments: Sequence[Any]) -> Any:
    """Ask the world by a question's name; the answer as JSON can carry it. Raises KeyError for an unknown question."""
    return _QUESTIONS[question](world, *arguments)


def to_json(value: Any) -> Any:
    """A flat record as JSON can carry it; None stays."""
    return None if value is None else dict(vars(value))


def as_text(value: Any) -> str:
    """Return JSON of what it can carry, and of records in it, however deep: `asdict` would copy each part first."""
    return json.dumps(value, default=_parts, separators=(",", ":"))


def _parts(record: Any) -> dict[str, Any]:
    if not is_dataclass(record):
        raise TypeError(f"{type(record).__name__} is no record")
    return vars(record)


def from_json(kind: type[T], data: Any) -> T:
    """A flat record again; lists become the tuples that they were, and what is not known is left out."""
    known = _names(kind)  # type: ignore[arg-type]
    return kind(**{name: _tuples(value) for name, value in data.items() if name in known})


@cache
def _names(kind: type[Any]) -> frozenset[str]:
    return frozenset(each.name for each in fields(kind))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _provisional(world: World, code: int, reason: str, headers: Any) -> None:
    world.provisional(code, reason, _tuples(headers))


_QUESTIONS: dict[str, Callable[..., Any]] = {
    "now": lambda world: world.now(),
    "canonical_domain": lambda world, host: world.canonical_domain(host),
    "account": lambda world, username, domain: to_json(world.account(username, domain)),
    "own_accounts": lambda world: [to_json(account) for account in world.own_accounts()],
    "bindings": lambda world, username, domain: list(world.bindings(username, domain)),
    "provider": lambda world, name: to_json(world.provider(name)),
    "read_value": lambda world, key: world.read_value(key),
    "write_value": lambda world, key, value: world.write_value(key, value),
    "delete_value": lambda world, key: world.delete_value(key),
    "value_keys": lambda world: list(world.value_keys()),
    "send_mail": lambda world, to, subject, body: world.send_mail(list(to), subject, body),
    "web_get": lambda world, url, seconds: to_json(world.web_get(url, seconds)),
    "enum_lookup": lambda world, name: world.enum_lookup(name),
    "current_calls": lambda world: list(world.current_calls()),
    "provisional": _provisional,
    "callback": lambda world, *arguments: world.callback(*arguments),
    "send_request": lambda world, *arguments: world.send_request(*arguments),
}


class AskedWorld:
    """A World whose every answer comes from `ask(question, arguments)`: a journal, or another process."""

    def __init__(self, ask: Callable[[str, list[Any]], Any]) -> None:
        self._ask = ask

    def now(self) -> float:
        return float(self._ask("now", []))

    def canonical_domain(self, host: str) -> str | None:
        return _text_or_none(self._ask("canonical_domain", [host]))

    def account(self, username: str, domain: str) -> Account | None:
        found = self._ask("account", [username, domain])
        return None if found is None else from_json(Account, found)

    def own_accounts(self) -> list[Account]:
        return [from_json(Account, each) for each in self._ask("own_accounts", [])]

    def bindings(self, username: str, domain: str) -> list[str]:
        return list(self._ask("bindings", [username, domain]))

    def provider(self, name: str) -> Provider | None:
        found = self._ask("provider", [name])
        return None if found is None else from_json(Provider, found)

    def read_value(self, key: str) -> str | None:
        return _text_or_none(self._ask("read_value", [key]))

    def write_value(self, key: str, value: str) -> str:
        return _text_or_none(self._ask("write_value", [key, value])) or ""

    def delete_value(self, key: str) -> None:
        self._ask("delete_value", [key])

    def value_keys(self) -> list[str]:
        return list(self._ask("value_keys", []))

    def send_mail(self, to: list[str], subject: str, body: str) -> str:
        return _text_or_none(self._ask("send_mail", [to, subject, body])) or ""

    def web_get(self, url: str, seconds: int) -> WebAnswer:
        return from_json(WebAnswer, self._ask("web_get", [url, seconds]))

    def enum_lookup(self, name: str) -> str | None:
        return _text_or_none(self._ask("enum_lookup", [name]))

    def current_calls(self) -> list[str]:
        return list(self._ask("current_calls", []))

    def provisional(self, code: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        self._ask("provisional", [code, reason, [list(each) for each in headers]])

    def callback(self, first: str, second: str, delay: int, first_ring: int, second_ring: int) -> str:
        return str(self._ask("callback", [first, second, delay, first_ring, second_ring]) or "")

    def send_request(self, method: str, destination: str, content_type: str, body: str, seconds: int) -> str | None:
        return _text_or_none(self._ask("send_request", [method, destination, content_type, body, seconds]))


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
