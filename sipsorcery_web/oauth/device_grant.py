"""The grant of devices without a browser (RFC 8628): where they ask, and where they wait."""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant
from sqlalchemy import select

from sipsorcery_web.service.store.oauth import ConsentRow, DeviceRequestRow

from . import devices
from .clients import WAYS
from .requests import Asked
from .work import WithWork, Work, is_suspended


class DeviceRequests(WithWork, DeviceAuthorizationEndpoint):
    """The endpoint at which a device gets its codes (section 3.1)."""

    CLIENT_AUTH_METHODS = WAYS
    EXPIRES_IN = int(devices.LASTS.total_seconds())
    INTERVAL = devices.INTERVAL

    def create_endpoint_response(self, request: Asked) -> tuple[int, Mapping[str, Any], Any]:
        """Answer without an address that has the code in it: whoever follows a link has compared nothing.

        Section 5.4 of the RFC tells what such links are good for.
        """
        status, told, headers = super().create_endpoint_response(request)
        return status, {name: value for name, value in told.items() if name != "verification_uri_complete"}, headers

    def generate_user_code(self) -> str:
        """Return a code to type."""
        return devices.new_user_code()

    def get_verification_uri(self) -> str:
        """Return the address of the page where the code is typed."""
        return f"{self.server.issuer}/oauth/device"

    def save_device_credential(self, client_id: str, scope: str | None, data: Mapping[str, Any]) -> None:
        """Keep the device. Raises OAuth2Error for a program of another kind, and where it names no scope."""
        client = self.server.query_client(client_id)
        if not client.row.takes_device_codes:
            raise UnauthorizedClientError("The program is not registered for codes of devices.")
        scopes = client.get_allowed_scope(scope)
        if scopes is None:
            raise InvalidScopeError
        devices.add(self.work, client.row.id, scopes, data["device_code"], data["user_code"])


class Device:
    """A device that waits, as Authlib reads it."""

    def __init__(self, work: Work, row: DeviceRequestRow) -> None:
        self.row = row
        self._work = work

    def get_client_id(self) -> str:
        """Return the id of its program."""
        return str(self.row.program_id)

    def get_scope(self) -> str:
        """Return what it asked for."""
        return self.row.scopes

    def get_user_code(self) -> str:
        """Return what the code that is typed is known by."""
        return self.row.user_code_hash

    def is_expired(self) -> bool:
        """Return True for one whose codes are over."""
        return self.row.ends <= self._work.now


class DeviceGrant(WithWork, DeviceCodeGrant):
    """The grant over the devices of the store."""

    TOKEN_ENDPOINT_AUTH_METHODS = WAYS

    def query_device_credential(self, device_code: str) -> Device | None:
        """Return the device that asks with this code; None for none."""
        row = devices.of_device_code(self.work, device_code)
        return None if row is None else Device(self.work, row)

    def query_user_grant(self, user_code: str) -> tuple[ConsentRow | None, bool] | None:
        """Return the consent and whether it was given; None while nobody has decided."""
        row = self.work.session.scalars(
            select(DeviceRequestRow).where(DeviceRequestRow.user_code_hash == user_code)
        ).one()
        if row.is_denied:
            return None, False
        if row.consent_id is None:
            return None
        consent = self.work.session.get_one(ConsentRow, row.consent_id)
        return consent, not is_suspended(self.work, consent.owner)

    def should_slow_down(self, credential: Device) -> bool:
        """Return True for a device that has not waited."""
        return devices.asks_too_soon(self.work, credential.row)

    def save_token(self, token: Mapping[str, Any]) -> None:
        """Keep the tokens, and forget the device: its code is good once."""
        super().save_token(token)
        self.work.session.delete(self.request.credential.row)
