"""All addresses and their users: nobody reaches another customer's account through any."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask

from sipsorcery_web.oauth import consents, programs
from sipsorcery_web.oauth.work import reading
from sipsorcery_web.portal.storage.passkeys import Passkeys

from .app_harness import AppHarness
from .browser import Browser
from .fake_sip_engine import FakeEngine
from .routes import (
    ENDPOINTS,
    OF_THE_BUILT_IN,
    OF_THE_ENGINE,
    ROUTES,
    SOMEWHERE,
    closed_routes,
    filled_in,
    methods_of,
    routes_of,
    things_of_alice,
)
from .same_pages import text_of_any


def of_oauth(harness: AppHarness) -> list[object]:
    """Return alice's programs and consents."""
    with reading(harness.service.context) as work:
        return [*programs.of_owner(work, "alice"), *consents.of_owner(work, "alice")]


@pytest.fixture
def hers(harness: AppHarness) -> Iterator[dict[str, UUID]]:
    """Return alice's records, one of each kind, which nothing that bob does may change."""
    things, program = things_of_alice(harness), harness.service_fixture.alice

    def everything() -> list[object]:
        return [
            program.customer("alice"),
            *harness.service_fixture.administrator.invites.page(),
            *program.sip_accounts.page(),
            *program.sip_providers.page(),
            *program.dial_plans.page(),
            *program.cdrs.page(),
            *program.access_tokens(),
            *of_oauth(harness),
            *program.account_networks.page(),
            *(session for session in program.sessions() if session.id == things["session_id"]),
            *Passkeys(harness.database, harness.keyring).of("alice"),
        ]

    before = everything()
    yield things
    assert everything() == before


def test_no_route_is_lost_and_none_is_added_unnoticed(harness: AppHarness) -> None:
    assert routes_of(harness.app) == ROUTES


def test_a_portal_that_mails_links_has_the_pages_that_they_lead_to(mailing: AppHarness) -> None:
    assert routes_of(mailing.app).items() - ROUTES.items() == {
        ("/login/reset", "GET POST"),
        ("/login/reset/<token>", "GET POST"),
        ("/login/confirm/<token>", "GET POST"),
    }


def test_a_portal_in_front_of_another_service_has_neither_endpoint_nor_set_up(
    harness_with: Callable[..., AppHarness],
) -> None:
    harness = harness_with(provisioning_url="http://127.0.0.1:9")
    assert ROUTES.keys() - routes_of(harness.app).keys() == {
        *ENDPOINTS,
        "/setup/<secret>",
        *(address for address in ROUTES if address.startswith(OF_THE_BUILT_IN)),
    }


@pytest.mark.parametrize(("address", "method"), [each for each in closed_routes() if each[1] == "GET"])
def test_a_page_without_a_session_leads_to_the_sign_in_and_back(browser: Browser, address: str, method: str) -> None:
    page = browser.open(filled_in(address))
    assert page.h1 == "Sign in"
    assert page.value("next") == filled_in(address)


@pytest.mark.parametrize(("address", "method"), [each for each in closed_routes() if each[1] == "POST"])
def test_a_form_without_a_session_is_not_carried_out(
    harness: AppHarness, browser: Browser, address: str, method: str
) -> None:
    csrf_token = browser.token()
    harness.forget_calls()
    page = browser.post(filled_in(address), {"csrf_token": csrf_token})
    assert page.h1 == "Sign in"
    assert page.notes == ["You are not signed in. Nothing was saved."]
    assert {*harness.calls} <= {"IsAlive", "AreNewAccountsEnabled"}


@pytest.mark.parametrize(
    ("address", "method"),
    [
        ("/sip-accounts", "DELETE"),
        ("/sip-accounts/add", "PUT"),
        (f"/sip-accounts/{SOMEWHERE}", "PATCH"),
        ("/account", "TRACE"),
        ("/account", "PROPFIND"),
    ],
)
def test_a_verb_that_a_page_does_not_know_is_refused_with_those_that_it_knows(
    alice: Browser, address: str, method: str
) -> None:
    answer = alice.raw(method, address)
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= {*answer.headers["Allow"].split(", ")}


def every_way_to_a_thing(app: Flask) -> list[tuple[str, str]]:
    return [
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if any(name.endswith("_id") for name in rule.arguments)
        for method in sorted(methods_of(rule) | {"HEAD"} if "GET" in methods_of(rule) else methods_of(rule))
    ]


def test_the_matrix_covers_every_route_of_a_thing(harness: AppHarness, hers: dict[str, UUID]) -> None:
    ways = every_way_to_a_thing(harness.app)
    assert {name for address, _ in ways for name in re.findall(r"<uuid:(\w+)>", address)} == {*hers}
    things = {(address, method) for address, method in closed_routes() if "_id>" in address}
    assert {way for way in ways if way[1] != "HEAD"} == things


