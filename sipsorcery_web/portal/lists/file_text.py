"""The text of a file on its way: rows in large pieces, compressed as they go."""

import zlib
from collections.abc import Iterable, Iterator

PIECE = 32_768
"""Bytes. Each piece is a turn of the server, and a chunk of the answer."""
FIRST_PIECE = 4096
"""Bytes of the first one, since somebody waits for it."""
_GZIP = 16 + zlib.MAX_WBITS
_FAST = 1
"""The level of least work."""


def in_pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield the lines in UTF-8, so many together that they are a piece; the last one may be smaller."""
    together: list[str] = []
    length, enough = 0, FIRST_PIECE
    for line in lines:
        together.append(line)
        length += len(line)
        if length >= enough:
            yield "".join(together).encode()
            together, length, enough = [], 0, PIECE
    if together:
        yield "".join(together).encode()


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces as one gzip file (RFC 1952), the first of them at once, since somebody waits for it."""
    packer = zlib.compressobj(_FAST, zlib.DEFLATED, _GZIP)
    is_first = True
    for piece in pieces:
        packed = packer.compress(piece) + (packer.flush(zlib.Z_SYNC_FLUSH) if is_first else b"")
        is_first = False
        if packed:
            yield packed
    yield packer.flush()
