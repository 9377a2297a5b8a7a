"""Files and directories that are their owner's alone, and locks on them."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHERS_MAY, OTHERS_MAY_WRITE = 0o077, 0o022


class AlreadyHeld(Exception):
    """Another process has the lock; the message is a sentence that tells which one."""


def private_directory(path: Path) -> None:
    """Make a directory that its owner alone may enter, with what it lies in. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Put a text into a file that its owner alone may read, whole or not at all. Raises OSError."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def file_lock(directory: Path) -> Iterator[None]:
    """Wait until no other process is inside such a block for this directory. Raises OSError when it cannot be read."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def hold(path: Path, program: str) -> int:
    """Take the lock file of a program and return its descriptor.

    It is held until that is closed, here and in every forked child. Raises AlreadyHeld where another process has it.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(lock, 20).decode("ascii", "replace")
        os.close(lock)
        raise AlreadyHeld(
            f"{program} runs already (process {holder}). End that one first, or set SIPSORCERY_DATA_DIR to another "
            "directory."
        ) from error
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock
