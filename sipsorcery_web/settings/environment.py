"""The environment of this process, and what others can see of it."""

import ctypes
import os

_LIBC = ctypes.CDLL(None)
_LIBC.getenv.restype = ctypes.c_void_p


def wipe(variable: str) -> None:
    """Remove a variable, and overwrite its value where it lies: /proc shows that place, of forked children too."""
    address = _LIBC.getenv(variable.encode())
    if address:
        ctypes.memset(address, 0, len(ctypes.string_at(address)))
    os.environ.pop(variable, None)
