"""The world of a try: records are looked up, everything else was typed, and what a plan causes is written down."""

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from ..legs import Leg
from ..world import Account, Provider, WebAnswer
from .leg_answers import NOBODY, LegAnswer

QuestionKind = Literal["leg", "account", "value", "web", "enum", "request", "calls"]
MOST_EFFECTS = 500


class Records(Protocol):
    """The records of the plan's owner and the domains of the service, as they are now."""

    def canonical_domain(self, host: str) -> str | None:
        """The domain that a host or alias stands for; None where it is none of the service."""

    def account(self, username: str, domain: str) -> Account | None:
        """The owner's account of that name; None where it is nobody's or somebody else's."""

    def own_accounts(self) -> list[Account]:
        """The owner's accounts."""

    def provider(self, name: str) -> Provider | None:
        """The owner's provider of that name, in any case."""


@dataclass(frozen=True, kw_only=True)
class TypedAnswers:
    """Typed or recorded answers: those of legs by their names, and texts by what a plan asks for."""

    legs: dict[str, LegAnswer] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """By question, as `value:key`, `web:address`, `enum:name`, `request:METHOD address` and `calls:`."""

    def leg(self, name: str, account: str = "") -> LegAnswer:
        """The answer of a leg, else that of its account; nobody answers where none was typed."""
        return self.legs.get(name) or self.legs.get(account) or NOBODY


@dataclass(frozen=True, order=True)
class Question:
    """A question of the plan: `is_answered` where an answer was typed."""

    kind: QuestionKind
    key: str
    is_answered: bool = field(compare=False)
    note: str = field(compare=False, default="")
    is_account: bool = field(compare=False, default=False)
    is_strangers: bool = field(compare=False, default=False)
    """Whether it is about an account that is none of the owner's."""

    @property
    def name(self) -> str:
        """The name of its field in a form."""
        return self.key if self.kind in ("leg", "account") else f"{self.kind}:{self.key}"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An effect that a call would have and a try only shows; `what` is a word, `words` the rest."""

    at: float
    what: str
    words: str
    body: str = ""


@dataclass
class TriedWorld:
    """A `World`. `time` is seconds since the epoch, and stands still but for Dials and pauses."""

    records: Records
    answers: TypedAnswers
    time: float
    effects: list[Effect] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    _values: dict[str, str | None] = field(default_factory=dict)

    def answer_of(self, leg: Leg) -> LegAnswer:
        """Return the answer of a leg, and note the question."""
        self._note("leg", leg.name, is_answered=leg.name in self.answers.legs, note=_about(leg))
        return self.answers.leg(leg.name, leg.account)

    def now(self) -> float:
        return self.time

    def canonical_domain(self, host: str) -> str | None:
        return self.records.canonical_domain(host)

    def account(self, username: str, domain: str) -> Account | None:
        own = self.records.account(username, domain)
        if own is not None:
            return own
        name = f"{username}@{domain}"
        self._note("account", name, is_answered=name in self.answers.legs, is_strangers=True)
        if self.answers.leg(name).kind == "unknown":
            return None
        return Account(username=username, domain=domain, is_own=False)

    def own_accounts(self) -> list[Account]:
        return self.records.own_accounts()

    def bindings(self, username: str, domain: str) -> list[str]:
        name = f"{username}@{domain}"
        self._note("account", name, is_answered=name in self.answers.legs)
        is_there = self.answers.leg(name).kind not in ("unregistered", "unknown")
        return [f"sip:{name}"] if is_there else []

    def provider(self, name: str) -> Provider | None:
        return self.records.provider(name)

    def read_value(self, key: str) -> str | None:
        if key in self._values:
            return self._values[key]
        return self._typed("value", key)

    def write_value(self, key: str, value: str) -> str:
        self._values[key] = value
        self._cause("Stored value", f"{key} = {value}")
        return ""

    def delete_value(self, key: str) -> None:
        self._values[key] = None
        self._cause("Deleted value", key)

    def value_keys(self) -> list[str]:
        typed = {
            name.partition(":")[2] for name, text in self.answers.texts.items() if name.startswith("value:") and text
        }
        written = {key for key, value in self._values.items() if value is not None}
        deleted = {key for key, value in self._values.items() if value is None}
        return sorted((typed | written) - deleted)

    def send_mail(self, to: list[str], subject: str, body: str) -> str:
        self._cause("Mail", f"to {', '.join(to)}: {subject}", body)
        return ""

    def web_get(self, url: str, seconds: int) -> WebAnswer:
        return WebAnswer(text=self._typed("web", url))

    def enum_lookup(self, name: str) -> str | None:
        return self._typed("enum", name)

    def current_calls(self) -> list[str]:
        text = self._typed("calls", "") or "0"
        count = int(text) if text.isascii() and text.isdigit() else 0
        return [f"call {number}" for number in range(1, min(count, 100) + 1)]

    def provisional(self, code: int, reason: str, headers: tuple[tuple[str, str], ...]) -> None:
        self._cause("To the caller", " ".join([str(code), reason, *(f"({name}: {value})" for name, value in headers)]))

    def callback(self, first: str, second: str, delay: int, first_ring: int, second_ring: int) -> str:
        when = f" after {delay} s" if delay else ""
        self._cause("Callback", f"joins {first} and {second}{when}")
        return ""

    def send_request(self, method: str, destination: str, content_type: str, body: str, seconds: int) -> str | None:
        self._cause("Request", f"{method} {destination}", body)
        return self._typed("request", f"{method} {destination}")

    def _typed(self, kind: QuestionKind, key: str) -> str | None:
        name = f"{kind}:{key}"
        given = self.answers.texts.get(name)
        self._note(kind, key, is_answered=given is not None)
        return given or None

    def _note(
        self, kind: QuestionKind, key: str, *, is_answered: bool, note: str = "", is_strangers: bool = False
    ) -> None:
        question = Question(kind, key, is_answered, note, kind == "account", is_strangers)
        known = self.questions.get(question.name)
        if known is None:
            self.questions[question.name] = question
        elif kind == "leg" and known.kind == "account":
            self.questions[question.name] = replace(known, kind="leg", note=note)

    def _cause(self, what: str, words: str, body: str = "") -> None:
        if len(self.effects) < MOST_EFFECTS:
            self.effects.append(Effect(at=self.time, what=what, words=words, body=body))


def _about(leg: Leg) -> str:
    if leg.in_plan:
        return f"runs the plan {leg.in_plan}"
    return {
        "provider": "provider",
        "account": "phones of an account",
        "credentials": "with credentials of the line",
    }.get(leg.kind, "address elsewhere")
