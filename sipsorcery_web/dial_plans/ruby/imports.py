"""The imports of the module, each a function of ours: WASI (preview 1) as far as Ruby needs it, and JavaScript's.

There is no file, socket, process or environment in them, so that a script finds none.
"""

import struct
from collections.abc import Callable
from typing import Protocol

from .host import Host, Stopped
from .values import BadValue, decode, encode

LONGEST_MESSAGE = 1 << 20
_SUCCESS, _BAD_FD, _NO_ENTRY = 0, 8, 44  # WASI errno
_STREAMS = (0, 1, 2)
"""Standard input, output and error: no other descriptor is open."""
_REALTIME = 0
_CHARACTER_DEVICE = 2
_CALL = b"\x01"


class Machine(Protocol):
    """The part that an import sees of the instance that calls it."""

    host: Host
    answer: bytes
    """What its next read from standard input gives."""
    handles: list[int]

    def read(self, place: int, count: int) -> bytes:
        """Bytes of its memory."""

    def write(self, place: int, data: bytes) -> None:
        """Write into its memory."""


Import = Callable[..., int | None]


def import_named(name: str) -> Import:
    """The function behind an import; one that ends the script where no plan may use it."""
    return _IMPORTS.get(name) or (_no_file if name.startswith(("path_", "fd_")) else _refusal(name))


def _refusal(name: str) -> Import:
    def refuse(machine: Machine, *arguments: int) -> None:
        raise Stopped(f"The script asked for what no plan may use: {name.partition(':')[0]}.")

    return refuse


def _no_file(machine: Machine, *arguments: int) -> int:
    return _NO_ENTRY


def _nothing_to_do(machine: Machine, *arguments: int) -> int:
    return _SUCCESS


def _no_descriptor(machine: Machine, *arguments: int) -> int:
    return _BAD_FD


def _environ_sizes_get(machine: Machine, count: int, size: int) -> int:
    machine.write(count, bytes(4))
    machine.write(size, bytes(4))
    return _SUCCESS


def _fd_fdstat_get(machine: Machine, descriptor: int, result: int) -> int:
    if descriptor not in _STREAMS:
        return _BAD_FD
    all_rights = (1 << 64) - 1
    machine.write(result, struct.pack("<BxHxxxxQQ", _CHARACTER_DEVICE, 0, all_rights, all_rights))
    return _SUCCESS


def _fd_fdstat_set_flags(machine: Machine, descriptor: int, flags: int) -> int:
    return _SUCCESS if descriptor in _STREAMS else _BAD_FD


def _fd_filestat_get(machine: Machine, descriptor: int, result: int) -> int:
    if descriptor not in _STREAMS:
        return _BAD_FD
    machine.write(result, struct.pack("<QQB47x", 0, 0, _CHARACTER_DEVICE))
    return _SUCCESS


def _fd_write(machine: Machine, descriptor: int, vectors: int, count: int, result: int) -> int:
    if descriptor not in (1, 2):
        return _BAD_FD
    parts = [struct.unpack("<II", machine.read(vectors + 8 * number, 8)) for number in range(min(count, 1024))]
    length = sum(size for _, size in parts)
    if length > LONGEST_MESSAGE:
        raise Stopped(f"The script passed on more than {LONGEST_MESSAGE} bytes at once.")
    data = b"".join(machine.read(place, size) for place, size in parts)
    machine.write(result, struct.pack("<I", length))
    if descriptor == 2 and data.startswith(_CALL):
        machine.answer = _answer(machine.host, data[1:])
    else:
        machine.host.printed(data.decode("utf-8", "replace"))
    return _SUCCESS


def _answer(host: Host, message: bytes) -> bytes:
    try:
        name, *arguments = decode(message)
    except (BadValue, ValueError) as error:
        raise Stopped("The script spoke to its host by itself.") from error
    return encode(host.call(str(name), arguments))


def _fd_read(machine: Machine, descriptor: int, vectors: int, count: int, result: int) -> int:
    if descriptor != 0:
        return _BAD_FD
    done = 0
    for number in range(min(count, 1024)):
        place, size = struct.unpack("<II", machine.read(vectors + 8 * number, 8))
        part, machine.answer = machine.answer[:size], machine.answer[size:]
        machine.write(place, part)
        done += len(part)
    machine.write(result, struct.pack("<I", done))
    return _SUCCESS


def _clock_time_get(machine: Machine, clock: int, precision: int, result: int) -> int:
    value = machine.host.clock() if clock == _REALTIME else machine.host.monotonic()
    machine.write(result, struct.pack("<Q", value))
    return _SUCCESS


def _clock_res_get(machine: Machine, clock: int, result: int) -> int:
    machine.write(result, struct.pack("<Q", 1000))
    return _SUCCESS


def _random_get(machine: Machine, place: int, count: int) -> int:
    machine.write(place, machine.host.random(count & 0xFFFFFFFF if count < 1 << 16 else 1 << 16))
    return _SUCCESS


def _poll_oneoff(machine: Machine, subscriptions: int, events: int, count: int, result: int) -> int:
    """Sleep: Ruby waits for a clock, or for standard input, which is always ready."""
    user, kind = struct.unpack("<QB", machine.read(subscriptions, 9))
    if kind == 0:
        clock, timeout, _, flags = struct.unpack("<IxxxxQQH", machine.read(subscriptions + 16, 26))
        if flags & 1:
            timeout -= machine.host.clock() if clock == _REALTIME else machine.host.monotonic()
        machine.host.sleep(max(0, timeout) / 1e9)
    machine.write(events, struct.pack("<QHBxxxxxQHxxxxxx", user, 0, kind, 0, 0))
    machine.write(result, struct.pack("<I", 1))
    return _SUCCESS


def _proc_exit(machine: Machine, code: int) -> None:
    raise Stopped("Ruby ended itself." if code == 0 else "Ruby ended itself, most likely for want of memory.")


def _resource_new(machine: Machine, value: int) -> int:
    machine.handles.append(value)
    return len(machine.handles) - 1


def _resource_get(machine: Machine, handle: int) -> int:
    return machine.handles[handle] if 0 < handle < len(machine.handles) else 0


def _ignore(machine: Machine, *arguments: int) -> None:
    return None


_IMPORTS: dict[str, Import] = {
    "environ_get": _nothing_to_do,
    "environ_sizes_get": _environ_sizes_get,
    "fd_write": _fd_write,
    "fd_read": _fd_read,
    "fd_fdstat_get": _fd_fdstat_get,
    "fd_filestat_get": _fd_filestat_get,
    "fd_fdstat_set_flags": _fd_fdstat_set_flags,
    "fd_prestat_get": _no_descriptor,
    "fd_prestat_dir_name": _no_descriptor,
    "fd_close": _no_descriptor,
    "fd_renumber": _no_descriptor,
    "clock_time_get": _clock_time_get,
    "clock_res_get": _clock_res_get,
    "random_get": _random_get,
    "poll_oneoff": _poll_oneoff,
    "proc_exit": _proc_exit,
    "resource_new_rb-abi-value": _resource_new,
    "resource_get_rb-abi-value": _resource_get,
    "resource_drop_js-abi-value": _ignore,
    "rb_wasm_throw_prohibit_rewind_exception": _ignore,
}
