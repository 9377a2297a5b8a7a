"""The fields for answers on the page of a try: one for each leg and question of the plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.dial_plans.tries.leg_answers import NOBODY, LegAnswer
from sipsorcery_web.dial_plans.tries.trial import Trial
from sipsorcery_web.dial_plans.tries.tried_world import Question, TypedAnswers

from .form import AFTER, WITH, AnswersTyped

_OF_ALL = (
    ("nobody", "nobody answers"),
    ("answered", "answered"),
    ("busy", "busy"),
    ("refused", "refused"),
    ("redirected", "redirected"),
)
_OF_ACCOUNTS = (("unregistered", "no phone is registered"),)
_OF_STRANGERS = (("unknown", "there is no such account"),)
_LABELS = {
    "value": "Stored value {}",
    "web": "Text at {}",
    "enum": "SIP address that ENUM gives for {}",
    "request": "Answer to {}",
    "calls": "Calls in progress",
}


@dataclass(frozen=True, kw_only=True)
class LegField:
    """The fields of one leg: what it does, after how many seconds, and with which code or address."""

    name: str
    about: str
    kind: str
    after: str
    more: str
    choices: Sequence[tuple[str, str]]
    error: str = ""

    after_name = property(lambda self: self.name + AFTER)
    with_name = property(lambda self: self.name + WITH)


@dataclass(frozen=True, kw_only=True)
class TextField:
    """The field of a question that has a text for an answer."""

    name: str
    label: str
    value: str
    is_long: bool
    is_answered: bool


@dataclass(frozen=True, kw_only=True)
class AnswerFields:
    """All fields for answers; `carried` are answers to what this time was not asked."""

    legs: Sequence[LegField]
    texts: Sequence[TextField]
    carried: Sequence[tuple[str, str]]

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what is wrong with legs' answers: the id of each field, and a sentence with the leg's name."""
        return [(f"leg-{number}", f"{leg.name}: {leg.error}") for number, leg in enumerate(self.legs, 1) if leg.error]

    @property
    def open_texts(self) -> int:
        """The number of questions that nobody has answered."""
        return sum(not each.is_answered for each in self.texts)


def answer_fields(typed: AnswersTyped, trial: Trial | None) -> AnswerFields:
    """The fields for what a plan has asked; before it is tried, those of the answers that were typed."""
    answers = typed.answers
    asked = {question.name: question for question in (trial.questions if trial else _typed(typed))}
    legs = [_leg_field(each, typed) for each in asked.values() if each.kind in ("leg", "account")]
    texts = [_text_field(each, answers) for each in asked.values() if each.kind not in ("leg", "account")]
    return AnswerFields(legs=legs, texts=texts, carried=[each for each in typed.written if each[0] not in asked])


def _typed(typed: AnswersTyped) -> Sequence[Question]:
    legs = [Question("leg", name, is_answered=True) for name in [*typed.answers.legs, *typed.errors]]
    parts = [name.partition(":") for name in typed.answers.texts]
    return [*legs, *(Question(kind, key, is_answered=True) for kind, _, key in parts)]  # type: ignore[arg-type]


def _leg_field(question: Question, typed: AnswersTyped) -> LegField:
    name, error = question.name, typed.errors.get(question.name, "")
    answer = typed.answers.legs.get(name, NOBODY)
    sent = typed.submitted
    choices = [
        *_OF_ALL,
        *(_OF_ACCOUNTS if question.is_account else ()),
        *(_OF_STRANGERS if question.is_strangers else ()),
    ]
    known = [value for value, _ in choices]
    if answer.kind not in known:
        choices += [each for each in (*_OF_ACCOUNTS, *_OF_STRANGERS) if each[0] == answer.kind]
    return LegField(
        name=name,
        about="an account of somebody else, if it is one" if question.is_strangers else question.note,
        kind=sent.get(name, "").partition(" ")[0] if error else answer.kind,
        after=sent.get(name + AFTER, "") if error else str(answer.after or ""),
        more=sent.get(name + WITH, "") if error else _more(answer),
        choices=choices,
        error=error,
    )


def _more(answer: LegAnswer) -> str:
    """The code and the address of an answer, as its field shows them."""
    code = str(answer.code or (answer.status if answer.kind == "refused" else ""))
    return " to ".join(filter(None, [code, answer.to]))


def _text_field(question: Question, answers: TypedAnswers) -> TextField:
    return TextField(
        name=question.name,
        label=_LABELS[question.kind].format(question.key),
        value=answers.texts.get(question.name, ""),
        is_long=question.kind in ("web", "request"),
        is_answered=question.is_answered,
    )
