"""Addresses are those that Flask makes, whatever values are in them."""

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, url_for

from sipsorcery_web.portal.http.addresses import MOST, Addresses

from ..app_harness import AppHarness

TEXTS = ["", "plain-1.2_3", "a b", "a/b?c=d&e#f", "50%", "%(id)s", "mark0k", "ä\u202e", "sip:a@b;x", "'()*!$,"]


@pytest.mark.parametrize("root", ["", "/mounted/at 1"])
def test_every_address_is_flasks_own(harness: AppHarness, root: str) -> None:
    flasks = Flask.url_for
    app, one = harness.app, uuid4()
    asked: list[tuple[str, dict[str, Any]]] = [
        ("sip_accounts.index", {}),
        ("sip_accounts.export", {"form": "csv"}),
        ("sip_accounts.edit", {"account_id": one}),
        ("sip_accounts.edit", {"account_id": str(one)}),
        ("dial_plans.version", {"plan_id": one, "number": 3}),
        ("help.index", {"_anchor": "keyboard"}),
        ("asset", {"file": "app.0123.css"}),
        (".index", {"q": "x"}),
        (".edit", {"account_id": one}),
        *(("sip_accounts.index", {"q": text}) for text in TEXTS),
        *(("sip_accounts.delete", {"account_id": one, "next": text}) for text in TEXTS),
        *(("asset", {"file": text or "x", "q": text}) for text in TEXTS),
        *(("sip_accounts.index", {"a": a, "b": b}) for a, b in product(TEXTS[:6], repeat=2)),
        ("sip_accounts.index", {"page": 3, "none": None, "many": ["a", "b"], "id": one}),
        ("sip_accounts.index", {"_external": True, "_scheme": "https"}),
    ]
    with app.test_request_context("/sip-accounts", environ_overrides={"SCRIPT_NAME": root}):
        for _ in range(2):
            assert [url_for(name, **values) for name, values in asked] == [
                flasks(app, name, **values) for name, values in asked
            ]


def test_an_id_may_be_any_other(harness: AppHarness) -> None:
    with harness.app.test_request_context("/"):
        ids = [UUID(int=number) for number in range(3)]
        assert [url_for("sip_accounts.edit", account_id=each) for each in ids] == [
            f"/sip-accounts/{each}" for each in ids
        ]


def test_no_more_kinds_are_kept_than_are_worth_it(harness: AppHarness) -> None:
    addresses = Addresses(harness.app)
    for number in range(MOST + 10):
        with harness.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": f"/at-{number}"}):
            assert addresses.url_for("sip_accounts.index") == f"/at-{number}/sip-accounts"
    assert len(addresses._patterns) <= MOST
