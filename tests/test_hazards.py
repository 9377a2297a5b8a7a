"""Ways in which a text becomes code, a command or a file: the program takes none of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sipsorcery_web"
MAKERS_OF_CODE = {"eval", "exec", "render_template_string", "from_string", "execfile"}
MODULES_OF_CODE = {"pickle", "marshal", "shelve", "dill", "yaml"}
SHELLS = {"system", "popen", "getoutput", "getstatusoutput"}
FILES_BY_OTHERS_NAMES = {"extractall", "send_file", "send_from_directory"}
ALLOWED = {("contract/message_text.py", "exec")}
"""Writers of messages, made of the contract when the program starts, and of nobody's text."""


def hazards_of(source: str) -> Iterator[str]:
    """Yield what a module does that makes code, a command or a file of a text."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                if name in MAKERS_OF_CODE | SHELLS | FILES_BY_OTHERS_NAMES:
                    yield name
                yield from ("shell" for each in node.keywords if each.arg == "shell")
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in MODULES_OF_CODE)
            case ast.ImportFrom(module=str(module)):
                yield from {module} & MODULES_OF_CODE
            case ast.Attribute(value=ast.Name(id="request"), attr="files"):
                yield "files"


def test_no_module_makes_code_commands_or_files_of_texts() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), hazard)
        for path in PACKAGE.rglob("*.py")
        for hazard in hazards_of(path.read_text())
    }

    assert found == ALLOWED


@pytest.mark.parametrize(
    ("source", "hazard"),
    [
        ("render_template_string(name)", "render_template_string"),
        ("environment.from_string(name)", "from_string"),
        ("subprocess.run(words, shell=True)", "shell"),
        ("os.system(name)", "system"),
        ("import pickle", "pickle"),
        ("from yaml import load", "yaml"),
        ("request.files['a']", "files"),
        ("archive.extractall(folder)", "extractall"),
    ],
)
def test_each_of_them_is_seen(source: str, hazard: str) -> None:
    assert list(hazards_of(source)) == [hazard]
