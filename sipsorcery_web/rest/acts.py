"""The acts on a dial plan that are no verbs of its record: tries, which change nothing, and test cases.

They are carried out where the pages carry them out, behind the port `PlanTries`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from werkzeug.wrappers import Request, Response

from sipsorcery_web.contract.areas import Area
from sipsorcery_web.contract.wire_types import ZERO_ID

from .bodies import JSON, body_of
from .json_values import WrongType, read_id, read_time, written
from .problems import Problem
from .resources import Verb
from .routes import PREFIX, allowed_methods
from .schemas import Schema, reference_to

NOUN = "dial-plans"
CASES = f"/{NOUN}/{{id}}/test-cases"
ANSWERS = (
    "By the names of legs (`user@provider`, `account@domain`): `answered after 5`, `busy`, `refused 404`, `nobody`, "
    "`redirected to 100@sip.example.org`, `unregistered`, `unknown`. By the questions of the plan: `value:key`, "
    "`web:address`, `enum:name`, `request:METHOD address`, `calls:`."
)
_CALL: Schema = {
    "number": {"type": "string", "description": "The number that is called."},
    "caller": {"type": "string", "description": "The caller; the owner of the plan where it is left out."},
    "direction": reference_to("CallDirection"),
    "time": {"type": "string", "format": "date-time", "description": "Now, where it is left out."},
    "seed": {"type": "string", "description": "Decides about the random numbers of the plan."},
    "answers": reference_to("TryAnswers"),
}
_SCRIPT: Schema = {
    "script": {"type": "string", "description": "A script to try in place of the saved one."},
    "script_type": reference_to("ScriptType"),
}
_NAME: Schema = {"name": {"type": "string", "description": "Made of the number where it is left out."}}
_LEG: Schema = {
    "name": {"type": "string"},
    "about": {"type": "string"},
    "options": {"type": "array", "items": {"type": "string"}},
    "fate": {"type": "string"},
    "is_answered": {"type": "boolean"},
}
_SENTENCES: Schema = {"type": "array", "items": {"type": "string"}}


def _object(properties: Schema, needed: Sequence[str] | None = None, about: str = "") -> Schema:
    required = list(properties) if needed is None else list(needed)
    found = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"description": about, **found} if about else found


_STEP: Schema = {
    "seconds": {"type": "number"},
    "what": {"type": "string"},
    "words": {"type": "string"},
    "body": {"type": "string"},
    "legs": {"type": "array", "items": reference_to("TryLeg")},
}
_CASE: Schema = {
    "id": {"type": "string", "format": "uuid"},
    **_NAME,
    **_CALL,
    "expected": {**_SENTENCES, "description": "The result that is wanted."},
    "last": {**_SENTENCES, "description": "The result that was seen last."},
    "is_failing": {"type": "boolean"},
}
SCHEMAS: Mapping[str, Schema] = {
    "CallDirection": {"type": "string", "enum": ["out", "in"]},
    "ScriptType": {"type": "string", "enum": ["Ruby", "Asterisk"]},
    "TryAnswers": {"type": "object", "additionalProperties": {"type": "string"}, "description": ANSWERS},
    "TryLeg": _object(_LEG),
    "TryStep": _object(_STEP),
    "TryQuestion": _object({"name": {"type": "string"}, "is_answered": {"type": "boolean"}}),
    "Try": _object({**_CALL, **_SCRIPT}, ["number"], "A call that nobody makes, through a plan."),
    "TryResult": _object(
        {
            "answer": {"type": "string", "description": "What the caller gets, as a sentence."},
            "status": {"type": ["integer", "null"], "description": "The SIP status of a refusal."},
            "answered_by": {"type": ["string", "null"], "description": "The leg that the caller talks to."},
            "steps": {"type": "array", "items": reference_to("TryStep")},
            "questions": {
                "type": "array",
                "items": reference_to("TryQuestion"),
                "description": "The names that answers can be given for.",
            },
            "lines": {"type": "array", "items": {"type": "integer"}, "description": "The lines that ran."},
        },
        about="What would happen at a call.",
    ),
    "NewTestCase": _object({**_NAME, **_CALL}, ["number"]),
    "TestCase": _object(_CASE, about="A try that is kept with a plan, and run when the plan is saved on a page."),
    "TestCaseList": _object({"items": {"type": "array", "items": reference_to("TestCase")}}),
}


@dataclass(frozen=True)
class Order:
    """The request of an act, with the token that nobody has looked at yet: it says whose plan is meant."""

    request: Request
    token: str
    plan_id: UUID
    case_id: UUID = ZERO_ID


class PlanTries(Protocol):
    """Tries and test cases, as the owner of a token has them. Each raises Problem, and what the service raises."""

    def try_plan(self, order: Order, wanted: Mapping[str, Any]) -> Mapping[str, object]:
        """Return what would happen at a call."""

    def cases(self, order: Order) -> Sequence[Mapping[str, object]]:
        """Return the test cases of a plan."""

    def case(self, order: Order) -> Mapping[str, object]:
        """Return a test case."""

    def add_case(self, order: Order, name: str, wanted: Mapping[str, Any]) -> Mapping[str, object]:
        """Keep a try as a test case, and return it."""

    def run_cases(self, order: Order) -> Sequence[Mapping[str, object]]:
        """Run all test cases, keep what they see, and return them."""

    def accept_case(self, order: Order) -> Mapping[str, object]:
        """Take the last result of a test case for the wanted one, and return the case."""

    def delete_case(self, order: Order) -> None:
        """Delete a test case."""


@dataclass(frozen=True)
class Act:
    """An act at its address; `takes` and `gives` name schemas, `writes` says that test cases are changed."""

    method: str
    path: str
    operation_id: str
    summary: str
    carry_out: Callable[[PlanTries, Order], Response]
    takes: str = ""
    gives: str = ""
    status: int = 200
    writes: bool = False
    tries: bool = False

    @property
    def scopes(self) -> Sequence[str]:
        """The scopes that a token needs: a try tells of accounts and providers that plans name."""
        looked_up = (Area.ACCOUNTS.reading, Area.PROVIDERS.reading) if self.tries else ()
        return (Area.DIAL_PLANS.reading, *((Area.DIAL_PLANS.writing,) if self.writes else ()), *looked_up)

    @property
    def has_case(self) -> bool:
        """Return True where the address has the id of a test case."""
        return "{case_id}" in self.path


def _try(tries: PlanTries, order: Order) -> Response:
    return _reply(tries.try_plan(order, wanted(order.request, "Try")))


def _list(tries: PlanTries, order: Order) -> Response:
    return _reply({"items": tries.cases(order)})


def _add(tries: PlanTries, order: Order) -> Response:
    given = dict(wanted(order.request, "NewTestCase"))
    made = tries.add_case(order, given.pop("name", ""), given)
    response = _reply(made, 201)
    root = order.request.root_path.rstrip("/")
    response.headers["Location"] = f"{root}{PREFIX}{CASES.replace('{id}', str(order.plan_id))}/{made['id']}"
    return response


def _get(tries: PlanTries, order: Order) -> Response:
    return _reply(tries.case(order))


def _run(tries: PlanTries, order: Order) -> Response:
    return _reply({"items": tries.run_cases(order)})


def _accept(tries: PlanTries, order: Order) -> Response:
    return _reply(tries.accept_case(order))


def _delete(tries: PlanTries, order: Order) -> Response:
    tries.delete_case(order)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


ACTS = (
    Act("POST", f"/{NOUN}/{{id}}/tries", "try_dial_plan", "Try a dial plan", _try, "Try", "TryResult", tries=True),
    Act("GET", CASES, "list_test_cases", "List the test cases of a dial plan", _list, gives="TestCaseList"),
    Act(
        *("POST", CASES, "add_test_case", "Add a test case to a dial plan", _add, "NewTestCase", "TestCase", 201),
        writes=True,
        tries=True,
    ),
    Act(
        *("POST", f"{CASES}/runs", "run_test_cases", "Run the test cases of a dial plan", _run, "", "TestCaseList"),
        writes=True,
        tries=True,
    ),
    Act("GET", f"{CASES}/{{case_id}}", "get_test_case", "Read a test case", _get, gives="TestCase"),
    Act(
        "POST",
        f"{CASES}/{{case_id}}/acceptances",
        "accept_test_case",
        "Take the last result of a test case for the wanted one",
        _accept,
        gives="TestCase",
        writes=True,
    ),
    Act("DELETE", f"{CASES}/{{case_id}}", "delete_test_case", "Delete a test case", _delete, status=204, writes=True),
)


@dataclass(frozen=True)
class ActPlace:
    """An address of acts that was asked for."""

    acts: Mapping[str, Act]
    plan_id: UUID
    case_id: UUID = ZERO_ID

    @property
    def methods(self) -> str:
        """The methods that may be used there, as the header Allow names them."""
        return allowed_methods(self.acts)


def act_place_at(path: str) -> ActPlace | None:
    """Return the acts at a path below the prefix; None where there are none."""
    for template, acts in _BY_PATH.items():
        ids = _ids(template.split("/"), path.split("/"))
        if ids is not None:
            return ActPlace(acts, ids["{id}"], ids.get("{case_id}", ZERO_ID))
    return None


def wanted(request: Request, schema: str) -> Mapping[str, Any]:
    """Return the fields of a request's body; Problem for an unknown field, and for a value of another type."""
    given, known = body_of(request, Verb.ADD), SCHEMAS[schema]["properties"]
    for name, value in given.items():
        if name not in known:
            raise Problem(422, f"There is no field {name[:64]!r} here.", "unknown-field", name[:64])
        if complaint := _complaint(value, _resolved(known[name])):
            raise Problem(422, f"{name}: {complaint}", "wrong-type", name)
    return given


