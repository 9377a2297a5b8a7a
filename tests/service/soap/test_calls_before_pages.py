"""Calls are answered before Flask looks at a request, with all that an answer of the portal has."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sipsorcery_web.contract import names
from sipsorcery_web.portal.http.security_headers import HEADERS

from ..edge import XML, message, request

IS_ALIVE = message(request("IsAlive"))
CALL: dict[str, Any] = {"content_type": XML, "headers": {"SOAPAction": f"{names.ACTION_PREFIX}IsAlive"}}


@pytest.fixture
def requests_of_flask(app: Flask) -> list[str]:
    """The paths of the requests that come to Flask."""
    noted: list[str] = []
    behind = app.before_request_funcs.setdefault(None, [])
    behind.insert(0, lambda: noted.append("a request"))
    return noted


def test_a_call_takes_no_session_no_hook_and_no_page(client: FlaskClient, requests_of_flask: list[str]) -> None:
    assert client.post(names.ENDPOINT_PATH, data=IS_ALIVE, **CALL).status_code == 200
    assert client.post(names.ENDPOINT_PATH, data="<").status_code == 500
    assert client.post(names.ENDPOINT_PATH, data=b" " * 1_000_001, **CALL).status_code == 413
    assert requests_of_flask == []

    client.get(names.ENDPOINT_PATH)
    assert requests_of_flask == ["a request"]


@pytest.mark.parametrize("data", [IS_ALIVE, "<", b" " * 1_000_001], ids=["answer", "fault", "too large"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_its_answer_has_the_headers_of_every_answer(client: FlaskClient, data: str | bytes, scheme: str) -> None:
    answer = client.post(names.ENDPOINT_PATH, base_url=f"{scheme}://portal.example.org", data=data, **CALL)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers.get("Strict-Transport-Security") == ("max-age=31536000" if scheme == "https" else None)
    assert len(answer.headers.getlist("X-Frame-Options")) == 1


def test_a_call_with_a_query_is_the_same_call(client: FlaskClient, requests_of_flask: list[str]) -> None:
    plain = client.post(names.ENDPOINT_PATH, data=IS_ALIVE, **CALL)
    queried = client.post(f"{names.ENDPOINT_PATH}?x=1", data=IS_ALIVE, **CALL)

    assert (queried.status_code, queried.data) == (200, plain.data)
    told = {name for name, _ in plain.headers} - {"X-Request-ID"}
    assert {name: queried.headers.getlist(name) for name in told} == {
        name: plain.headers.getlist(name) for name in told
    }
    assert client.post(f"{names.ENDPOINT_PATH}?{'x' * 20_000}", data=IS_ALIVE, **CALL).status_code == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_verb_is_refused_with_those_that_there_are(client: FlaskClient, method: str) -> None:
    answer = client.open(names.ENDPOINT_PATH, method=method, data=IS_ALIVE, **CALL)

    assert answer.status_code == 405
    assert {*answer.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("path", [f"{names.ENDPOINT_PATH}/", f"{names.ENDPOINT_PATH}x", f"/x{names.ENDPOINT_PATH}"])
def test_no_other_address_is_the_endpoint(client: FlaskClient, path: str) -> None:
    assert client.post(path, data=IS_ALIVE, **CALL).status_code == 404
