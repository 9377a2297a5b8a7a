"""The file of a backup: a zip with a manifest, which names each member with its size and its digest.

Members have the names that are known here, and are written to where this code says: no path comes out of the file.
"""

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from .errors import BackupError

FORMAT, WITHOUT_HEADS = 2, 1
"""The form that is written, and the one before, which is read too."""
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 100_000
LONGEST_KEYS = 1_000_000
SQLITE, SQLITE_ENGINE, POSTGRESQL = "main.db", "main-engine.db", "database.dump"
KEYS, AUDIT_HEADS = "keys.sealed", "audit-heads"
MEMBERS = (SQLITE, SQLITE_ENGINE, POSTGRESQL, KEYS, AUDIT_HEADS)
LEFT_OUT = "subscriber"
"""The table that Kamailio reads accounts from, with HA1 in clear: it is made anew when the SIP engine starts."""
PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A backup in a few words, as its manifest has them."""

    made_at: str
    made_by: str
    kind: str
    """`sqlite` or `postgresql`."""
    revision: str
    """The revision of the migrations that the database is at."""
    key_ids: list[str]
    schema: str = ""
    """With PostgreSQL the schema that the tables are in."""
    searches: bool = False
    """Whether PostgreSQL's extension for searches is needed."""


@dataclass
class ArchiveWriter:
    """A backup that is being written."""

    zip: zipfile.ZipFile
    members: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, name: str, source: BinaryIO) -> None:
        """Add a member."""
        digest, size = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as member:
            while piece := source.read(PIECE):
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self, contents: Contents) -> None:
        """Add the manifest, after all members."""
        manifest = {"format": FORMAT, **vars(contents), "members": self.members}
        self.zip.writestr(MANIFEST, json.dumps(manifest, indent=1))


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write a backup to a file that its owner alone may read, as long as this lasts. Raises OSError."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            yield ArchiveWriter(archive)
        file.flush()
        os.fsync(file.fileno())


@dataclass(frozen=True)
class Archive:
    """A backup that is read."""

    path: Path
    zip: zipfile.ZipFile
    contents: Contents
    members: Mapping[str, Mapping[str, Any]]

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a new file, whole as it was. Raises BackupError."""
        wanted = self.members.get(name)
        if wanted is None:
            raise BackupError(f"{self.path} has no {name}.")
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file, self.zip.open(name) as member:
            while (piece := member.read(PIECE)) and size <= wanted["size"]:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        if size != wanted["size"] or digest.hexdigest() != wanted["sha256"]:
            raise BackupError(f"{self.path} is damaged: its {name} is not what was written.")

    def has(self, name: str) -> bool:
        """Return True where there is a member of this name."""
        return name in self.members

    def keys(self) -> bytes | None:
        """Return the sealed keys; None where they are kept apart."""
        if not self.has(KEYS):
            return None
        with self.zip.open(KEYS) as member:
            return member.read(LONGEST_KEYS)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Read a backup as long as this lasts. Raises BackupError for what is none, or is damaged."""
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            yield Archive(path, archive, *_manifest(path, archive))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise BackupError(f"{path} is no backup of SIPSorcery Web, or it is damaged: {error}") from error


def draft_of(path: Path) -> Path:
    """Return the name for a file until it is whole."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")


def _manifest(path: Path, archive: zipfile.ZipFile) -> tuple[Contents, Mapping[str, Mapping[str, Any]]]:
    try:
        with archive.open(MANIFEST) as member:
            manifest = json.loads(member.read(LONGEST_MANIFEST))
        version, members = manifest.pop("format"), manifest.pop("members")
        if version not in (FORMAT, WITHOUT_HEADS):
            raise BackupError(f"{path} was made by a newer version of SIPSorcery Web, in a form unknown to this one.")
        if not set(members) <= set(MEMBERS) or set(archive.namelist()) != {MANIFEST, *members}:
            raise ValueError("its members are others than its manifest names")
        return Contents(**manifest), members
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BackupError(f"{path} is no backup of SIPSorcery Web, or it is damaged: {error}") from error
