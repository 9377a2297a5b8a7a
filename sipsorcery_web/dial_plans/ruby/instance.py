"""One Ruby: an instance of the module, whose every import is a function of `imports.py`."""

import ctypes
import struct
import threading
from collections.abc import Callable
from typing import Any

from wasmtime import (
    Config,
    Engine,
    Func,
    FuncType,
    ImportType,
    InstancePre,
    Linker,
    Memory,
    Module,
    Store,
    WasmtimeError,
)
from wasmtime import _bindings as bindings  # the epoch's callback has no face in the package yet

from .host import Host, Stopped
from .imports import Import, import_named

EVALUATE = "rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>"
INITIALISE = "ruby-init: func(args: list<string>) -> ()"
MEMORY_LIMIT = 96 << 20
"""Bytes; the prepared image takes 54 MB of them, shared by all instances."""
_STACK = 2 << 20

_CONTINUE = 0
_I32 = 0
"""The kind of value that wasm.h's WASMTIME_I32 is."""
_ENDED = ctypes.create_string_buffer(b"ended")


class Runtime:
    """A compiled module, ready to make instances; safe to use from many threads."""

    def __init__(self, engine: Engine, module: Module) -> None:
        self.engine = engine
        linker = Linker(engine)
        self._imports = [_define(linker, each) for each in module.imports]
        self.ready: InstancePre = linker.instantiate_pre(module)

    def instance(self, host: Host) -> "Instance":
        """A Ruby of its own for this host."""
        return Instance(self, host)


def engine(optimised: bool = True) -> Engine:
    """An engine whose instances can be interrupted. Images of differing settings do not fit each other."""
    config = Config()
    config.epoch_interruption = True
    config.max_wasm_stack = _STACK
    if not optimised:
        config.cranelift_opt_level = "none"
    return Engine(config)


class Instance:
    """A Ruby that lives for one script. It belongs to the thread that runs it."""

    def __init__(self, runtime: Runtime, host: Host) -> None:
        self.host = host
        self._runtime = runtime  # has the imports that it calls
        self.answer = b""
        self.ending: BaseException | None = None
        """Why the script was ended; kept here, since wasmtime keeps one exception for all threads."""
        self.handles = [0]
        self._store = Store(runtime.engine)
        self._store.set_limits(memory_size=MEMORY_LIMIT, instances=1, tables=4, memories=1)
        self._store.set_epoch_deadline(1)
        bindings.wasmtime_store_epoch_deadline_callback(self._store.ptr(), _on_tick, None, _NOTHING_TO_FREE)
        exports = runtime.ready.instantiate(self._store).exports(self._store)
        self._exports = exports
        memory = exports["memory"]
        assert isinstance(memory, Memory)  # noqa: S101 (for mypy)
        self._memory = memory

    def initialise(self, *arguments: str) -> None:
        """Start Ruby; instances of a prepared image have been started."""
        self._enter("_initialize")
        places = [(self._allocate(each.encode() + b"\0"), len(each.encode())) for each in arguments]
        table = self._allocate(b"".join(struct.pack("<II", *each) for each in places))
        self._enter(INITIALISE, table, len(places))

    def evaluate(self, ruby: str) -> bool:
        """Run some Ruby; False where an exception came out of it. Raises what ended it, or Stopped where it crashed."""
        text = ruby.encode()
        result = self._enter(EVALUATE, self._allocate(text + b"\0"), len(text))
        return bool(struct.unpack("<Ii", self.read(result, 8))[1] == 0)

    def global_value(self, name: str) -> int:
        """The value of an exported global."""
        return int(self._exports[name].value(self._store))  # type: ignore[union-attr]

    def memory(self) -> bytes:
        """All of its memory."""
        return self.read(0, self._memory.data_len(self._store))

    def close(self) -> None:
        """Give back its memory at once."""
        self._store.close()

    def read(self, place: int, count: int) -> bytes:
        """Bytes of its memory."""
        return ctypes.string_at(self._address(place, count), count)

    def write(self, place: int, data: bytes) -> None:
        """Write into its memory."""
        ctypes.memmove(self._address(place, len(data)), data, len(data))

    def _address(self, place: int, count: int) -> int:
        place &= 0xFFFFFFFF
        if not 0 <= count <= self._memory.data_len(self._store) - place:
            raise Stopped("The script reached outside of its memory.")
        return int(ctypes.addressof(self._memory.data_ptr(self._store).contents)) + place

    def _allocate(self, data: bytes) -> int:
        place = int(self._enter("cabi_realloc", 0, 0, 1, len(data) or 1))
        self.write(place, data)
        return place

    def _enter(self, name: str, *arguments: int) -> Any:
        function = self._exports[name]
        assert isinstance(function, Func)  # noqa: S101 (for mypy)
        _current.instance = self
        try:
            return function(self._store, *arguments)
        except BaseException as error:
            if self.ending is None:  # what came out may be another thread's
                self.ending = Stopped("The script went too deep, or Ruby itself failed.")
            raise self.ending from error
        finally:
            _current.instance = None


class _Current(threading.local):
    """The instance that runs on this thread."""

    instance: Instance | None = None


_current = _Current()


def _running() -> Instance:
    if _current.instance is None:
        raise Stopped("No script runs here.")
    return _current.instance


def _define(linker: Linker, wanted: ImportType) -> Any:
    """Have an import call its function; what wasmtime calls, which has to live as long as the linker.

    The package's own way to do so looks at the type of each value each time, which takes longer than the functions do.
    """
    module, name, kind = _text(wanted.module), _text(wanted.name or ""), wanted.type
    assert isinstance(kind, FuncType)  # noqa: S101 (for mypy)
    callback = bindings.wasmtime_func_callback_t(_guarded(import_named(wanted.name or ""), kind))
    error = bindings.wasmtime_linker_define_func(
        linker.ptr(), module, len(module), name, len(name), kind.ptr(), callback, None, _NOTHING_TO_FREE
    )
    if error:
        raise WasmtimeError._from_ptr(error)
    return callback


def _text(text: str) -> Any:
    """A text as wasmtime reads it, without a zero behind it."""
    data = text.encode()
    return (ctypes.c_char * len(data)).from_buffer_copy(data)


def _guarded(function: Import, kind: FuncType) -> Callable[..., int]:
    """An import as wasmtime calls it, which notes on its instance what it raises."""
    fields = [str(parameter) for parameter in kind.params]
    gives_result = bool(kind.results)

    def call(_data: Any, _caller: Any, given: Any, _count: int, results: Any, _results: int) -> int:
        instance = _running()
        try:
            result = function(instance, *(getattr(given[place].of, field) for place, field in enumerate(fields)))
        except BaseException as error:
            instance.ending = instance.ending or error
            return ctypes.addressof(bindings.wasmtime_trap_new(_ENDED, len(_ENDED)).contents)
        if gives_result:
            results[0].kind, results[0].of.i32 = _I32, result
        return 0

    return call


_TickCallback = bindings._wasmtime_store_epoch_deadline_callback.argtypes[1]
_NOTHING_TO_FREE = bindings._wasmtime_store_epoch_deadline_callback.argtypes[3](0)


def _tick(_context: Any, _data: Any, delta: Any, kind: Any) -> int:
    kind[0] = _CONTINUE
    instance = _running()
    try:
        delta[0] = max(1, instance.host.tick())
    except BaseException as error:
        instance.ending = instance.ending or error
        return ctypes.addressof(bindings.wasmtime_error_new(_ENDED).contents)
    return 0


_on_tick = _TickCallback(_tick)
