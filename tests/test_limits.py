"""The limit on the lines of templates; ruff holds those of Python."""

from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
LONGEST_LINE = 120
TEMPLATES = sorted((TOP / "templates").rglob("*.html"))


def name_of(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_line_of_a_template_is_longer_than_an_editor_is_wide(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE] == []
