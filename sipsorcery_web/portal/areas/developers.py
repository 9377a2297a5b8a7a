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
FILES = {
    "python": ("customer.py",),
    "javascript": ("provisioning.js", "customer.html", "customer.js", "package.json"),
    "csharp": ("Customer.cs",),
    "curl": ("customer.sh",),
}

_IN_BRACES = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Sample:
    """A file that can be used as it stands."""

    name: str
    text: str

    def at(self, address: str) -> "Sample":
        """The same with the address of a service."""
        return Sample(self.name, self.text.replace(SAMPLE_ADDRESS, address))


@dataclass(frozen=True)
class RestOperation:
    """An operation on a resource, as the description of the interface (OpenAPI) has it."""

    method: str
    path: str
    summary: str
    scope: str
    body: Mapping[str, Any] | None = None
    """An example of what is sent."""
    needs_tag: bool = False

    def curl(self, address: str) -> str:
        """The command that carries it out; the variables ID, and others where they are needed, are the reader's."""
        words = ['curl -H "Authorization: Bearer $SIPSORCERY_TOKEN"']
        if self.method != "GET":
            words.append(f"-X {self.method}")
        if self.needs_tag:
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
    needs_tag = any(each["name"] == "If-Match" and each["required"] for each in described["parameters"])
    scope = " ".join(next(iter(needed.values())))
    return RestOperation(method.upper(), path, described["summary"], scope, content and content["example"], needs_tag)


def init_app(app: Flask, service_address: str, rest: Mapping[str, Any] | None = None, source: Path = SOURCE) -> None:
    """Show the samples at `/developers`; without an address of the service each request tells this portal's own.

    `rest` describes the resources (OpenAPI), where there are some.
    """
    resources = [] if rest is None else list(operations_of(rest))
    samples = {
        language: [Sample(name, (source / language / name).read_text("utf-8")) for name in names]
        for language, names in FILES.items()
    }

    @app.get("/developers")
    @open_to_all
    def developers() -> str:
        address = service_address or request.url_root.rstrip("/") + ENDPOINT_PATH
        shown = {language: [sample.at(address) for sample in files] for language, files in samples.items()}
        rest_address = address.removesuffix(ENDPOINT_PATH) + rest["servers"][0]["url"] if rest else ""
        return render_template(
            "developers/index.html", address=address, samples=shown, resources=resources, rest_address=rest_address
        )
