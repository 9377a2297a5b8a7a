"""Reads and writes the sections of a WebAssembly module that hold its initial state (core specification, 5.5).

`snapshot` makes a module whose instances start where another instance had come to: what the tool wizer does.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

_HEADER = b"\0asm\1\0\0\0"
_CUSTOM, _GLOBAL, _EXPORT, _START = 0, 6, 7, 8
_I32_CONST, _I64_CONST, _END = 0x41, 0x42, 0x0B
_GLOBAL_KIND = b"\x03"
_OS_PAGE, _WASM_PAGE = 4096, 1 << 16
WIDEST_GAP = 2 << 20
"""Bytes of zeros that are written out between two segments: with half of the image data, wasmtime maps it
copy-on-write from the file instead of copying it into each instance (5 ms and 6 MB)."""

Section = tuple[int, bytes]


@dataclass(frozen=True)
class _Global:
    type: int
    is_mutable: bool
    opcode: int
    value: int


def export_globals(module: bytes) -> tuple[bytes, list[str]]:
    """The module with each of its globals exported, and the names they are exported by."""
    sections = list(_sections(module))
    count = len(_read_globals(dict(sections)[_GLOBAL]))
    names = [f"global {number}" for number in range(count)]
    return _join(_with_exports(kind, body, names) for kind, body in sections), names


def snapshot(module: bytes, memory: bytes, globals_: dict[int, int], exports: Collection[str]) -> bytes:
    """The module with this memory and these values of its globals as its initial state, and these of its exports."""
    segments = list(_segments(memory))
    changed = []
    for kind, body in _sections(module):
        if kind == _START:
            raise ValueError("a module with a start function would run it again")
        if kind != _CUSTOM:
            state = _with_state(kind, body, memory, segments, globals_)
            changed.append((kind, _with_exports_of(body, exports) if kind == _EXPORT else state))
    return _join(changed)


def _with_state(
    kind: int, body: bytes, memory: bytes, segments: list[tuple[int, int]], values: dict[int, int]
) -> bytes:
    match kind:
        case 5:  # memory
            return _with_minimum(body, len(memory) // _WASM_PAGE)
        case 6:  # globals
            return _write_globals(
                [
                    _Global(each.type, each.is_mutable, each.opcode, values.get(number, each.value))
                    for number, each in enumerate(_read_globals(body))
                ]
            )
        case 11:  # data
            return _unsigned(len(segments)) + b"".join(_segment(memory, start, end) for start, end in segments)
        case 12:  # data count
            return _unsigned(len(segments))
    return body


def _segments(memory: bytes) -> Iterator[tuple[int, int]]:
    """Yield the parts of a memory that are not zero, joined across gaps of up to WIDEST_GAP."""
    zeros = bytes(_OS_PAGE)
    start = end = None
    for place in range(0, len(memory), _OS_PAGE):
        if memory[place : place + _OS_PAGE] == zeros:
            continue
        if start is None or end is None:
            start = place
        elif place - end > WIDEST_GAP:
            yield start, end
            start = place
        end = place + _OS_PAGE
    if start is not None and end is not None:
        yield start, end


def _segment(memory: bytes, start: int, end: int) -> bytes:
    offset = start if start < 1 << 31 else start - (1 << 32)
    head = bytes([0, _I32_CONST]) + _signed(offset) + bytes([_END])
    return head + _unsigned(end - start) + memory[start:end]


def _with_minimum(body: bytes, pages: int) -> bytes:
    count, place = _read_unsigned(body, 0)
    flags = body[place]
    _, behind = _read_unsigned(body, place + 1)
    return _unsigned(count) + bytes([flags]) + _unsigned(pages) + body[behind:]


def _with_exports(kind: int, body: bytes, names: list[str]) -> Section:
    if kind != _EXPORT:
        return kind, body
    count, place = _read_unsigned(body, 0)
    more = (
        _unsigned(len(name)) + name.encode() + _GLOBAL_KIND + _unsigned(number) for number, name in enumerate(names)
    )
    return kind, _unsigned(count + len(names)) + body[place:] + b"".join(more)


def _with_exports_of(body: bytes, names: Collection[str]) -> bytes:
    """The section of exports with those of these names alone."""
    count, place = _read_unsigned(body, 0)
    kept = []
    for _ in range(count):
        size, start = _read_unsigned(body, place)
        _, end = _read_unsigned(body, start + size + 1)  # behind the kind, a byte
        if body[start : start + size].decode() in names:
            kept.append(body[place:end])
        place = end
    return _unsigned(len(kept)) + b"".join(kept)


def _read_globals(body: bytes) -> list[_Global]:
    count, place = _read_unsigned(body, 0)
    found = []
    for _ in range(count):
        type_, is_mutable, opcode = body[place : place + 3]
        if opcode not in (_I32_CONST, _I64_CONST):
            raise ValueError("a global that does not start as a whole number")
        value, place = _read_signed(body, place + 3)
        found.append(_Global(type_, bool(is_mutable), opcode, value))
        place += 1  # the end of the expression
    return found


def _write_globals(globals_: list[_Global]) -> bytes:
    return _unsigned(len(globals_)) + b"".join(
        bytes([each.type, each.is_mutable, each.opcode]) + _signed(each.value) + bytes([_END]) for each in globals_
    )


def _sections(module: bytes) -> Iterator[Section]:
    if module[:8] != _HEADER:
        raise ValueError("not a WebAssembly module of version 1")
    place = 8
    while place < len(module):
        size, start = _read_unsigned(module, place + 1)
        yield module[place], module[start : start + size]
        place = start + size


def _join(sections: Iterator[Section] | list[Section]) -> bytes:
    return _HEADER + b"".join(bytes([kind]) + _unsigned(len(body)) + body for kind, body in sections)


def _read_unsigned(data: bytes, place: int) -> tuple[int, int]:
    """A number in LEB128, and the place behind it."""
    result = shift = 0
    while True:
        byte = data[place]
        place += 1
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return result, place


def _read_signed(data: bytes, place: int) -> tuple[int, int]:
    start = place
    result, place = _read_unsigned(data, place)
    bits = 7 * (place - start)
    return (result - (1 << bits) if data[place - 1] & 0x40 else result), place


def _unsigned(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _signed(value: int) -> bytes:
    written = bytearray()
    while not -0x40 <= value < 0x40:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value & 0x7F])
