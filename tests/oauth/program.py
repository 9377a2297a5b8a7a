"""A program that asks a house for tokens, and the browser of a customer whom it leads there."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from werkzeug.test import Client, TestResponse

from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.portal.http.security_headers import HEADERS
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

BACK = "http://127.0.0.1:49152/back"
VERIFIER = "a-verifier-of-one-program-which-is-long-enough-0"
ADDRESS = "192.0.2.7"
"""Where the program runs."""
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@dataclass
class OAuthProgram:
    """A program that was registered, at a house."""

    harness: AppHarness
    registered: Program

    @property
    def id(self) -> str:
        return str(self.registered.id)

    def address(self, **more: str | None) -> str:
        """The address that the program leads a browser to; None leaves a parameter out."""
        given = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": BACK,
            "scope": "accounts:read",
            "state": "xyzzy",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **more,
        }
        return f"/oauth/authorize?{urlencode({name: value for name, value in given.items() if value is not None})}"

    def answer_of(self, browser: Browser, decision: str = "allow", **more: str | None) -> dict[str, str]:
        """The parameters that the program is told when a customer decides."""
        address = self.address(**more)
        answer = browser.raw("POST", address, data={"csrf_token": browser.token(), "decision": decision})
        assert answer.status_code == 303, answer.text
        return parameters_of(answer.location or "")

    def code_of(self, browser: Browser, **more: str) -> str:
        """A code of a customer who allows what is asked for."""
        return self.answer_of(browser, **more)["code"]

    def ask(self, path: str, values: Mapping[str, Any], **options: Any) -> TestResponse:
        """Return the answer to a request of the program; it gives its secret where it has one."""
        proof = {"client_secret": self.registered.secret} if self.registered.secret else {}
        given = {"client_id": self.id, **proof, **values}
        data = {name: value for name, value in given.items() if value is not None}
        client = Client(self.harness.app.wsgi_app)
        answer = client.post(path, data=data, environ_base={"REMOTE_ADDR": ADDRESS}, **options)
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        return answer

    def redeem(self, code: str, **more: str | None) -> TestResponse:
        """Ask for the tokens of a code."""
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        return self.ask("/oauth/token", given | more)

    def refresh(self, token: str, **more: str) -> TestResponse:
        """Ask for new tokens."""
        return self.ask("/oauth/token", {"grant_type": "refresh_token", "refresh_token": token, **more})

    def tokens(self, browser: Browser, scope: str = "accounts:read") -> dict[str, Any]:
        """The tokens of a customer who allows what is asked for."""
        answer = self.redeem(self.code_of(browser, scope=scope))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.get_json()
        return told

    def device(self, **more: str) -> dict[str, Any]:
        """The codes of a device that begins to wait."""
        answer = self.ask("/oauth/device-authorization", {"scope": "accounts:read", **more})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.get_json()
        return told

    def poll(self, device: Mapping[str, Any]) -> TestResponse:
        """Ask whether somebody has decided about a device."""
        return self.ask("/oauth/token", {"grant_type": DEVICE, "device_code": device["device_code"]})


def parameters_of(address: str) -> dict[str, str]:
    """The parameters in an address."""
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


def error_of(answer: TestResponse) -> tuple[int, str]:
    """Return the status and the error of a refusal."""
    return answer.status_code, answer.get_json()["error"]


def rest_status(harness: AppHarness, token: str, path: str = "/api/v1/sip-accounts") -> int:
    """Return the status that REST answers a token with."""
    client = Client(harness.app.wsgi_app)
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code
