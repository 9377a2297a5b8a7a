"""Messages on a socket of this installation, the plan service's first of all: a length of four bytes, then JSON.

The first one goes from client to service and carries the secret; the socket is readable by its owner only as well.
"""

import asyncio
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..answers import as_text

SOCKET_NAME = "plans.sock"
LONGEST = 8 << 20
_LENGTH = struct.Struct("!I")
_BACKLOG = 256


class Gone(ConnectionError):
    """The other side has hung up."""


@contextmanager
def socket_address(folder: Path, name: str = SOCKET_NAME) -> Iterator[str]:
    """The address of the socket in a folder: however long its path is, a socket's has 107 bytes (unix(7))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)


def listening(folder: Path, name: str = SOCKET_NAME) -> socket.socket:
    """A socket that only its owner may reach, in the place of one that an earlier process left."""
    (folder / name).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with socket_address(folder, name) as address:
            listener.bind(address)
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    return listener


def connected(folder: Path, seconds: float, name: str = SOCKET_NAME) -> socket.socket:
    """A connection to the socket in a folder, where each message takes so many seconds at most. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        with socket_address(folder, name) as address:
            connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def packed(message: dict[str, Any]) -> bytes:
    """The bytes of a message."""
    data = as_text(message).encode()
    return _LENGTH.pack(len(data)) + data


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message. Raises OSError."""
    connection.sendall(packed(message))


def receive(connection: socket.socket) -> dict[str, Any]:
    """The next message. Raises Gone where none comes, and ValueError for what is none."""
    length = _length(_exactly(connection, _LENGTH.size))
    return _unpacked(_exactly(connection, length))


async def read(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The next message, as `receive` gives it. Raises EOFError where none comes."""
    length = _length(await reader.readexactly(_LENGTH.size))
    return _unpacked(await reader.readexactly(length))


def _length(data: bytes) -> int:
    (length,) = _LENGTH.unpack(data)
    if length > LONGEST:
        raise ValueError("a message that is too long")
    return int(length)


def _unpacked(data: bytes) -> dict[str, Any]:
    message = json.loads(data)
    if not isinstance(message, dict):
        raise ValueError("a message that is no object")  # noqa: TRY004 (as json.loads)
    return message


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = connection.recv(min(count - len(data), 1 << 16))
        if not part:
            raise Gone("the connection has ended")
        data += part
    return bytes(data)
