"""The samples for those who write a client of their own, with the address of this installation in them."""

from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Sample:
    """A file that can be used as it stands."""

    name: str
    text: str

    def at(self, address: str) -> "Sample":
        """The same with the address of a service."""
        return Sample(self.name, self.text.replace(SAMPLE_ADDRESS, address))


def init_app(app: Flask, service_address: str, source: Path = SOURCE) -> None:
    """Show the samples at `/developers`; without an address of the service each request tells this portal's own."""
    samples = {
        language: [Sample(name, (source / language / name).read_text("utf-8")) for name in names]
        for language, names in FILES.items()
    }

    @app.get("/developers")
    @open_to_all
    def developers() -> str:
        address = service_address or request.url_root.rstrip("/") + ENDPOINT_PATH
        shown = {language: [sample.at(address) for sample in files] for language, files in samples.items()}
        return render_template("developers/index.html", address=address, samples=shown)
