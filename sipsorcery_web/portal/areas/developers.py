"""The samples for those who write a client of their own, and the resources that they can ask for, with this address."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request

from sipsorcery_web.contract.names import ENDPOINT_PATH

from ..http.access import open_to_all

SOURCE = Path(__file__).parents[3] / "samples"
SAMPLE_ADDRESS = "https://sip.example.org/provisioning.svc"
SAMPLE_ADDRESS_IN_JSON = "https://sip.example.org/api/v1"
FILES_IN_JSON = {
    "python": ("accounts.py",),
    "javascript": ("api.js", "accounts.html", "accounts.js"),
    "csharp": ("Accounts.cs",),
    "curl": ("accounts.sh",),
}
FILES = {
    "python": ("customer.py",),
    "javascript": ("provisioning.js", "customer.html", "customer.js", "package.json"),
    "csharp": ("Customer.cs",),
    "curl": ("customer.sh",),
}

REFUSAL = """{
  "type": "about:blank",
  "title": "Unprocessable Content",
  "status": 422,
  "detail": "The username must be at least 5 characters long.",
  "rule": "sip-username-too-short",
  "field": "sip_username",
  "request_id": "0123456789abcdef"
}"""
"""The problem that a program is told which adds an account with the name `desk`."""
_CLIENT = '-d "client_id=$CLIENT_ID"'
OAUTH_COMMANDS = {
    "The description of the server": "curl {}/.well-known/oauth-authorization-server",
    "Tokens for a code": f"curl {{}}/oauth/token {_CLIENT} -d grant_type=authorization_code"
    ' -d "code=$CODE" -d "code_verifier=$VERIFIER" --data-urlencode "redirect_uri=$ADDRESS"',
    "Codes for a device": f"curl {{}}/oauth/device-authorization {_CLIENT} -d scope=accounts:read",
    "Whether the customer has decided": f'curl {{}}/oauth/token {_CLIENT} -d "device_code=$DEVICE_CODE"'
    " -d grant_type=urn:ietf:params:oauth:grant-type:device_code",
    "New tokens": f'curl {{}}/oauth/token {_CLIENT} -d grant_type=refresh_token -d "refresh_token=$REFRESH_TOKEN"',
    "The end of a consent": f'curl {{}}/oauth/revoke {_CLIENT} -d "token=$REFRESH_TOKEN"',
}
"""The commands of programs that ask customers, by what each is for; the address of the portal is to be filled in."""

_IN_BRACES = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Sample:
    """A file that can be used as it stands."""

    name: str
    text: str

    def at(self, service: str, resources: str) -> "Sample":
        """The same with the addresses of a service and of its resources."""
        text = self.text.replace(SAMPLE_ADDRESS, service).replace(SAMPLE_ADDRESS_IN_JSON, resources)
        return Sample(self.name, text)


Files = Mapping[str, Sequence[Sample]]


@dataclass(frozen=True)
class RestOperation:
    """An operation on a resource, as the description of the interface (OpenAPI) has it."""

    name: str
    method: str
    path: str
    summary: str
    scope: str
    body: Mapping[str, Any] | None = None
    """An example of what is sent."""
    tells_tag: bool = False
    needs_tag: bool = False

    def curl(self, address: str, with_tag: bool = False) -> str:
        """The command that carries it out; the variables ID, and others where they are needed, are the reader's.

        One that changes a record is told which one was read where it has to be, or `with_tag`.
        """
        words = [f'curl{" -i" if self.tells_tag else ""} -H "Authorization: Bearer $SIPSORCERY_TOKEN"']
        if self.method != "GET":
            words.append(f"-X {self.method}")
        if self.needs_tag or with_tag:
            words.append('-H "If-Match: $ETAG"')
        if self.body is not None:
            words.append(f"-H 'Content-Type: application/json' -d '{json.dumps(self.body)}'")
        return " ".join([*words, f'"{address}{_IN_BRACES.sub(lambda name: f"${name[1].upper()}", self.path)}"'])


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[RestOperation]]]:
    """Yield the words for each resource of a description, with its operations."""
    for tag in document["tags"]:
        found = [
            _operation(method, path, described)
            for path, at in document["paths"].items()
            for method, described in at.items()
            if method != "parameters" and tag["name"] in described["tags"]
        ]
        yield tag["description"].rstrip("."), found


def _operation(method: str, path: str, described: Mapping[str, Any]) -> RestOperation:
    (needed,) = described["security"]
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    return RestOperation(
        name=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        scope=" ".join(next(iter(needed.values()))),
        body=content and content["example"],
        tells_tag=any("ETag" in answer.get("headers", ()) for answer in described["responses"].values()),
        needs_tag=any(each["name"] == "If-Match" and each["required"] for each in described["parameters"]),
    )


def init_app(app: Flask, service_address: str, rest: Mapping[str, Any] | None = None, source: Path = SOURCE) -> None:
    """Show the samples at `/developers`; without an address of the service each request tells this portal's own.

    `rest` describes the resources (OpenAPI), where there are some.
    """
    resources = [] if rest is None else list(operations_of(rest))
    operations = {operation.name: operation for _, found in resources for operation in found}
    samples = list(_samples({} if rest is None else FILES_IN_JSON, source))

    @app.get("/developers")
    @open_to_all
    def developers() -> str:
        address = service_address or request.url_root.rstrip("/") + ENDPOINT_PATH
        top = address.removesuffix(ENDPOINT_PATH)
        rest_address = top + rest["servers"][0]["url"] if rest else ""
        return render_template(
            "developers/index.html",
            address=address,
            samples={language: _at(files, address, rest_address) for language, files in samples},
            resources=resources,
            operations=operations,
            rest_address=rest_address,
            refusal=REFUSAL,
            oauth={words: command.format(top) for words, command in OAUTH_COMMANDS.items()},
        )


def _samples(in_json: Mapping[str, Sequence[str]], source: Path) -> Iterator[tuple[str, Files]]:
    """Yield each language with its files, by what they speak."""
    for language, names in FILES.items():
        spoken = {"In JSON": in_json.get(language, ()), "Over SOAP": names}
        yield (
            language,
            {
                words: [Sample(name, (source / language / name).read_text("utf-8")) for name in found]
                for words, found in spoken.items()
                if found
            },
        )


def _at(files: Files, service: str, resources: str) -> Files:
    return {words: [sample.at(service, resources) for sample in found] for words, found in files.items()}
