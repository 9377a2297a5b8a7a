"""Documents for people: links that lead somewhere, lines that an editor shows, the commands that there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from sipsorcery_web import commands
from sipsorcery_web.maintenance.commands import maintenance_app
from sipsorcery_web.portal.second_factors.methods import SecondFactors
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.settings import Settings

from .test_imports import MAY_IMPORT

TOP = Path(__file__).parent.parent
README = TOP / "README.md"
DOCUMENTS = [README, TOP / "third-party.md", TOP / "deploy/README.md", *sorted((TOP / "docs").rglob("*.md"))]
BROKEN_INTO = TOP / "docs/design/failures.md"
LONGEST_LINE = 140
LINK = re.compile(r"\]\((?!https?:)([^)\s]*)\)")


def name_of(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


def anchors_of(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines outside of tables and of what is quoted."""
    is_quoted = False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        is_quoted ^= line.startswith("```")
        if not is_quoted and not line.lstrip().startswith("|"):
            yield number, line


def leads_somewhere(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    found = (path.parent / target).resolve() if target else path
    return found.exists() and (not anchor or anchor in anchors_of(found))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    assert [link for link in LINK.findall(path.read_text("utf-8")) if not leads_somewhere(path, link)] == []


def test_a_link_to_nowhere_is_seen() -> None:
    assert leads_somewhere(README, "docs/new-record.md#the-contract")
    assert not leads_somewhere(README, "docs/none.md")
    assert not leads_somewhere(README, "#none")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_lines_are_as_wide_as_an_editor(path: Path) -> None:
    assert [number for number, line in prose_of(path) if len(line) > LONGEST_LINE] == []


def test_every_document_is_linked() -> None:
    linked = {
        (path.parent / link.partition("#")[0]).resolve()
        for path in DOCUMENTS
        for link in LINK.findall(path.read_text("utf-8"))
    }
    assert [name_of(path) for path in DOCUMENTS if path != README and path not in linked] == []


def test_the_readme_has_each_of_the_operators_commands(service_context: ServiceContext, settings: Settings) -> None:
    app = Flask(__name__)
    app.extensions.update(settings=settings, mailer=None)
    commands.init_app(app, service_context, None)
    commands.add_second_factors(app, SecondFactors((), lambda username: None))
    readme = README.read_text("utf-8")
    there = {*words_of(app.cli), *words_of(maintenance_app(lambda: app).cli)}

    assert {"mail test", "keys rotate", "second-factors remove", "setup-link"} < there
    assert [words for words in sorted(there) if not re.search(rf"    \S*flask --app app {words}\b", readme)] == []


def test_each_way_into_other_portals_has_tests_that_are_there() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|.*\| (.*) \|$", BROKEN_INTO.read_text("utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == [*range(1, 21)]
    for number, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert named, number
        assert [name for path, name in named if f"\ndef {name}(" not in (TOP / path).read_text("utf-8")] == []


def words_of(group: click.Group, *before: str) -> Iterator[str]:
    """The commands of a group, each with the groups that it is in."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from words_of(command, *before, name)
        else:
            yield " ".join((*before, name))


def test_the_readme_names_each_part_that_imports() -> None:
    section = README.read_text("utf-8").partition("Imports run one way")[2].partition("Decisions and")[0]
    named = set(re.findall(r"[a-z_]+(?:/[a-z_]+)?", section))

    assert [part for part in MAY_IMPORT if part not in named] == []
