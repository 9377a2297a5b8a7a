"""The parts of third-party calls, for one installation."""

import hashlib
import hmac

from sipsorcery_web.settings import Settings

from .desk import CallService, Desk


def proxy_secret(settings: Settings) -> str:
    """Return the secret that the SIP engine knows the controller by."""
    return _derived(settings, "proxy")


def desk_of(settings: Settings) -> Desk:
    """Return the desk where calls are asked for."""
    return Desk(settings.data_dir.absolute() / "calls", _derived(settings, "desk"))


def call_service(settings: Settings) -> CallService:
    """Return what makes the calls that are asked for."""
    sip = settings.sip
    return CallService(
        desk=desk_of(settings),
        proxy=(sip.host, sip.port),
        at=(sip.loopback, sip.third_party_port),
        proxy_secret=proxy_secret(settings),
    )


def _derived(settings: Settings, purpose: str) -> str:
    key = settings.engine_secret().encode()
    return hmac.new(key, f"third-party calls: {purpose}".encode(), hashlib.sha256).hexdigest()
