"""The messages of programs that call the provisioning service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lxml import etree

from bench import cases
from bench.data.contents import DOMAIN, FIRST, Contents
from bench.measuring.requests import UNIQUE, Expected, Request, Script, Step
from sipsorcery_web.contract import names
from sipsorcery_web.contract.message_text import request_text
from sipsorcery_web.contract.operations import OPERATIONS
from tests.factories import PASSWORD
from tests.factories.records import sip_account
from tests.service.edge import message, security

PAGES = {cases.SOAP_GET_25: 25, cases.SOAP_GET_1000: 1000}
PAGES_ANEW = {cases.SOAP_GET_25_ANEW: 25, cases.SOAP_GET_1000_ANEW: 1000}
OTHER_EACH_TIME = f"<number>{UNIQUE}</number>"
"""A block of a message's header that nobody has to understand: no answer is kept for another message."""
ADDED = Expected(patterns={"<AddSIPAccountResult": 1})


@dataclass
class SoapRequests:
    """The requests of programs; each connection has a token of its own."""

    port: int
    contents: Contents
    _tokens: list[str] = field(default_factory=list)

    def cases(self) -> dict[str, "partial[list[Script]]"]:
        """Return the makers of requests by case."""
        counted = Expected(patterns={rf">{self.contents.accounts}<": 1})
        pages = {case: partial(self._page, count) for case, count in PAGES.items()}
        pages |= {case: partial(self._page, count, more=OTHER_EACH_TIME) for case, count in PAGES_ANEW.items()}
        return {
            cases.SOAP_LOGIN: partial(self._logins),
            cases.SOAP_COUNT: partial(self._scripts, "GetSIPAccountsCount", {}, counted),
            cases.SOAP_ADD: partial(self._scripts, "AddSIPAccount", {"sip_account": _new_account()}, ADDED),
            **pages,
        }

    def answer(self, case: str) -> bytes:
        """Return the body of the answer in a case."""
        (script,) = self.cases()[case](1)
        return script.steps[0].request.send(self.port)[1]

    def _page(self, size: int, connections: int, more: str = "") -> list[Script]:
        found = Expected(patterns={"<[^/>]*SIPUsername": min(size, self.contents.accounts)})
        return self._scripts("GetSIPAccounts", {"offset": 0, "count": size}, found, connections, more)

    def _logins(self, connections: int) -> list[Script]:
        return [Script([Step(_login(), Expected(patterns={">[0-9a-fA-F]{96}<": 1}))])] * connections

    def _scripts(
        self, name: str, arguments: Mapping[str, Any], expected: Expected, connections: int, more: str = ""
    ) -> list[Script]:
        return [Script([Step(_call(name, arguments, token, more), expected)]) for token in self._signed_in(connections)]

    def _signed_in(self, count: int) -> Sequence[str]:
        self._tokens += [self._token() for _ in range(count - len(self._tokens))]
        return self._tokens[:count]

    def _token(self) -> str:
        _, body = _login().send(self.port)
        return str(etree.fromstring(body).xpath("string(//*[local-name() = 'LoginResult'])"))


def _new_account() -> Any:
    return sip_account(f"added-{UNIQUE}", sip_domain=DOMAIN)


def _login() -> Request:
    return _call("Login", {"username": FIRST, "password": PASSWORD}, "")


def _call(name: str, arguments: Mapping[str, Any], token: str, more: str = "") -> Request:
    """The request of an operation; `more` stands in the message's header too."""
    operation = OPERATIONS[name]
    defaults = {parameter.name: None for parameter in operation.parameters}
    document = message(request_text(operation, defaults | dict(arguments)), (security(token) if token else "") + more)
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation.action}"'}
    return Request(names.ENDPOINT_PATH, "POST", headers, document)
