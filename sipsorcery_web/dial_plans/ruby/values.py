"""Values between Ruby and its host: `n`, `t`, `f`, `i5;`, `d1.5;`, `s5:bytes`, `l2:` and two values.

Lengths stand before texts, so that nothing in them needs an escape. Both ends are in this folder: `prelude/host.rb`.
"""

DEEPEST = 20


class BadValue(ValueError):
    """A script wrote to its host by itself, and not in this form."""


def encode(value: object) -> bytes:
    """A value as Ruby reads it; tuples are lists."""
    match value:
        case None:
            return b"n"
        case bool():
            return b"t" if value else b"f"
        case int():
            return b"i%d;" % value
        case float():
            return b"d%s;" % repr(value).encode()
        case str():
            data = value.encode("utf-8", "replace")
            return b"s%d:%s" % (len(data), data)
        case list() | tuple():
            return b"l%d:%s" % (len(value), b"".join(map(encode, value)))
    raise TypeError(f"{type(value).__name__} is no value for Ruby")


def decode(data: bytes) -> list[object]:
    """The values in a message, one after the other. Raises BadValue."""
    values, place = [], 0
    try:
        while place < len(data):
            value, place = _decode(data, place, 0)
            values.append(value)
    except (ValueError, IndexError) as error:
        raise BadValue("not a message of the prelude") from error
    return values


def _decode(data: bytes, place: int, depth: int) -> tuple[object, int]:
    kind = data[place : place + 1]
    if kind in b"ntf" and kind:
        return {b"n": None, b"t": True, b"f": False}[kind], place + 1
    mark = data.index(b";" if kind in b"id" else b":", place)
    number = data[place + 1 : mark]
    if kind == b"i":
        return int(number[:40]), mark + 1
    if kind == b"d":
        return float(number), mark + 1
    count = int(number)
    if kind == b"s" and 0 <= count <= len(data) - mark - 1:
        return data[mark + 1 : mark + 1 + count].decode("utf-8", "replace"), mark + 1 + count
    if kind != b"l" or depth == DEEPEST:
        raise ValueError
    items, place = [], mark + 1
    for _ in range(count):
        item, place = _decode(data, place, depth + 1)
        items.append(item)
    return items, place
