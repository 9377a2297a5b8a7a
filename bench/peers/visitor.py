"""A browser that a person uses before the measurement: it signs in, opens pages and reads their forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests
from lxml import html

from bench.measuring.requests import HOST, Expected, Request, Script, Step, WrongAnswer, form_request


@dataclass
class Visitor:
    """A browser with cookies."""

    port: int
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def cookie(self) -> dict[str, str]:
        """The header that carries the cookies."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())}

    def open(self, path: str) -> "Page":
        """A page; WrongAnswer where there is none."""
        return Page(self._checked(self.session.get(self._address(path), timeout=60)))

    def send(self, path: str, fields: dict[str, str]) -> "Page":
        """Send a form, and give the page that it leads to."""
        return Page(self._checked(self.post(path, fields, follows=True)))

    def post(self, path: str, fields: dict[str, str], follows: bool = False) -> requests.Response:
        """Send a form, and give what it is answered."""
        address = self._address(path)
        return self.session.post(address, fields, headers={"Referer": address}, timeout=60, allow_redirects=follows)

    def get(self, path: str, patterns: Mapping[str, int]) -> Step:
        """A page that is asked for; patterns with how often they are in it."""
        return Step(Request(path, headers=self.cookie), Expected(patterns=patterns))

    def edit(self, path: str, name: str, values: tuple[str, str], to: str, status: int) -> Script:
        """A form that is saved again and again with one of two values in a field, and the page at `to` after each."""
        saved = []
        for value in (*values, values[0]):
            form = self.open(path).form_with(name) | {name: value}
            request = form_request(path, form, self.cookie | {"Referer": self._address(path)})
            saved.append(Step(request, Expected(status, location=to)))
            self.send(path, form)
        shown = self.get(to, {})
        return Script([saved[1], shown, saved[2], shown])

    def _address(self, path: str) -> str:
        return urljoin(f"http://{HOST}:{self.port}", path)

    def _checked(self, response: requests.Response) -> requests.Response:
        if not response.ok:
            raise WrongAnswer(
                f"{response.request.method} {response.url}: {response.status_code}\n{response.text[:2000]}"
            )
        return response


@dataclass(frozen=True)
class Page:
    """A page that was opened."""

    response: requests.Response

    def form_with(self, name: str) -> dict[str, str]:
        """The fields of the form that has a field of this name, as a browser would send them."""
        for form in html.fromstring(self.response.content).forms:
            if name in form.fields:
                return {str(field): str(value) for field, value in form.form_values()}
        raise WrongAnswer(f"{self.response.url} has no form with {name}\n{self.response.text[:2000]}")

    @property
    def links(self) -> list[str]:
        """The addresses that the page leads to."""
        return [str(link.get("href")) for link in html.fromstring(self.response.content).iterfind(".//a[@href]")]
