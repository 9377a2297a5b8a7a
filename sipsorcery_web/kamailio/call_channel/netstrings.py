"""Netstrings, `12:{"ev":"told"},`: as many bytes as the number says, between a colon and a comma."""

LONGEST_LENGTH = 8
"""Digits that a length may have."""


class NotANetstring(ValueError):
    """The bytes are no netstring, so nothing that follows can be read."""


def netstring(content: bytes) -> bytes:
    """Return the content as a netstring."""
    return b"%d:%s," % (len(content), content)


class NetstringReader:
    """A reader that takes bytes as they come, and gives the netstrings that are whole."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, more: bytes) -> list[bytes]:
        """Return the contents that are complete now. Raises NotANetstring."""
        self._rest += more
        found = []
        while (content := self._next()) is not None:
            found.append(content)
        return found

    def _next(self) -> bytes | None:
        length, colon, content = self._rest.partition(b":")
        if len(length) > LONGEST_LENGTH or (length and not length.isdigit()) or (colon and not length):
            raise NotANetstring
        if not colon or len(content) <= (size := int(length)):
            return None
        if content[size : size + 1] != b",":
            raise NotANetstring
        self._rest = content[size + 1 :]
        return content[:size]
