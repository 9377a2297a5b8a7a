"""Places for administrators alone, be it of all customers or of a label's members; for others they do not exist."""

from flask import abort

from ..storage.errors import StorageUnavailable
from . import session


def administers() -> bool:
    """Return whether the visitor looks after other customers; False where the session cannot be read."""
    try:
        login = session.current()
    except StorageUnavailable:
        return False
    return login is not None and login.administers


def require_administrator() -> None:
    """Answer 404 to everybody else; what an administrator may see is for the service to say."""
    if not administers():
        abort(404)
