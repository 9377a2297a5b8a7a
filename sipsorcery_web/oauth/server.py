"""Authlib's authorization server over the work of one request."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter
from werkzeug.wrappers import Response

from sipsorcery_web.contract.access_token_text import new_token
from sipsorcery_web.contract.oauth import GRANTABLE

from . import consents
from .clients import Client, client_of
from .code_grant import CodeGrant, Pkce
from .device_grant import DeviceGrant, DeviceRequests
from .refresh_grant import RefreshGrant
from .requests import Asked
from .token_endpoints import Introspection, Revocation
from .work import Work


class Issuer(IssuerParameter):
    """The issuer in answers that browsers carry, so that a program knows whose they are (RFC 9207)."""

    def __init__(self, server: "Server") -> None:
        self._issuer = server.issuer
        self(server)

    def get_issuer(self) -> str:
        """Return the issuer."""
        return self._issuer


class Server(AuthorizationServer):
    """The server: `work` is what the grants do theirs in, `issuer` the address that programs know the portal by."""

    def __init__(self, work: Work, issuer: str) -> None:
        super().__init__(scopes_supported=GRANTABLE)
        self.work = work
        self.issuer = issuer
        lasts = int(consents.ACCESS_TOKEN_LASTS.total_seconds())
        tokens = BearerTokenGenerator(
            lambda **_: new_token(), lambda **_: consents.new_refresh_token(), lambda *_: lasts
        )
        self.register_token_generator("default", tokens)
        self.register_grant(CodeGrant, [Pkce()])
        self.register_grant(RefreshGrant)
        self.register_grant(DeviceGrant)
        for endpoint in (DeviceRequests, Revocation, Introspection):
            self.register_endpoint(endpoint)
        self.register_extension(Issuer)

    def query_client(self, client_id: str) -> Client | None:
        """Return the program of this id; None for none."""
        return client_of(self.work, client_id)

    def save_token(self, token: Mapping[str, Any], request: Asked) -> None:
        """Keep the hashes of tokens. A request's user is the consent that stands for the customer."""
        consents.keep_tokens(self.work, request.user, request.client.row.name, token)

    def create_oauth2_request(self, request: Asked) -> Asked:
        """Return the request, which was read before."""
        return request

    def handle_response(self, status: int, body: object, headers: Sequence[tuple[str, str]]) -> Response:
        """Return an answer over HTTP; one that leads a browser elsewhere has it ask there by GET (RFC 9700, 4.12)."""
        return Response(json.dumps(body) if body else None, 303 if status == 302 else status, list(headers))

    def send_signal(self, name: str, *_args: object, **_more: object) -> None:
        """Tell nobody: what is to be known stands in the audit."""