def test_bob_does_not_find_a_thing_of_alices_by_any_route_and_verb(
    harness: AppHarness, sip_engine: FakeEngine, bob: Browser, hers: dict[str, UUID]
) -> None:
    typed = {
        "csrf_token": bob.token(),
        "sip_username": "bobs-line",
        "sip_domain": "sip.example.org",
        "sip_password": "n1ghtingale",
        "network_id": "bobs-house",
        "is_user_disabled": "y",
        "provider_name": "bobs-provider",
        "provider_server": "sip.evil.example",
        "dial_plan_name": "bobs-plan",
        "dial_plan_script": "sys.Dial('bob')",
        "customer_username": "bobby",
    }
    harness.forget_calls()
    for address, method in every_way_to_a_thing(harness.app):
        answer = bob.raw(method, filled_in(address, **hers), data=typed if method == "POST" else None)
        assert answer.status_code == 404, (method, address)
        assert not re.search("front-desk|northline|night shift", answer.text)
    assert not [call for call in harness.calls if call.startswith(("Add", "Update", "Delete"))]
    assert sip_engine.asked == []


def test_somebody_elses_thing_and_none_at_all_are_one_answer(
    harness: AppHarness, sip_engine: FakeEngine, bob: Browser, hers: dict[str, UUID]
) -> None:
    for address, method in every_way_to_a_thing(harness.app):
        if method == "GET":
            assert text_of_any(bob.open(filled_in(address, **hers))) == text_of_any(bob.open(filled_in(address)))


@pytest.mark.usefixtures("hers")
def test_bob_cannot_put_a_new_account_in_the_place_of_alices(harness: AppHarness, bob: Browser) -> None:
    account = harness.stored_accounts("alice")["front-desk"]
    bob.force("/sip-accounts/add", {"id": str(account.id)}, sip_username="bobs-line", sip_password="n1ghtingale")
    assert harness.stored_accounts("alice")["front-desk"].id == account.id


@pytest.mark.usefixtures("hers")
def test_an_owner_that_somebody_adds_to_the_form_is_not_looked_at(harness: AppHarness, bob: Browser) -> None:
    more = {"owner": "alice", "is_admin_disabled": "y", "admin_disabled_reason": "mine", "admin_member_id": "*"}
    bob.force("/sip-accounts/add", more, sip_username="bobs-line", sip_password="n1ghtingale")
    added = harness.stored_accounts("bobby")["bobs-line"]
    assert (added.owner, added.is_admin_disabled, added.admin_disabled_reason) == ("bobby", False, None)


@pytest.mark.usefixtures("hers")
def test_fields_that_an_owner_may_not_set_stay_as_they_are_stored(harness: AppHarness, bob: Browser) -> None:
    account = harness.account("bobby", "bobs-line")
    more = {"owner": "alice", "sip_username": "front-desk", "sip_domain": "evil.example", "is_admin_disabled": "y"}
    bob.force(f"/sip-accounts/{account.id}", more | {"id": SOMEWHERE}, network_id="attic")
    stored = harness.stored(account.id)
    assert stored == account.with_(network_id="attic")


@pytest.mark.usefixtures("hers")
def test_bob_cannot_change_alices_password_or_delete_her_by_naming_her(harness: AppHarness, bob: Browser) -> None:
    bob.force(
        "/account/password",
        {"username": "alice", "customer_username": "alice"},
        old_password="opensesame7",
        new_password="tr0ubad0ur",
        retyped_password="tr0ubad0ur",
    )
    bob.submit("/account/delete", customer_username="alice")
    assert harness.customer("bobby") is not None
    assert harness.browser().sign_in("alice").h1 == "Passkey"  # what she is asked for after her password


def test_the_administrator_finds_the_accounts_of_all(harness: AppHarness, administrator: Browser) -> None:
    harness.account("alice", "front-desk")
    harness.account("bobby", "bobs-line")
    assert {"front-desk", "bobs-line"} <= {*administrator.open("/sip-accounts").names}


@pytest.mark.parametrize(
    "address",
    ["/sip-accounts/1", "/sip-accounts/add/", "/sip-accounts/../account", f"/sip-accounts/{SOMEWHERE}'--", "/account/"],
)
def test_addresses_that_nobody_gave_out_are_not_found(alice: Browser, address: str) -> None:
    assert alice.open(address).status == 404


def test_an_id_in_capitals_is_the_same_account(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk")
    assert alice.open(f"/sip-accounts/{str(account.id).upper()}").status == 200


def test_the_first_address_leads_to_the_sip_accounts(alice: Browser) -> None:
    assert alice.open("/").h1 == "SIP accounts"
    assert alice.redirects == ["/sip-accounts"]


def test_a_monitor_learns_that_the_process_runs_and_can_work_and_nothing_else(browser: Browser) -> None:
    assert browser.raw("GET", "/healthz").get_json() == {"status": "ok"}
    assert browser.raw("GET", "/readyz").get_json() == {
        "status": "ok",
        "provisioning": True,
        "store": True,
        "sessions": True,
    }


def test_without_an_engine_its_addresses_are_not_there(
    harness: AppHarness, alice: Browser, hers: dict[str, UUID]
) -> None:
    for address, method in OF_THE_ENGINE:
        answer = alice.raw(
            method, filled_in(address, **hers), data={"csrf_token": alice.token()} if method == "POST" else None
        )
        assert answer.status_code == 404, address
