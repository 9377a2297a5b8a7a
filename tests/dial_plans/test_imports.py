"""The imports of Ruby's module, each of them as it would be asked by a script that had got to it past libc."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import Any, cast

import pytest

from sipsorcery_web.dial_plans.ruby import image, wasm_module
from sipsorcery_web.dial_plans.ruby.host import Host, Stopped
from sipsorcery_web.dial_plans.ruby.imports import import_named

STREAMS = (0, 1, 2)
ANSWERED = {
    *("environ_get", "environ_sizes_get", "clock_time_get", "clock_res_get", "random_get", "poll_oneoff", "proc_exit"),
    *("resource_new_rb-abi-value", "resource_get_rb-abi-value", "resource_drop_js-abi-value"),
    "rb_wasm_throw_prohibit_rewind_exception",
}
"""Those neither about files nor refused: an empty environment, clocks, chance, pauses, and handles of its own."""
ELSEWHERE = ("sock_accept", "sock_recv", "sock_send", "sock_shutdown", "proc_raise", "sched_yield")
"""Functions of WASI that this module does not import."""


@dataclass
class EmptyMachine:
    """An instance whose memory is all zeros, and which keeps what is written there."""

    host: Host = cast("Host", None)
    answer: bytes = b"what the host said"
    handles: list[int] = field(default_factory=lambda: [0])
    written: list[bytes] = field(default_factory=list)

    def read(self, place: int, count: int) -> bytes:
        return bytes(count)

    def write(self, place: int, data: bytes) -> None:
        self.written.append(data)


def imported() -> Iterator[str]:
    """Yield the names of the module's imports (core specification, 5.5.5)."""
    section = dict(wasm_module._sections(image.ruby()))[2]
    count, place = wasm_module._read_unsigned(section, 0)
    for _ in range(count):
        for _ in ("module", "name"):
            size, start = wasm_module._read_unsigned(section, place)
            place = start + size
        yield section[start:place].decode()
        _, place = wasm_module._read_unsigned(section, place + 1)


IMPORTED = tuple(imported())
OF_FILES = [name for name in IMPORTED if name.startswith(("fd_", "path_"))]


def asked(name: str, descriptor: int) -> tuple[Any, list[bytes]]:
    """Ask an import; what it returns, and what it has written."""
    function, machine = import_named(name), EmptyMachine()
    kinds = [parameter.kind for parameter in signature(function).parameters.values()]
    return function(machine, descriptor, *[0] * (kinds.count(Parameter.POSITIONAL_OR_KEYWORD) - 2)), machine.written


@pytest.mark.parametrize("name", OF_FILES)
@pytest.mark.parametrize("descriptor", [3, 4, 255, -1])
def test_no_descriptor_is_open_but_the_three_streams(name: str, descriptor: int) -> None:
    """Libc looks for folders at the first free ones, and would find files in one."""
    errno, written = asked(name, descriptor)

    assert errno > 0
    assert written == []


@pytest.mark.parametrize("name", [name for name in OF_FILES if name.startswith("path_")])
@pytest.mark.parametrize("descriptor", STREAMS)
def test_no_path_begins_at_a_stream(name: str, descriptor: int) -> None:
    assert asked(name, descriptor)[0] > 0


def test_there_are_no_variables() -> None:
    assert asked("environ_sizes_get", 0) == (0, [bytes(4), bytes(4)])


@pytest.mark.parametrize("name", sorted({*IMPORTED, *ELSEWHERE} - {*OF_FILES, *ANSWERED}))
def test_whatever_else_is_asked_ends_the_script(name: str) -> None:
    with pytest.raises(Stopped, match="what no plan may use"):
        asked(name, 0)
