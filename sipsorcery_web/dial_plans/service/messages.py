"""Messages on the plan service's socket: a length of four bytes, then JSON.

The first one goes from client to service and carries the secret; the socket is readable by its owner only as well.
"""

import json
import socket
import struct
from typing import Any

SOCKET_NAME = "plans.sock"
LONGEST = 8 << 20
_LENGTH = struct.Struct("!I")


class Gone(ConnectionError):
    """The other side has hung up."""


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message. Raises OSError."""
    data = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode()
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket) -> dict[str, Any]:
    """The next message. Raises Gone where none comes, and ValueError for what is none."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > LONGEST:
        raise ValueError("a message that is too long")
    message = json.loads(_exactly(connection, length))
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
