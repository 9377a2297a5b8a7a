"""Finds the lines of plans that can dial a place."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.dial_plans.extension_lines import ExtensionLine, LineError, parse

from ..references import Reference, references
from ..usage import Usage

Kind = Literal["account", "provider", "number"]


@dataclass(frozen=True)
class Target:
    """The place in question, in small letters, and the names of the service's own domains."""

    kind: Kind
    name: str
    domains: Collection[str]


@dataclass(frozen=True)
class Line:
    """A line that dials the place; where it is not `certain`, the running plan decides."""

    number: int
    text: str
    is_certain: bool


@dataclass(frozen=True)
class ReachingPlan:
    """A plan that can reach the place, by its lines, and the accounts that use it; None where that is not known."""

    plan: SIPDialPlan
    lines: Sequence[Line]
    usage: Usage | None


def reaching(plans: Iterable[SIPDialPlan], target: Target) -> Iterator[tuple[SIPDialPlan, Sequence[Line]]]:
    """Yield the plans that can reach a place, with their lines."""
    for plan in plans:
        if lines := list(_lines(plan, target)):
            yield plan, lines


def _lines(plan: SIPDialPlan, target: Target) -> Iterator[Line]:
    script = plan.dial_plan_script or ""
    deciding = _deciding(script, target)
    said = set()
    for reference in references(plan.script_type_description, script):
        is_dialled = reference.kind == "leg" or (reference.kind == "switch" and target.kind == "number")
        certain = _reaches(reference, target, deciding) if is_dialled else False
        line = Line(reference.line, reference.text, bool(certain))
        if certain is not False and line not in said:
            said.add(line)
            yield line


def _reaches(reference: Reference, target: Target, deciding: ExtensionLine | None) -> bool | None:
    """Return True where a leg dials the place, None where it may."""
    where = (reference.where or "").lower()
    user = reference.user.lower() if reference.user is not None else None
    if target.kind == "provider":
        return True if where == target.name else None if not where else False
    if target.kind == "account":
        if where and where not in target.domains:
            return False
        if user is not None:
            is_meant = user == target.name or user.rpartition(".")[2] == target.name
            return (True if where else None) if is_meant else False
        return None if reference.extension is None else _by_pattern(reference.extension, target.name)
    if user is not None:
        return user == target.name
    if reference.extension is not None:
        return deciding is not None and deciding.number == reference.line
    return None


def _deciding(script: str, target: Target) -> ExtensionLine | None:
    if target.kind != "number":
        return None
    try:
        return parse(script).first_match(target.name)
    except (LineError, TimeoutError):
        return None


def _by_pattern(extension: ExtensionLine, name: str) -> bool | None:
    """Return None where a line may lead to an account whose name or number it takes."""
    dialled = extension.command.data.strip().lower()
    if not dialled.startswith(("${exten}", "${dst}")):
        return None
    try:
        return None if extension.matches(name) else False
    except TimeoutError:
        return None
