"""The description of the authorization server, by which client libraries find their way (RFC 8414)."""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE

from sipsorcery_web.contract.oauth import GRANTABLE

from .clients import WAYS, WITH_SECRET

WELL_KNOWN = "/.well-known/oauth-authorization-server"
AUTHORIZATION = "/oauth/authorize"
TOKEN = "/oauth/token"  # noqa: S105 (no password)
REVOCATION = "/oauth/revoke"
INTROSPECTION = "/oauth/introspect"
DEVICE_AUTHORIZATION = "/oauth/device-authorization"


def metadata(issuer: str) -> Mapping[str, Any]:
    """Return the description for an issuer."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZATION,
        "token_endpoint": issuer + TOKEN,
        "revocation_endpoint": issuer + REVOCATION,
        "introspection_endpoint": issuer + INTROSPECTION,
        "device_authorization_endpoint": issuer + DEVICE_AUTHORIZATION,
        "scopes_supported": list(GRANTABLE),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", DEVICE_CODE_GRANT_TYPE],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": WAYS,
        "revocation_endpoint_auth_methods_supported": WAYS,
        "introspection_endpoint_auth_methods_supported": WITH_SECRET,
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{issuer}/developers#oauth",
    }
