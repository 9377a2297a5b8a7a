"""The steps of `docs/new-record.md`, carried out on a copy of the project.

A heading `### Edit` or `### New` names a file; the snippets under it are what the test does to that file.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs/new-record.md").read_text()
MOST_EDITED = 6
COPIED = (
    "app.py",
    "pyproject.toml",
    "sipsorcery_web",
    "static",
    "templates",
    "tests",
    "demo",
    "bench",
    "samples",
    "deploy",
)
STEP = re.compile(r"^### (?P<verb>Edit|New) `(?P<path>[^`]+)`\n(?P<body>.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)
SNIPPET = re.compile(r"^```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
SHOWN_TO_WORK = (
    "tests/portal/areas/sip_aliases",
    "tests/contract/on_every_channel/test_sip_aliases.py",
    "tests/contract/test_wsdl.py",
    "tests/contract/test_operations.py",
    "tests/portal/test_routes.py",
    "tests/portal/areas/help/test_help.py",
    "tests/portal/areas/help/test_keyboard.py",
    "tests/test_imports.py",
)
"""The tests of the alias, and those that know every record, address, topic, key or module."""

Step = tuple[str, str, list[str]]


def steps() -> Iterator[Step]:
    """Yield verb, file and snippets of each step."""
    for found in STEP.finditer(DOCUMENT):
        yield found["verb"], found["path"], [snippet["text"] for snippet in SNIPPET.finditer(found["body"])]


def edited(text: str, snippet: str, path: str) -> str:
    """Return the text with one snippet's lines added where its other lines stand."""
    lines = snippet.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if not line.startswith("+"))
    after = "".join(line[1:] for line in lines)
    assert text.count(before) == 1, f"In {path} this stands {text.count(before)} times:\n{before}"
    return text.replace(before, after)


def numbered(text: str, newest: int) -> str:
    """Return the text with the numbers of the migrations in place."""
    return text.replace("NNNN", f"{newest + 1:04}").replace("MMMM", f"{newest:04}")


def carried_out(copy: Path) -> None:
    """Do what the document says to the copy."""
    versions = copy / "sipsorcery_web/database/migrations/versions"
    newest = max(int(path.name[:4]) for path in versions.glob("[0-9]*.py"))
    for verb, name, snippets in steps():
        path = copy / numbered(name, newest)
        if verb == "New":
            (snippet,) = snippets
            path.parent.mkdir(parents=True, exist_ok=True)
            assert not path.exists(), name
            path.write_text(numbered(snippet, newest))
        else:
            text = path.read_text()
            for snippet in snippets:
                text = edited(text, snippet, name)
            path.write_text(text)


@pytest.fixture(scope="module")
def copy_with_aliases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the document was followed."""
    copy = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    carried_out(copy)
    return copy


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=copy,
        env=environment | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_a_new_type_of_record_edits_six_files_at_most() -> None:
    named = {path for verb, path, _ in steps() if verb == "Edit"}
    quoted = {text for text in re.findall(r"`([^`\n]+)`", DOCUMENT) if (ROOT / text).is_file()}
    assert len(named) <= MOST_EDITED
    assert quoted - {"tests/test_new_record.py"} == named


def test_a_record_made_by_the_steps_works_on_pages_and_over_soap(copy_with_aliases: Path) -> None:
    done = run(copy_with_aliases, "pytest", "-q", "-p", "no:cacheprovider", *SHOWN_TO_WORK)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_code_made_by_the_steps_is_as_clean_as_the_rest(copy_with_aliases: Path) -> None:
    for check in (["ruff", "check", "."], ["ruff", "format", "--check", "sipsorcery_web"], ["mypy", "sipsorcery_web"]):
        done = run(copy_with_aliases, *check)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
