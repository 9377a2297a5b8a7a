"""The prepared image: a module whose instances start as a Ruby that has run the prelude, compiled for this machine.

It takes most of a minute to build and 100 MB, and loading it runs native code. So it is kept, readable by its owner
only, beside an HMAC of it, and checked before each load.
"""

import hashlib
import hmac
import lzma
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from wasmtime import Module, WasmtimeError

from sipsorcery_web.private_files import OTHERS_MAY

from . import wasm_module
from .host import Stopped
from .instance import EVALUATE, Runtime, engine
from .warm_up import WarmUp

RUBY_SHA256 = "e64fa4c82cbbb62044648b0a15b96f3486ff3ecbab7bb7a3df11b4ee3e907ddc"
"""Of the vendored `ruby.wasm`, uncompressed; `vendor/README.md` says how to renew it."""
_HERE = Path(__file__).parent
_VENDORED = _HERE / "vendor" / "ruby.wasm.xz"
_PRELUDE = ("host", "call", "outcomes", "time", "old_syntax", "old_ruby", "sys", "run", "warm_up")
_ARGUMENTS = ("ruby.wasm", "-EUTF-8", "-W0", "--disable=gems", "-e_=0")
_EXPORTS = frozenset({"memory", "cabi_realloc", EVALUATE})
"""All that an execution needs."""
_PIECE = 1 << 20
_STACK_POINTER, _UNWINDING = 0, 1
_IMAGE_MODE = 0o600


class ImageError(Exception):
    """An image that is missing, or is not one of ours."""


@dataclass(frozen=True)
class ImageFile:
    """The place where the image is kept, and the key that its HMAC is made with."""

    folder: Path
    key: bytes

    @property
    def path(self) -> Path:
        """The image for this Ruby, prelude, wasmtime and kind of processor."""
        return self.folder / f"ruby-{_fingerprint()}.cwasm"

    def load(self) -> Runtime:
        """A runtime of the image. Raises ImageError where it is missing, was changed, or fits another machine."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise ImageError("There is no image of Ruby yet.") from error
        with os.fdopen(descriptor, "rb") as file:
            if os.fstat(descriptor).st_mode & OTHERS_MAY:
                raise ImageError("The image of Ruby can be read by others.")
            self._check(_pieces(file))
            prepared = engine()
            try:  # through the descriptor: what was checked is what is loaded
                return Runtime(prepared, Module.deserialize_file(prepared, f"/proc/self/fd/{descriptor}"))
            except WasmtimeError as error:
                raise ImageError("The image of Ruby was made for another machine.") from error

    def build(self) -> None:
        """Build and keep the image; others of this folder are removed, and what killed builds left half written."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        image = compile_image()
        for old in (*self.folder.glob("ruby-*"), *self.folder.glob(".ruby-*")):
            old.unlink(missing_ok=True)
        _write(self.path, image)
        self.sign()

    def sign(self) -> None:
        """Vouch for the image that is there."""
        with self.path.open("rb") as file:
            signature = self._sign(_pieces(file))
        self._signature.unlink(missing_ok=True)
        _write(self._signature, signature.encode())

    @property
    def _signature(self) -> Path:
        return self.path.with_suffix(".hmac")

    def _check(self, pieces: Iterator[bytes]) -> None:
        try:
            kept = self._signature.read_text()
        except (OSError, ValueError) as error:
            raise ImageError("The image of Ruby has no signature.") from error
        if not hmac.compare_digest(self._sign(pieces).encode(), kept.encode()):
            raise ImageError("The image of Ruby was changed since it was built.")

    def _sign(self, pieces: Iterator[bytes] | list[bytes]) -> str:
        signature = hmac.new(self.key, self.path.name.encode() + b"\n", hashlib.sha256)
        for piece in pieces:
            signature.update(piece)
        return signature.hexdigest()


def compile_image() -> bytes:
    """Run the prelude in a fresh Ruby and compile what it has come to."""
    module = ruby()
    exported, names = wasm_module.export_globals(module)
    first = engine(optimised=False)
    instance = Runtime(first, Module(first, exported)).instance(WarmUp())
    instance.initialise(*_ARGUMENTS)
    for name in _PRELUDE:
        _run(instance.evaluate, name)
    instance.evaluate("3.times { GC.start }")
    stack_pointer, unwinding = (instance.global_value(names[number]) for number in (_STACK_POINTER, _UNWINDING))
    if unwinding:
        raise ImageError("The prelude left Ruby in the middle of something.")
    values = dict.fromkeys(range(len(names)), 0) | {_STACK_POINTER: stack_pointer}
    return bytes(Module(engine(), wasm_module.snapshot(module, instance.memory(), values, _EXPORTS)).serialize())


def ruby() -> bytes:
    """The vendored module. Raises ImageError where its checksum is another."""
    module = lzma.decompress(_VENDORED.read_bytes())
    if hashlib.sha256(module).hexdigest() != RUBY_SHA256:
        raise ImageError("The vendored ruby.wasm is not the one that this version was made with.")
    return module


def _run(evaluate: Callable[[str], bool], name: str) -> None:
    source = (_HERE / "prelude" / f"{name}.rb").read_bytes().hex()
    text = f'eval(["{source}"].pack("H*").force_encoding("UTF-8"), TOPLEVEL_BINDING, "{name}.rb", 1)'
    guarded = f"begin; {text}; rescue Exception => e; $stdout.syswrite(e.full_message(highlight: false)); raise; end"
    try:
        is_run = evaluate(guarded)
    except Stopped as why:
        raise ImageError(str(why)) from why
    if not is_run:
        raise ImageError(f"The prelude's {name}.rb fails.")


def _fingerprint() -> str:
    made_by = (_HERE / "wasm_module.py", _HERE / "warm_up.py")
    files = (*(_HERE / "prelude" / f"{name}.rb" for name in _PRELUDE), *made_by)
    parts = [RUBY_SHA256, version("wasmtime"), platform.machine(), *(file.read_text() for file in files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, _IMAGE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