def _resolved(schema: Schema) -> Schema:
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _complaint(value: object, schema: Schema) -> str:
    """Return what is wrong with a value; "" where nothing is."""
    if schema["type"] == "object":
        is_right = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
        return "" if is_right else "It has to be an object of texts."
    if not isinstance(value, str):
        return "It has to be a text."
    if "enum" in schema and value not in schema["enum"]:
        return f"It has to be one of {', '.join(schema['enum'])}."
    try:
        if schema.get("format") == "date-time":
            read_time(value)
    except WrongType as error:
        return str(error)
    return ""


def _ids(template: Sequence[str], path: Sequence[str]) -> Mapping[str, UUID] | None:
    """Return the ids of a path that has the form of a template; None for any other."""
    if len(template) != len(path):
        return None
    found: dict[str, UUID] = {}
    for wanted_part, part in zip(template, path, strict=True):
        if not wanted_part.startswith("{"):
            if wanted_part != part:
                return None
            continue
        try:
            found[wanted_part] = read_id(part)
        except WrongType:
            return None
    return found


def _by_path() -> Iterator[tuple[str, Mapping[str, Act]]]:
    for path in dict.fromkeys(act.path for act in ACTS):
        yield path, {act.method: act for act in ACTS if act.path == path}


def _reply(value: object, status: int = 200) -> Response:
    return Response(written(value), status, content_type=JSON)


_BY_PATH = dict(_by_path())
