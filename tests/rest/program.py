"""A program with a token, whose every answer is compared with the description of the interface."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client, TestResponse

from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.portal.http.security_headers import HEADERS
from sipsorcery_web.rest.acts import Act, act_place_at
from sipsorcery_web.rest.openapi import document
from sipsorcery_web.rest.problems import MEDIA_TYPE
from sipsorcery_web.rest.routes import PREFIX, ROUTES, Route
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness

from .json_schema import complaints, resolved

EVERY_SCOPE = " ".join(SCOPES)
DOCUMENT = document(DOMAIN)


@dataclass
class Program:
    """A program that asks a house for resources; without a token where that is empty."""

    harness: AppHarness
    token: str
    answers: list[TestResponse] = field(default_factory=list)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any) -> TestResponse:
        """Return the answer to a request below the prefix, or at an address that an answer has told."""
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = path if path.startswith(PREFIX) else PREFIX + path
        client = Client(self.harness.app.wsgi_app)
        answer = client.open(address, method=method, headers={**given, **(headers or {})}, **more)
        self.answers.append(answer)
        check(method, address.removeprefix(PREFIX).partition("?")[0], answer)
        return answer

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: object, **more: Any) -> TestResponse:
        return self.ask("POST", path, json=json, **more)

    def patch(self, path: str, json: object, **more: Any) -> TestResponse:
        return self.ask("PATCH", path, json=json, **more)

    def put(self, path: str, json: object, **more: Any) -> TestResponse:
        return self.ask("PUT", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.ask("DELETE", path, **more)

    def items(self, path: str) -> list[dict[str, Any]]:
        """Return the records of a page."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found


def program_of(harness: AppHarness, owner: str, scopes: str = EVERY_SCOPE, name: str = "report") -> Program:
    """A program with a new token of a customer's."""
    return Program(harness, harness.access_token(owner, name, scopes=scopes).token or "")


def route_at(method: str, path: str) -> Route | Act | None:
    """Return the route or the act that a request meets."""
    wanted = "GET" if method == "HEAD" else method
    if (place := act_place_at(path)) is not None:
        return place.acts.get(wanted)
    noun, _, rest = path.removeprefix("/").partition("/")
    template = f"/{noun}/{{id}}" if rest else f"/{noun}"
    return next((route for route in ROUTES if (route.path, route.method) == (template, wanted)), None)


def check(method: str, path: str, answer: TestResponse) -> None:
    """Compare an answer with what the description says of it, and look at what each answer has."""
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Request-ID"]
    route = route_at(method, path)
    if route is None or (answer.status_code == 404 and isinstance(route, Route) and not route.has_id):
        return
    assert answer.headers["Cache-Control"] == "private, no-store"
    described = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]
    assert str(answer.status_code) in described, (method, path, answer.status, answer.text)
    said = described[str(answer.status_code)]
    said = resolved(said["$ref"], DOCUMENT) if "$ref" in said else said
    assert {name for name in said.get("headers", {}) if name not in answer.headers} == set()
    if "content" not in said or method == "HEAD":
        assert answer.data == b""
        return
    ((media_type, content),) = said["content"].items()
    assert answer.mimetype == media_type
    assert list(complaints(answer.get_json(force=True), content["schema"], DOCUMENT)) == []


def problem(answer: TestResponse) -> tuple[int, str, str]:
    """Return the status of a problem, the rule that was broken and the field."""
    assert answer.mimetype == MEDIA_TYPE
    found = answer.get_json(force=True)
    assert found["status"] == answer.status_code
    assert found["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, found.get("rule", ""), found.get("field", "")
