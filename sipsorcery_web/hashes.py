"""Hashes: HA1 and the other digests of RFC 7616, and the name under which a random secret is stored."""

import hashlib
from uuid import UUID

DIGEST_ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
"""The algorithms of RFC 7616, section 6.1, by their names in hashlib."""


def digest(algorithm: str, text: str) -> str:
    """Return the hash of a text in hexadecimal, by an algorithm of RFC 7616."""
    return hashlib.new(DIGEST_ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def ha1(username: str, realm: str, password: str, algorithm: str = "MD5") -> str:
    """Return H(username:realm:password) in hexadecimal (RFC 7616, section 3.4.2)."""
    return digest(algorithm, f"{username}:{realm}:{password}")


def hash_secret(secret: str) -> str:
    """Return what is stored of a token, an invite code or the id of a session, in hexadecimal.

    Such a secret has 122 random bits or more, so a plain hash cannot be searched backwards.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def shown_id(secret_hash: str) -> UUID:
    """Return the id that a secret is known by on pages, from what is stored of it; it leads back to neither."""
    return UUID(bytes=hashlib.sha256(f"shown id of {secret_hash}".encode()).digest()[:16])
