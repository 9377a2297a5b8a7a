"""The requests of programs that ask for resources in JSON with a token."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

from bench import cases
from bench.data.contents import FIRST, Contents
from bench.measuring.requests import HOST, UNIQUE, Expected, Request, Script, Step
from sipsorcery_web.contract import names
from sipsorcery_web.contract.extensions import AccessToken
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.provisioning.soap import SoapChannel
from sipsorcery_web.rest.routes import PREFIX
from tests.factories import PASSWORD

PATIENCE = 60
SIZE = 25
OTHER_EACH_TIME = f"&since={UNIQUE}"
"""No revision of this service: no answer is kept for it, and the list is read."""


@dataclass
class RestRequests:
    """The requests of programs, which have one token."""

    port: int
    contents: Contents

    def cases(self) -> dict[str, "partial[list[Script]]"]:
        """Return the makers of requests by case."""
        return {cases.REST_LIST: partial(self._lists), cases.REST_LIST_ANEW: partial(self._lists, more=OTHER_EACH_TIME)}

    def _lists(self, count: int, more: str = "") -> list[Script]:
        found = Expected(patterns={r'"sip_username":"line-': min(SIZE, self.contents.accounts)})
        asked = Request(f"{PREFIX}/sip-accounts?limit={SIZE}{more}", headers={"Authorization": f"Bearer {self._token}"})
        return [Script([Step(asked, found)])] * count

    @cached_property
    def _token(self) -> str:
        """A token of the first customer's, made over SOAP."""
        channel = SoapChannel(f"http://{HOST}:{self.port}{names.ENDPOINT_PATH}", PATIENCE)
        session = ProvisioningClient(channel, ClientIdentity()).login(FIRST, PASSWORD)
        wanted = AccessToken(name="bench", scopes="accounts:read", ends=datetime.now(UTC) + timedelta(days=1))
        return ProvisioningClient(channel, ClientIdentity(session)).add_access_token(wanted).token or ""
