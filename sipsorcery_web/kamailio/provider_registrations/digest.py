"""Answers to digest challenges (RFC 7616; for SIP RFC 3261, section 22, and RFC 8760)."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sipsorcery_web.hashes import DIGEST_ALGORITHMS, digest, ha1

_SESSION = "-SESS"
_PART = re.compile(
    r"""\s*(?:
        (?P<name>[!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,"]*))
        | (?P<scheme>[!#$%&'*+.^_`|~\w-]+)
    )\s*(?:,|(?=\s|$))""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Credentials:
    """A username and password, and the realm they are for where that is known."""

    username: str
    password: str
    realm: str = ""


@dataclass(frozen=True)
class Challenge:
    """One challenge of a 401 or 407."""

    scheme: str
    parameters: Mapping[str, str]
    is_proxy: bool = False

    @property
    def realm(self) -> str:
        """Return the protection space."""
        return self.parameters.get("realm", "")

    @property
    def algorithm(self) -> str:
        """Return the algorithm as the server wrote it; MD5 where it names none."""
        return self.parameters.get("algorithm") or "MD5"

    @property
    def is_stale(self) -> bool:
        """Return whether the password was right and the nonce too old."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def is_answerable(self) -> bool:
        """Return whether `authorization` knows the scheme, the algorithm and the quality of protection."""
        return (
            self.scheme.lower() == "digest"
            and {"realm", "nonce"} <= set(self.parameters)
            and DIGEST_ALGORITHMS.get(self._hash_algorithm) in hashlib.algorithms_available
            and ("qop" not in self.parameters or bool(self._qop))
        )

    @property
    def words(self) -> str:
        """Return what was asked for, such as `Digest MD5 for “sip.example.org”`."""
        what = f"Digest {self.algorithm}" if self.scheme.lower() == "digest" else self.scheme
        return f"{what} for “{self.realm}”" if self.realm else what

    def authorization(self, credentials: Credentials, method: str, uri: str, cnonce: str = "") -> str:
        """Return the header that answers this challenge, without a line end."""
        cnonce = cnonce or secrets.token_hex(8)
        qop, nonce = self._qop, self.parameters["nonce"]
        a1 = ha1(credentials.username, self.realm, credentials.password, self._hash_algorithm)
        if self.algorithm.upper().endswith(_SESSION):
            a1 = self._hash(f"{a1}:{nonce}:{cnonce}")
        a2 = self._hash(f"{method}:{uri}" + (f":{self._hash('')}" if qop == "auth-int" else ""))
        middle = f"{nonce}:00000001:{cnonce}:{qop}" if qop else nonce
        given = {
            "username": _quoted(credentials.username),
            "realm": _quoted(self.realm),
            "nonce": _quoted(nonce),
            "uri": _quoted(uri),
            "response": _quoted(self._hash(f"{a1}:{middle}:{a2}")),
        }
        if "algorithm" in self.parameters:
            given["algorithm"] = self.algorithm
        if "opaque" in self.parameters:
            given["opaque"] = _quoted(self.parameters["opaque"])
        if qop or self.algorithm.upper().endswith(_SESSION):
            given["cnonce"] = _quoted(cnonce)
        if qop:
            given |= {"qop": qop, "nc": "00000001"}
        name = "Proxy-Authorization" if self.is_proxy else "Authorization"
        return f"{name}: Digest " + ", ".join(f"{key}={value}" for key, value in given.items())

    @property
    def _hash_algorithm(self) -> str:
        return self.algorithm.upper().removesuffix(_SESSION)

    @property
    def _qop(self) -> str:
        """The quality of protection that is used; empty where the server offers none."""
        offered = [part.strip().lower() for part in self.parameters.get("qop", "").split(",")]
        return next((qop for qop in ("auth", "auth-int") if qop in offered), "")

    def _hash(self, text: str) -> str:
        return digest(self._hash_algorithm, text)


def challenges_in(headers: Iterable[tuple[str, str]]) -> list[Challenge]:
    """Return the challenges of an answer in its own order, which is the server's preference (RFC 8760, section 2.4)."""
    names = {"www-authenticate": False, "proxy-authenticate": True}
    return [
        Challenge(scheme, parameters, names[name])
        for name, value in headers
        if name in names
        for scheme, parameters in _schemes(value)
    ]


def _schemes(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each scheme of a header with its parameters; a quoted value without its quotes and escapes."""
    scheme, parameters = "", dict[str, str]()
    position = 0
    while found := _PART.match(value, position):
        if found.end() == position:
            break
        position = found.end()
        if found["scheme"]:
            if scheme:
                yield scheme, parameters
            scheme, parameters = found["scheme"], {}
        else:
            quoted = found["quoted"]
            text = found["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
            parameters.setdefault(found["name"].lower(), text)
    if scheme:
        yield scheme, parameters


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
