"""The image of Ruby: what it is made of, and that only one of ours is loaded."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from sipsorcery_web.dial_plans.ruby import image as images
from sipsorcery_web.dial_plans.ruby import wasm_module
from sipsorcery_web.dial_plans.ruby.image import ImageError, ImageFile
from sipsorcery_web.dial_plans.ruby.values import BadValue, decode, encode

VENDOR = Path(images.__file__).parent / "vendor"


def test_the_vendored_ruby_is_the_published_one_with_its_licences() -> None:
    assert hashlib.sha256(images.ruby()).hexdigest() == images.RUBY_SHA256
    notice = (VENDOR / "NOTICE").read_text()
    assert [part for part in ("Ruby", "LibYAML", "Zlib", "wasi-libc", "OpenSSL") if part not in notice] == []
    assert "Apache License" in (VENDOR / "LICENSE-OpenSSL").read_text()
    assert (VENDOR / "LICENSE").read_text()


def test_another_ruby_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "RUBY_SHA256", "0" * 64)
    with pytest.raises(ImageError):
        images.ruby()


def test_a_snapshot_starts_where_the_memory_was() -> None:
    memory = bytearray(4 << 16)
    memory[70_000:70_005] = b"alice"
    made = wasm_module.snapshot(images.ruby(), bytes(memory), {0: 1234}, {"memory"})
    _, names = wasm_module.export_globals(made)
    assert len(names) == 3
    assert b"alice" in made
    assert len(made) < 20_000_000


def test_the_image_is_readable_by_its_owner_only(image: ImageFile) -> None:
    assert stat.S_IMODE(image.path.stat().st_mode) == 0o600


def test_there_is_no_image_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no image"):
        ImageFile(tmp_path, b"key").load()


@pytest.mark.parametrize("value", [None, True, False, 0, -5, 10**30, 1.5, "", "a;b:c\n\x01é", ["x", ["y", None], 3]])
def test_values_pass_between_ruby_and_its_host(value: object) -> None:
    assert decode(encode(value)) == [value]


@pytest.mark.parametrize(
    "rubbish", [b"x", b"s5:abc", b"i5", b"s-1:", b"l2:n", b"l9:" * 30, b"s99999999999999999999:", b"d;"]
)
def test_what_is_no_message_is_refused(rubbish: bytes) -> None:
    with pytest.raises(BadValue):
        decode(rubbish)


def test_what_a_killed_build_left_half_written_keeps_no_other_from_building(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = ImageFile(tmp_path, b"key")
    drafts = [tmp_path / f".{image.path.name}.{number}" for number in (os.getpid(), 1)]
    for draft in drafts:  # in a container, process ids are the same after each start
        draft.write_bytes(b"half")
    monkeypatch.setattr(images, "compile_image", lambda: b"whole")
    image.build()

    assert image.path.read_bytes() == b"whole"
    assert [draft for draft in drafts if draft.exists()] == []
