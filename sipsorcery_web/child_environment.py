"""The environment of programs of others that the portal starts."""

import os

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL")
"""None of libpq's: which server it is, and how it is reached, is what the portal has found out (`libpq_parameters`)."""


def child_environment() -> dict[str, str]:
    """Return what of the portal's environment such a program gets."""
    return {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
