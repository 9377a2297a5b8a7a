"""The original's requests are put to the embedded service, whose replies have the same shape but where they must not.

The project's own exchanges in `own/` always run. SIPSORCERY_CAPTURES names a folder with exchanges of the original.
"""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from sipsorcery_web.contract import names

from .capture_fixture import Run
from .conftest import Replies
from .differences import INTENDED, as_markdown, unexplained
from .exchanges import TOKEN, Exchange
from .runs import exchanges_of_all_runs, runs
from .shapes import differences

DOCUMENT = Path(__file__).parents[2] / "docs" / "dispositions.md"
INVALID_REQUESTS = (
    "*-bad-bool",
    "*-int-not-number",
    "*-out-of-order",
    "*-unknown-element",
    "*-wrong-member-ns",
    "*-control-char",
    "IsAlive-body-empty",
    "IsAlive-malformed-xml",
    "IsAlive-get",
)
"""What the run tried out on purpose."""


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs())
def test_a_request_is_answered_in_the_same_shape(
    run: Run, exchange: Exchange, replies_to: Callable[[Run], Replies]
) -> None:
    found = differences(exchange.reply, replies_to(run)[exchange.name])

    assert unexplained(exchange.name, found) == []


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs())
def test_a_reply_is_valid_by_the_contract(run: Run, exchange: Exchange, replies_to: Callable[[Run], Replies]) -> None:
    reply = replies_to(run)[exchange.name]

    assert reply.is_valid == (reply.status == 200 and reply.media_type == "text/xml" and not _is_fault(reply.body))


@pytest.mark.parametrize(("run", "exchange"), exchanges_of_all_runs())
def test_the_exchange_itself_is_valid_by_the_contract(run: Run, exchange: Exchange) -> None:
    case = exchange.name.partition("-")[2]

    assert exchange.request.is_valid != any(fnmatchcase(case, pattern) for pattern in INVALID_REQUESTS)
    assert exchange.reply.is_valid or exchange.reply.content is None or _is_fault(exchange.reply.body)


@pytest.mark.parametrize("run", runs())
def test_every_entry_of_the_table_is_needed(run: Run, replies_to: Callable[[Run], Replies]) -> None:
    found = {each.name: differences(each.reply, replies_to(run)[each.name]) for each in run.exchanges}
    unneeded = []
    for entry in INTENDED:
        covered = [name for name in found if entry.covers(name)]
        if covered and not any(entry.allows(line) for name in covered for line in found[name]):
            unneeded.append(entry.exchanges)

    assert unneeded == []


@pytest.mark.parametrize("run", runs())
def test_no_reply_shows_a_record_of_another_customer(run: Run, replies_to: Callable[[Run], Replies]) -> None:
    owners: dict[str, set[str]] = {}
    administrators = {exchange.token_given for exchange in run.exchanges if exchange.name.endswith("Login-admin")}
    for exchange in run.exchanges:
        content = replies_to(run)[exchange.name].content
        tokens = set(TOKEN.findall(exchange.request.body.decode("latin-1"))) - administrators
        for owner in [] if content is None else content.iter(f"{{{names.APP}}}Owner"):
            for token in tokens:
                owners.setdefault(token, set()).add(owner.text or "")

    assert len(owners) > 1
    assert all(len(seen - {""}) == 1 for seen in owners.values()), owners


def test_people_are_shown_the_same_table() -> None:
    assert as_markdown() in DOCUMENT.read_text()


def test_the_tests_that_people_are_referred_to_are_there() -> None:
    named = re.findall(r"`([\w/]+(?:\.py|/))`", DOCUMENT.read_text())
    top = DOCUMENT.parents[1]

    assert [path for path in named if not (top / "tests" / path).exists() and not (top / path).exists()] == []
    assert len(set(named)) > 20


def _is_fault(body: bytes) -> bool:
    return b":Fault>" in body
