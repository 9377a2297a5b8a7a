"""Errors that keep the portal from starting, as sentences for its operator."""

from .database.connection import StoreUnavailable
from .database.keyring import KeyringError
from .settings import SettingError

OBSTACLES = (SettingError, KeyringError, StoreUnavailable, OSError, ModuleNotFoundError)
EXTRAS = ("psycopg", "redis")


def told(error: Exception) -> str:
    """Return why the portal does not start; raises the error itself where that is a mistake of the code."""
    return f"SIPSorcery Web does not start: {_reason(error)}"


def _reason(error: Exception) -> str:
    match error:
        case ModuleNotFoundError(name=str(name)) if name in EXTRAS:
            return f"it needs the Python package {name}. Install it with make setup EXTRAS=1."
        case ModuleNotFoundError():
            raise error
        case OSError(strerror=str(what), filename=str(where)):
            return f"{where}: {what}."
        case _:
            return str(error)
