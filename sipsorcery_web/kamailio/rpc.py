"""JSON-RPC to Kamailio, over HTTP on a port of this machine (its modules xhttp and jsonrpcs)."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import urllib3

from sipsorcery_web.contract.sip_engine import SIPEngineUnavailable

PATIENCE = urllib3.Timeout(connect=1.0, read=3.0)
FORBIDDEN, NOT_FOUND = 403, 404
CLOSED_AT_ONCE = 90
"""A loop of the configuration has at most 100 turns."""
SECRET_HEADER = "X-Engine-Secret"  # noqa: S105 (its name)
SERVER_NAME_HEADER = "X-Server-Name"


def rpc_secret(engine_secret: str) -> str:
    """Return the secret that this channel shows, of which none of the engine's others can be made.

    Whoever holds the port while Kamailio is away reads it.
    """
    return hmac.new(engine_secret.encode(), b"engine: JSON-RPC", hashlib.sha256).hexdigest()


class KamailioError(SIPEngineUnavailable):
    """Kamailio did not do what it was asked to."""


class KamailioAbsent(KamailioError):
    """Kamailio does not answer."""


class KamailioRefusal(KamailioError):
    """Kamailio answered with an error; `code` is its own, 404 for what it does not know."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code


class Rpc:
    """Kamailio's methods. A method's name is always the caller's own, never a user's text."""

    def __init__(
        self, port: int, secret: Callable[[], str], patience: urllib3.Timeout = PATIENCE, connections: int = 4
    ) -> None:
        self._port = port
        self._secret = secret
        self._pool = urllib3.PoolManager(maxsize=connections, retries=False, timeout=patience)

    def call(self, method: str, *parameters: object, server_name: str = "") -> Any:
        """The result of a method. KamailioAbsent when nothing answers, KamailioRefusal when the answer is an error.

        `server_name` is said to a server that a TLS connection is made to meanwhile.
        """
        question = {"jsonrpc": "2.0", "method": method, "params": list(parameters), "id": 1}
        answer = self._post("/RPC", json.dumps(question), {SERVER_NAME_HEADER: server_name} if server_name else {})
        if "error" in answer:
            raise KamailioRefusal(int(answer["error"].get("code", 500)), str(answer["error"].get("message", "")))
        return answer.get("result")

    def close_connections(self, numbers: Sequence[int]) -> None:
        """End connections of phones, by the numbers that `core.tcp_list` gives them."""
        for batch in (numbers[start : start + CLOSED_AT_ONCE] for start in range(0, len(numbers), CLOSED_AT_ONCE)):
            self._post("/close", "".join(f"{number};" for number in batch))

    def _post(self, path: str, body: str, more: Mapping[str, str] | None = None) -> Any:
        headers = {"Content-Type": "application/json", SECRET_HEADER: rpc_secret(self._secret()), **(more or {})}
        try:
            reply = self._pool.request("POST", f"http://127.0.0.1:{self._port}{path}", body=body, headers=headers)
            if reply.status == FORBIDDEN:
                raise KamailioRefusal(FORBIDDEN, "The engine knows another secret.")
            # Errors come with status 500, and a body that says which. What strangers sent stands in it as it came.
            return json.loads(reply.data.decode("utf-8", "replace"), strict=False)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise KamailioAbsent(f"The SIP engine does not answer at port {self._port}.") from error
