"""Errors that keep the portal from starting, as sentences for its operator."""

import click
from flask.cli import run_command
from flask.helpers import get_debug_flag

from .database.connection import StoreUnavailable
from .database.keyring import KeyringError
from .ip_addresses import is_loopback
from .settings import SettingError

OBSTACLES = (SettingError, KeyringError, StoreUnavailable, OSError, ModuleNotFoundError)
EXTRAS = ("psycopg", "redis")


def told(error: Exception) -> str:
    """Return why the portal does not start; raises the error itself where that is a mistake of the code."""
    return f"SIPSorcery Web does not start: {_reason(error)}"


def refuse_debugging_for_others() -> None:
    """Raise SettingError where `flask run` would show other machines its debugger, which runs whatever they type."""
    context = click.get_current_context(silent=True)
    if context is None or context.command is not run_command:
        return
    host = context.params.get("host") or ""
    if (get_debug_flag() or context.params.get("debugger")) and not is_loopback(host):
        raise SettingError(
            f"with --debug whoever reaches {host} could run code here. Leave out --debug, or --host; `python app.py` "
            "serves other machines."
        )


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
