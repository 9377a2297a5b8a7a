"""Docstrings begin as the documentation of a library does: with a verb or a noun phrase."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("sipsorcery_web", "bench", "demo", "tests")
FILES = [ROOT / "app.py", *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

QUESTIONS = {"What", "Whatever", "Whether", "Who", "Whoever", "Whom", "Whose", "How", "Where", "Which", "When", "Why"}
CLAUSES = {"As", "At", "Because", "Between", "By", "From", "If", "In", "Of", "On", "So", "There", "Unless", "Until"}
VAGUE = {
    "Anything",
    "Everything",
    "It",
    "Like",
    "None",
    "Nothing",
    "Something",
    "That",
    "These",
    "This",
    "Those",
    "With",
}


@cache
def first_words() -> list[tuple[str, str]]:
    """Return the place of each docstring, and its first word."""
    return [
        (f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", text.split()[0].rstrip(",;:."))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node))
    ]


def test_docstrings_are_found() -> None:
    assert len(first_words()) > 1000


@pytest.mark.parametrize("words", [QUESTIONS, CLAUSES, VAGUE], ids=["a question", "a clause", "a pronoun"])
def test_no_docstring_begins_with(words: set[str]) -> None:
    assert [f"{place}: {first} …" for place, first in first_words() if first in words] == []
