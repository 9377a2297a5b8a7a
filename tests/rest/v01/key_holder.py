"""A program that was written for REST v0.1, whose every answer is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.test import Client, TestResponse

from sipsorcery_web.portal.http.security_headers import HEADERS
from sipsorcery_web.rest.v01.routes import PREFIX
from tests.portal.app_harness import AppHarness


@dataclass
class KeyHolder:
    """A program that asks with a key; without one where that is empty."""

    harness: AppHarness
    key: str

    def ask(self, method: str, route: str, headers: Mapping[str, str] | None = None, **more: Any) -> TestResponse:
        """Return the answer to a request for a route."""
        given = {"apikey": self.key} if self.key else {}
        client = Client(self.harness.app.wsgi_app)
        answer = client.open(f"{PREFIX}/{route}", method=method, headers={**given, **(headers or {})}, **more)
        assert HEADERS.items() <= dict(answer.headers).items()
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Request-ID"]
        return answer

    def result(self, method: str, route: str, **more: Any) -> tuple[Any, str | None]:
        """Return the result of a request and the error; the shape is the same for all."""
        answer = self.ask(method, route, **more)
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), answer.text
        found = answer.get_json()
        assert list(found) == ["Error", "Result", "Success"]
        assert found["Success"] is (found["Error"] is None)
        return found["Result"], found["Error"]

    def get(self, route: str, **arguments: str) -> Any:
        """Return what a GET gives."""
        found, error = self.result("GET", route, query_string=arguments)
        assert error is None, error
        return found

    def post(self, route: str, entity: object) -> Any:
        """Return what a POST gives."""
        found, error = self.result("POST", route, json=entity)
        assert error is None, error
        return found

    def error(self, method: str, route: str, **more: Any) -> str:
        """Return the error of a request that has to fail."""
        _, error = self.result(method, route, **more)
        assert error is not None
        return error
