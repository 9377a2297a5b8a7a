"""The byte code of templates, kept from one start to the next."""

import hashlib
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

PACKAGE = Path(__file__).parents[3]
TEMPLATES = PACKAGE.parent / "templates"


class KeptTemplates(FileSystemBytecodeCache):
    """A cache that no page depends on: what cannot be kept is compiled again."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # the disk is full, or another state of the package has taken the folder away
            super().dump_bytecode(bucket)


def templates_kept_in(folder: Path) -> KeptTemplates:
    """Return a cache in a folder that only its owner can write to, since what is read there is run.

    Jinja looks at a template's source alone. What it compiles depends on this package too, which generates the code,
    and on the other templates, whose macros are put in it. So another state of these has a folder of its own, and the
    one before goes.
    """
    mine = folder / f"templates-{_fingerprint()}"
    for other in folder.glob("templates-*"):
        if other != mine:
            shutil.rmtree(other, ignore_errors=True)
    mine.mkdir(mode=0o700, exist_ok=True)
    return KeptTemplates(str(mine))


def _fingerprint() -> str:
    found = sorted((*PACKAGE.rglob("*.py"), *TEMPLATES.rglob("*.html")))
    files = ((file.stat().st_mtime_ns, file.stat().st_size, str(file)) for file in found)
    return hashlib.sha256(repr((sys.version, jinja2.__version__, *files)).encode()).hexdigest()[:16]
