"""The words for the steps of an execution, at a try and at a call."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sipsorcery_web.dial_plans.dial_strings import Options
from sipsorcery_web.dial_plans.legs import Leg
from sipsorcery_web.dial_plans.outcomes import Dialling
from sipsorcery_web.portal.ui.text.lines import lines_of

_TRANSFERS = {"refused": "transfers refused", "passed": "transfers passed on", "blind": "transfers carried out here"}
_KINDS = {"account": "phones of the account", "credentials": "with credentials"}


@dataclass(frozen=True)
class ScriptLine:
    """A line of the script."""

    number: int
    text: str
    has_run: bool


@dataclass(frozen=True)
class LegRow:
    """A leg of a Dial in words."""

    name: str
    about: str
    options: Sequence[str]
    fate: str
    is_answered: bool


@dataclass(frozen=True)
class StepRow:
    """A step: seconds after the call's beginning, and what happened."""

    seconds: float
    what: str
    words: str
    body: str = ""
    legs: Sequence[LegRow] = ()


def script_lines(script: str, ran: Collection[int]) -> Sequence[ScriptLine]:
    """Return the lines of a script, each with whether it has run."""
    return [ScriptLine(number, line, number in ran) for number, line in enumerate(lines_of(script), 1)]


def leg_row(leg: Leg, fate: str, is_answered: bool) -> LegRow:
    """Return a leg with its fate, which is in words already."""
    of_kind = f"provider {leg.provider}" if leg.kind == "provider" else _KINDS.get(leg.kind, "address elsewhere")
    about = f"runs the plan {leg.in_plan}" if leg.in_plan else of_kind
    options = [*_options(leg.options), *(f"{name}: {value}" for name, value in leg.headers)]
    return LegRow(leg.name, about, options, fate, is_answered)


def fate_words(state: str, start: float, end: float, answer: str, to: str) -> str:
    """Return what became of a leg that rang: `answer` is its final one, `to` where that redirects."""
    at = f"{end:g} s"
    starts = f"from {start:g} s, " if start else ""
    return (
        starts
        + {
            "answered": f"answered at {at}",
            "failed": f"{answer} at {at}",
            "redirected": f"{answer} to {to} at {at}, which is not followed",
            "followed": f"{answer} to {to} at {at}, which is followed",
            "rang": f"rang until {at}",
            "cancelled": f"cancelled at {at}",
        }[state]
    )


def settings_of_all_legs(dialling: Dialling) -> Iterator[str]:
    """Yield what a Dial sets for each of its legs."""
    if dialling.answered_seconds:
        yield f"hung up {dialling.answered_seconds} s after the answer"
    if sender := dialling.sender:
        yield f"From {_sender(sender.name, sender.user, sender.host)}"
    yield from (f"{name}: {value}" for name, value in dialling.headers)
    if dialling.body:
        yield f"a body of {len(dialling.body)} characters ({dialling.content_type})"


def _options(options: Options) -> Iterator[str]:
    if options.delay:
        yield f"starts after {options.delay} s"
    if options.duration:
        yield f"hung up {options.duration} s after the answer"
    given = (options.from_name, options.from_user, options.from_host)
    if any(each is not None for each in given):
        yield f"From {_sender(*given)}"
    if options.follows_redirects:
        yield "follows redirections"
    if options.transfer:
        yield _TRANSFERS[options.transfer]
    if not options.mangles_sdp:
        yield "SDP address left alone"
    yield from (f"{key}={value}" for key, value in options.switchboard)


def _sender(name: str | None, user: str | None, host: str | None) -> str:
    address = "@".join(filter(None, [user, host]))
    return " ".join(filter(None, [f"“{name}”" if name else "", address])) or "left empty"
