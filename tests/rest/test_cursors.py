"""Cursors hold for the list that they were made for, and for nothing that somebody made up."""

import base64
from datetime import UTC, datetime

import pytest

from sipsorcery_web.rest.cursors import Cursors, Start
from sipsorcery_web.rest.problems import Problem
from sipsorcery_web.rest.resources import RESOURCES, Resource
from sipsorcery_web.service.operations import LISTS
from tests.portal.app_harness import AppHarness

from .program import Program, problem

BY_NOUN = {resource.noun: resource for resource in RESOURCES}
ACCOUNTS, CDRS = BY_NOUN["sip-accounts"], BY_NOUN["cdrs"]
CURSORS = Cursors(b"k" * 32)


@pytest.mark.parametrize(
    ("resource", "start"),
    [
        (ACCOUNTS, Start("grüße", 3)),
        (ACCOUNTS, Start(None, 25)),
        (CDRS, Start(datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC), 1)),
    ],
)
def test_a_beginning_is_read_as_it_was_written(resource: Resource, start: Start) -> None:
    assert CURSORS.read(resource, "{}", CURSORS.written(resource, "{}", start)) == start


def test_a_cursor_is_good_for_its_list_its_filters_and_its_installation_alone() -> None:
    text = CURSORS.written(ACCOUNTS, "{}", Start("line-25", 1))
    for cursors, resource, asked in (
        (CURSORS, CDRS, "{}"),
        (CURSORS, ACCOUNTS, '{"q": "x"}'),
        (Cursors(b"l" * 32), ACCOUNTS, "{}"),
    ):
        with pytest.raises(Problem):
            cursors.read(resource, asked, text)


def test_a_cursor_that_somebody_has_changed_is_refused() -> None:
    text = CURSORS.written(ACCOUNTS, "{}", Start("line-25", 1))
    data = base64.urlsafe_b64decode(text + "==")
    for changed in (text[:-4], text + "AAAA", base64.urlsafe_b64encode(data.replace(b"25", b"26")).decode(), "", "é"):
        with pytest.raises(Problem):
            CURSORS.read(ACCOUNTS, "{}", changed)


def test_the_table_has_each_list_in_the_services_order() -> None:
    orders = {listing.record: (listing.order, listing.descending) for listing in LISTS}
    for resource in RESOURCES:
        if not resource.read_at_once:
            assert orders[resource.record] == (resource.order, resource.is_descending)


def test_a_record_that_comes_in_between_shifts_no_page(harness: AppHarness, alice: Program) -> None:
    harness.accounts("alice", 4)
    first = alice.get("/sip-accounts?limit=2")
    harness.account("alice", "earlier")
    second = alice.get(first.headers["Link"][1:].partition(">")[0])
    assert [account["sip_username"] for account in second.get_json()["items"]] == ["line-00003", "line-00004"]


def test_a_cursor_with_other_filters_is_a_problem(harness: AppHarness, alice: Program) -> None:
    harness.accounts("alice", 4)
    cursor = alice.get("/sip-accounts?limit=2").get_json()["next_cursor"]
    assert alice.get(f"/sip-accounts?limit=4&cursor={cursor}").status_code == 200
    assert problem(alice.get(f"/sip-accounts?q=line&cursor={cursor}")) == (400, "cursor-unknown", "cursor")
    assert problem(alice.get(f"/cdrs?cursor={cursor}")) == (400, "cursor-unknown", "cursor")
