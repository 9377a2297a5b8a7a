"""Places for administrators alone, be it of all customers or of a label's members; for others they do not exist."""

from flask import abort

from ..storage.errors import StorageUnavailable
from . import session
from .programs import is_program


def administers() -> bool:
    """Return whether the visitor looks after other customers; False where the session cannot be read."""
    try:
        login = session.current()
    except StorageUnavailable:
        return False
    return login is not None and login.administers


def require_administrator() -> None:
    """Answer 404 to everybody else. What an administrator, or a program with a token, may see the service says."""
    if not administers() and not is_program():
        abort(404)
