"""The limits on the lines of templates and modules: what is longer is read by nobody. Ruff holds the lines of Python."""

from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
LONGEST_LINE = 120
LONGEST_MODULE = 450
TEMPLATES = sorted((TOP / "templates").rglob("*.html"))
FOLDERS = ("sipsorcery_web", "tests", "bench", "demo")
MODULES = sorted({path for name in FOLDERS for path in (TOP / name).rglob("*.py")})


def name_of(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_line_of_a_template_is_longer_than_an_editor_is_wide(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_longer_than_a_reader_keeps_in_mind(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE
