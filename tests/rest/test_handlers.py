"""The verbs, each as a program uses it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import update

from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.rest.resources import RESOURCES
from sipsorcery_web.service.store.models import SIPDialPlanRow
from tests.factories import DOMAIN, SIP_PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.fake_sip_engine import FakeEngine

from .program import Program, problem, program_of

ON_BOTH_STORES = True
NEW: dict[str, dict[str, Any]] = {
    "sip-accounts": {"sip_username": "front-desk", "sip_domain": DOMAIN, "sip_password": SIP_PASSWORD},
    "providers": {"provider_name": "blueline", "provider_server": "sip.blueline.example"},
    "dial-plans": {"dial_plan_name": "lunch-break", "dial_plan_script": "sys.Log('noon')"},
}
CHANGED: dict[str, dict[str, Any]] = {
    "sip-accounts": {"is_incoming_only": True},
    "providers": {"provider_from": "sip:desk@sip.example.org"},
    "dial-plans": {"dial_plan_script": "sys.Log('one')"},
}
NAMED = {"sip-accounts": "sip_username", "providers": "provider_name", "dial-plans": "dial_plan_name"}


@pytest.mark.parametrize("noun", NEW)
def test_what_is_added_can_be_read_changed_replaced_and_deleted(alice: Program, noun: str) -> None:
    added = alice.post(f"/{noun}", NEW[noun])
    assert added.status_code == 201
    address = added.headers["Location"]
    assert address == f"/api/v1/{noun}/{added.get_json()['id']}"
    assert alice.get(address).get_json() == added.get_json()
    assert alice.get(address).headers["ETag"] == added.headers["ETag"]

    changed = alice.patch(address, CHANGED[noun])
    assert changed.status_code == 200
    assert CHANGED[noun].items() <= changed.get_json().items()
    assert changed.headers["ETag"] == alice.get(address).headers["ETag"] != added.headers["ETag"]

    replaced = alice.put(address, NEW[noun], headers={"If-Match": changed.headers["ETag"]})
    assert replaced.status_code == 200
    assert replaced.get_json() | {"last_update": ""} == added.get_json() | {"last_update": ""}

    assert alice.delete(address).status_code == 204
    assert problem(alice.get(address)) == (404, "", "")
    assert problem(alice.delete(address)) == (404, "", "")


def test_a_merge_patch_leaves_what_it_does_not_name_and_null_clears(alice: Program) -> None:
    address = alice.post("/providers", NEW["providers"] | {"provider_username": "HD-1"}).headers["Location"]
    patched = alice.ask(
        "PATCH",
        address,
        headers={"Content-Type": "application/merge-patch+json"},
        data='{"provider_username": null}',
    )
    assert patched.status_code == 200
    assert not patched.get_json()["provider_username"]
    assert patched.get_json()["provider_name"] == "blueline"


def test_what_was_read_can_be_sent_back_and_what_is_not_the_callers_stays(alice: Program) -> None:
    added = alice.post("/providers", NEW["providers"])
    stolen = added.get_json() | {"owner": "bobby", "id": str(uuid4()), "register_admin_enabled": False}
    sent_back = alice.put(added.headers["Location"], stolen, headers={"If-Match": "*"})
    assert sent_back.get_json() | {"last_update": ""} == added.get_json() | {"last_update": ""}


def test_whoever_replaces_a_record_has_to_say_which_one_was_read(alice: Program) -> None:
    added = alice.post("/dial-plans", NEW["dial-plans"])
    assert problem(alice.put(added.headers["Location"], NEW["dial-plans"])) == (428, "", "If-Match")


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_nothing_is_done_to_a_record_that_has_changed_since_it_was_read(alice: Program, verb: str) -> None:
    added = alice.post("/sip-accounts", NEW["sip-accounts"])
    address, stale = added.headers["Location"], {"If-Match": added.headers["ETag"]}
    alice.patch(address, {"is_user_disabled": True})

    sent = {} if verb == "delete" else {"json": NEW["sip-accounts"]}
    assert problem(alice.ask(verb.upper(), address, headers=stale, **sent))[0] == 412
    assert alice.get(address).get_json()["is_user_disabled"] is True
    fresh = {"If-Match": f'"another", {alice.get(address).headers["ETag"]}'}
    assert alice.ask(verb.upper(), address, headers=fresh, **sent).status_code in (200, 204)


def test_a_weak_tag_is_the_same_as_none(alice: Program) -> None:
    added = alice.post("/sip-accounts", NEW["sip-accounts"])
    weak = {"If-Match": f"W/{added.headers['ETag']}"}
    assert problem(alice.patch(added.headers["Location"], {"network_id": "x"}, headers=weak))[0] == 412


def test_a_call_that_a_plan_counts_changes_no_tag(harness: AppHarness, alice: Program) -> None:
    added = alice.post("/dial-plans", NEW["dial-plans"])
    with harness.database.write() as session:
        session.execute(update(SIPDialPlanRow).values(execution_count=2))
    counted = alice.get(added.headers["Location"])
    assert counted.get_json()["execution_count"] == 2
    assert counted.headers["ETag"] == added.headers["ETag"]


def test_a_refusal_names_the_rule_and_the_field(alice: Program) -> None:
    short = alice.post("/sip-accounts", NEW["sip-accounts"] | {"sip_username": "ann"})
    assert problem(short) == (422, "sip-username-too-short", "sip_username")
    alice.post("/sip-accounts", NEW["sip-accounts"])
    taken = alice.post("/sip-accounts", NEW["sip-accounts"])
    assert problem(taken) == (409, "sip-name-taken", "sip_username")


def test_the_customer_is_the_one_of_the_token(alice: Program, bob: Program) -> None:
    for program, name in ((alice, "alice"), (bob, "bobby")):
        told = program.get("/customer").get_json()
        assert told["customer_username"] == name
        assert "customer_password" not in told


def test_domains_and_tokens_are_read_at_once_and_one_by_one(alice: Program) -> None:
    for noun in ("domains", "tokens"):
        (found,) = alice.items(f"/{noun}")
        assert alice.get(f"/{noun}/{found['id']}").get_json() == found
        assert problem(alice.get(f"/{noun}/{uuid4()}"))[0] == 404
    assert "token" not in alice.items("/tokens")[0]


def test_the_audit_says_which_token_has_changed_what(alice: Program) -> None:
    added = alice.post("/sip-accounts", NEW["sip-accounts"]).get_json()
    entry = alice.items("/audit?limit=1")[0]
    assert (entry["operation"], entry["record_id"], entry["token_name"]) == ("AddSIPAccount", added["id"], "report")


# Secrets


@pytest.mark.parametrize(("noun", "secret"), [("sip-accounts", "sip_password"), ("providers", "provider_password")])
def test_a_password_is_told_to_a_scope_of_its_own_alone(
    harness: AppHarness, alice: Program, noun: str, secret: str
) -> None:
    area = "accounts" if noun == "sip-accounts" else "providers"
    careful = program_of(harness, "alice", f"{area}:read {area}:write", name="careful")
    added = careful.post(f"/{noun}", NEW[noun] | {secret: SIP_PASSWORD})
    address = added.headers["Location"]

    for answer in (added, careful.get(address), careful.get(f"/{noun}"), careful.patch(address, CHANGED[noun])):
        assert SIP_PASSWORD not in answer.text
        assert secret not in answer.text
    assert alice.get(address).get_json()[secret] == SIP_PASSWORD


def test_no_secret_of_any_record_is_told_without_a_scope_that_names_it(harness: AppHarness) -> None:
    harness.one_of_each("alice")
    harness.provider("alice", "redline", register_enabled=True, register_contact="sip:a@sip.example.org")
    careful = program_of(harness, "alice", " ".join(scope for scope in SCOPES if "passwords" not in scope))
    for resource in RESOURCES:
        secrets = {entry.attribute for entry in resource.fields if entry.is_secret}
        records = [careful.get("/customer").get_json()] if resource.is_single else careful.items(f"/{resource.noun}")
        assert records, resource.noun
        assert [secrets & record.keys() for record in records] == [set()] * len(records)


def test_a_replacement_without_a_password_keeps_it(alice: Program) -> None:
    added = alice.post("/sip-accounts", NEW["sip-accounts"])
    without = {name: value for name, value in NEW["sip-accounts"].items() if name != "sip_password"}
    replaced = alice.put(added.headers["Location"], without, headers={"If-Match": "*"})
    assert replaced.get_json()["sip_password"] == SIP_PASSWORD


# Scopes


@pytest.mark.parametrize(
    ("scopes", "method", "path", "needed"),
    [
        ("calls:read", "GET", "/sip-accounts", "accounts:read"),
        ("accounts:read", "POST", "/sip-accounts", "accounts:write"),
        ("accounts:write", "GET", "/sip-accounts", "accounts:read"),
        ("accounts:read", "GET", "/tokens", "tokens:read"),
        ("sign-in", "GET", "/customer", "customer:read"),
    ],
)
def test_a_token_opens_what_its_scopes_say(
    harness: AppHarness, scopes: str, method: str, path: str, needed: str
) -> None:
    program = program_of(harness, "alice", scopes)
    sent = {"json": NEW["sip-accounts"]} if method == "POST" else {}
    answer = program.ask(method, path, **sent)
    assert problem(answer)[:2] == (403, "token-lacks-scope")
    assert f'error="insufficient_scope", scope="{needed}"' in answer.headers["WWW-Authenticate"]


def test_a_list_that_has_not_changed_is_not_told_to_a_token_without_its_scope_either(harness: AppHarness) -> None:
    revision = program_of(harness, "alice").get("/sip-accounts").get_json()["revision"]
    program = program_of(harness, "alice", "calls:read", name="calls")
    assert problem(program.get(f"/sip-accounts?since={revision}"))[0] == 403


def test_an_administrators_token_reaches_what_is_its_owners_alone(harness: AppHarness) -> None:
    harness.account("alice", "front-desk")
    program = program_of(harness, "root-admin")
    assert {account["owner"] for account in program.items("/sip-accounts")} == {"root-admin"}


# Pages


def pages(program: Program, path: str) -> list[list[dict[str, Any]]]:
    """Return the pages of a list, each by the link of the one before."""
    found: list[list[dict[str, Any]]] = []
    while path:
        answer = program.get(path)
        assert answer.status_code == 200, answer.text
        found.append(answer.get_json()["items"])
        link = answer.headers.get("Link", "")
        assert link.endswith('>; rel="next"') or not link
        assert bool(link) is (answer.get_json()["next_cursor"] is not None)
        path = link[1:].partition(">")[0]
        if path:
            assert dict(parse_qsl(urlsplit(path).query))["cursor"] == answer.get_json()["next_cursor"]
    return found


def test_pages_follow_each_other_without_a_gap_or_a_repetition(harness: AppHarness, alice: Program) -> None:
    harness.accounts("alice", 60)
    found = pages(alice, "/sip-accounts?limit=25")
    assert [len(page) for page in found] == [25, 25, 10]
    names = [account["sip_username"] for page in found for account in page]
    assert names == [f"line-{number:05}" for number in range(1, 61)]


def test_pages_of_call_records_begin_with_the_newest(harness: AppHarness, alice: Program) -> None:
    harness.cdrs("alice", 30)
    found = [record["dst"] for page in pages(alice, "/cdrs?limit=12") for record in page]
    assert found == [f"{number:05}" for number in range(1, 31)]


def test_records_with_the_same_key_come_once_each(harness: AppHarness, alice: Program) -> None:
    account = harness.account("alice", "front-desk")
    for number in range(7):
        harness.bind(account, contact_uri=f"sip:front-desk@192.0.2.{number}")
    for _ in range(2):
        harness.cdr("alice")
    found = [binding["id"] for page in pages(alice, "/sip-account-bindings?limit=2") for binding in page]
    assert len(found) == len(set(found)) == 7


def test_a_page_keeps_its_filters(harness: AppHarness, alice: Program) -> None:
    harness.accounts("alice", 30)
    found = pages(alice, "/sip-accounts?q=line-0002&limit=4")
    assert [account["sip_username"][-2:] for page in found for account in page] == [str(n) for n in range(20, 30)]


# What changes


def test_a_program_that_looks_again_is_told_whether_something_has_changed(harness: AppHarness, alice: Program) -> None:
    revision = alice.get("/sip-accounts").get_json()["revision"]
    assert alice.get(f"/sip-accounts?since={revision}").status_code == 204
    harness.account("bobby", "consult-room")
    assert alice.get(f"/sip-accounts?since={revision}").status_code == 204
    harness.account("alice", "front-desk")
    again = alice.get(f"/sip-accounts?since={revision}")
    assert again.status_code == 200
    assert again.get_json()["revision"] != revision


# Calls


def test_a_call_is_hung_up_by_one_of_its_legs(harness: AppHarness, alice: Program, sip_engine: FakeEngine) -> None:
    leg = harness.call("alice")
    reader = program_of(harness, "alice", "calls:read", name="reader")
    assert problem(reader.delete(f"/calls/{leg}"))[:2] == (403, "token-lacks-scope")
    assert alice.delete(f"/calls/{leg}").status_code == 204
    assert sip_engine.asked == [("hang up", leg)]
    entry = alice.items("/audit?limit=1")[0]
    assert (entry["operation"], entry["record_id"], entry["token_name"]) == ("DeleteCall", str(leg), "report")


def test_a_call_of_anothers_stays(harness: AppHarness, bob: Program, sip_engine: FakeEngine) -> None:
    administrator = program_of(harness, "root-admin")
    leg = harness.call("alice")
    for program in (bob, administrator):
        assert problem(program.delete(f"/calls/{leg}"))[0] == 404
    assert sip_engine.asked == []


def test_a_call_that_has_ended_is_not_found_and_without_an_engine_none_is_hung_up(
    harness: AppHarness, alice: Program, sip_engine: FakeEngine
) -> None:
    leg = harness.call("alice")
    sip_engine.controls.gone = True
    assert problem(alice.delete(f"/calls/{leg}"))[0] == 404
    sip_engine.leave()
    assert problem(alice.delete(f"/calls/{leg}"))[0] == 503
    assert not [entry for entry in alice.items("/audit") if entry["operation"] == "DeleteCall"]
