"""REST v0.1 beside its table: keys, filters, entities, and the original's errors."""

from uuid import UUID

import pytest
from werkzeug.test import Client

from sipsorcery_web.rest.v01.calls import Call
from sipsorcery_web.rest.v01.routes import BY_PATH, PREFIX, Route
from sipsorcery_web.service.operators import Operators
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.conftest import HarnessWith
from tests.portal.genuine import Front

from .conftest import holder
from .key_holder import KeyHolder
from .test_table import NEW, NO_KEY, NOUNS, SPOKEN, TABLE, UNKNOWN

SITE = "https://phones.example.org"


# Keys


def test_the_key_stands_in_the_header_alone(harness: AppHarness, alice_v01: KeyHolder) -> None:
    nobody = KeyHolder(harness, "")
    ways = {"query_string": {"apikey": alice_v01.key}}, {"headers": {"Cookie": f"apikey={alice_v01.key}"}}
    assert [nobody.error("GET", "sipaccount/get", **way) for way in ways] == [NO_KEY, NO_KEY]
    answer = Client(harness.app.wsgi_app).get(f"{PREFIX}/sipaccount/count", headers={"APIKEY": alice_v01.key})
    assert answer.get_json() == {"Error": None, "Result": 1, "Success": True}


def test_a_key_that_is_over_is_unknown_and_one_of_a_suspended_customer_says_so(
    harness: AppHarness, alice_v01: KeyHolder
) -> None:
    Operators(harness.service.context).suspend("alice", None)
    assert alice_v01.error("GET", "sipaccount/get") == "Your account is suspended."
    harness.clock.pass_(days=8)
    assert alice_v01.error("GET", "sipaccount/get") == UNKNOWN


@pytest.mark.parametrize(
    ("scopes", "method", "route", "needed"),
    [
        ("calls:read", "GET", "sipaccount/get", "accounts:read"),
        ("accounts:read", "GET", "sipaccount/delete", "accounts:write"),
        ("accounts:write", "POST", "keyvalue/write", "dial-plans:write"),
        ("sign-in", "GET", "keyvalue/getkeys", "dial-plans:read"),
    ],
)
def test_a_key_opens_what_its_scopes_say(
    harness: AppHarness, scopes: str, method: str, route: str, needed: str
) -> None:
    (account,) = harness.service_fixture.someone("alice").sip_accounts.page()
    more = {"json": {"key": "k", "value": "v"}} if method == "POST" else {"query_string": {"id": str(account.id)}}
    assert needed in holder(harness, "alice", scopes).error(method, route, **more)


def test_an_administrators_key_reaches_what_is_its_owners_alone(harness: AppHarness) -> None:
    harness.account("alice", "front-desk")
    names = {each["SIPUsername"] for each in holder(harness, "root-admin").get("sipaccount/get")}
    assert names == {"root-admin"}


def test_a_page_of_another_site_may_send_a_key_where_the_operator_says_so(harness_with: HarnessWith) -> None:
    program = holder(harness_with(cors_origins=(SITE,)), "alice")
    allowed = program.ask("OPTIONS", "sipaccount/get", headers={"Origin": SITE})
    assert "apikey" in allowed.headers["Access-Control-Allow-Headers"].split(", ")
    refused = program.ask("OPTIONS", "sipaccount/get", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Headers" not in refused.headers


def test_in_front_of_another_service_there_is_none(mysql_front: Front) -> None:
    assert mysql_front.harness.browser().raw("GET", f"{PREFIX}/isalive").status_code == 404


# Filters and pages


def test_a_filter_is_an_expression_and_an_empty_one_an_error(harness: AppHarness, alice_v01: KeyHolder) -> None:
    harness.account("alice", "front-desk", network_id="desk")
    found = alice_v01.get("sipaccount/get", where='NetworkID = "desk" and SIPUsername.StartsWith("front")')
    assert [each["SIPUsername"] for each in found] == ["front-desk"]
    assert alice_v01.get("sipaccount/count", WHERE=f'ID.Equals(Guid("{found[0]["ID"]}"))') == 1
    for route in ("sipaccount/get", "sipaccount/count"):
        assert alice_v01.error("GET", route, query_string={"where": ""}) == "Expression expected"
        wrong = alice_v01.error("GET", route, query_string={"where": 'Nothing = "x"'})
        assert wrong == "No property or field 'Nothing' exists in type 'SIPAccount'"


def test_a_page_has_25_records_unless_more_are_asked_for(harness: AppHarness, alice_v01: KeyHolder) -> None:
    harness.accounts("alice", 40)
    lengths = [len(alice_v01.get("sipaccount/get", **asked)) for asked in ({}, {"count": "0"}, {"count": "-1"})]
    assert lengths == [25, 25, 25]
    found = alice_v01.get("sipaccount/get", offset="30", count="100")
    assert [each["SIPUsername"] for each in found] == [f"line-{number:05}" for number in range(31, 41)]
    assert "count" in alice_v01.error("GET", "sipaccount/get", query_string={"count": "many"})


def test_call_records_begin_with_the_newest_and_can_be_filtered(harness: AppHarness, alice_v01: KeyHolder) -> None:
    harness.cdrs("alice", 3)
    found = alice_v01.get("cdr/get", where='CallDirection != "x"')
    assert [each["Dst"] for each in found] == ["00001", "00002", "00003"]
    assert found[0]["Created"] == "2026-11-23T11:59:00Z"


# Entities


@pytest.mark.parametrize("noun", TABLE["entities"])
def test_an_entity_has_the_members_of_the_original(alice_v01: KeyHolder, noun: str) -> None:
    alice_v01.post(f"{noun}/add", NEW[noun])
    assert {*alice_v01.get(f"{noun}/get")[0]} == {*TABLE["entities"][noun]}


@NOUNS
def test_what_was_read_can_be_sent_back(alice_v01: KeyHolder, noun: str) -> None:
    id = alice_v01.post(f"{noun}/add", NEW[noun])
    before = alice_v01.get(f"{noun}/get", where=f'ID.Equals(Guid("{id}"))')[0]
    assert before.items() >= NEW[noun].items() or noun == "sipprovider"
    alice_v01.post(f"{noun}/update", before)
    after = alice_v01.get(f"{noun}/get", where=f'ID.Equals(Guid("{id}"))')[0]
    assert after == before


def test_the_service_sets_ids_and_what_is_not_the_callers(harness: AppHarness, alice_v01: KeyHolder) -> None:
    account = harness.account("alice", "back-desk")
    taken = {**NEW["sipaccount"], "ID": str(account.id), "Owner": "bobby", "IsAdminDisabled": True, "Unknown": 1}
    added = harness.stored(UUID(alice_v01.post("sipaccount/add", taken)))
    assert added is not None
    assert (added.id != account.id, added.owner, added.is_admin_disabled) == (True, "alice", False)
    assert added.sip_domain == DOMAIN


def test_a_password_is_told_to_its_scope_alone_and_stays_where_it_is_left_out(
    harness: AppHarness, alice_v01: KeyHolder
) -> None:
    id = alice_v01.post("sipaccount/add", NEW["sipaccount"])
    careful = holder(harness, "alice", "accounts:read accounts:write", "careful")
    found = careful.get("sipaccount/get", where='SIPUsername = "reception"')[0]
    assert found["SIPPassword"] is None
    careful.post("sipaccount/update", {**found, "NetworkID": "desk"})
    stored = harness.stored(UUID(id))
    assert stored is not None
    assert (stored.sip_password, stored.network_id) == ("Ch4nge.it.now", "desk")


def test_a_registration_without_a_contact_or_a_usable_expiry_gets_them(alice_v01: KeyHolder) -> None:
    alice_v01.post("sipprovider/add", {**NEW["sipprovider"], "RegisterEnabled": True, "RegisterExpiry": 5})
    (found,) = alice_v01.get("sipprovider/get")
    assert found["RegisterContact"] == f"sip:blueline.alice@{DOMAIN}"
    assert found["RegisterExpiry"] == 3600
    assert found["ProviderServer"] == "sip:sip.blueline.example"


def test_accounts_follow_a_dial_plan_to_its_new_name(harness: AppHarness, alice_v01: KeyHolder) -> None:
    id = alice_v01.post("dialplan/add", NEW["dialplan"])
    account = harness.account("alice", "front-desk", out_dial_plan_name="lunch-break", in_dial_plan_name="default")
    renamed = {**NEW["dialplan"], "ID": id, "DialPlanName": "siesta"}
    meek = holder(harness, "alice", "dial-plans:write dial-plans:read accounts:read", "meek")
    assert "accounts:write" in meek.error("POST", "dialplan/update", json=renamed)
    assert alice_v01.get("dialplan/get", where='DialPlanName = "siesta"') == []
    alice_v01.post("dialplan/update", renamed)
    stored = harness.stored(account.id)
    assert stored is not None
    assert (stored.out_dial_plan_name, stored.in_dial_plan_name) == ("siesta", "default")


def test_copies_of_a_dial_plan_have_names_of_their_own(alice_v01: KeyHolder) -> None:
    id = alice_v01.post("dialplan/add", NEW["dialplan"])
    for _ in range(2):
        alice_v01.get("dialplan/copy", id=id)
    copies = alice_v01.get("dialplan/get", where='DialPlanName.StartsWith("lunch")')
    assert [each["DialPlanName"] for each in copies] == ["lunch-break", "lunch-break Copy", "lunch-break Copy 2"]
    assert {each["DialPlanScript"] for each in copies} == {"sys.Log('noon')"}


def test_values_of_plans_are_written_and_read(harness: AppHarness, alice_v01: KeyHolder) -> None:
    for key in ("b", "a"):
        alice_v01.post("keyvalue/write", {"key": key, "value": f"value of {key}"})
    assert alice_v01.get("keyvalue/getkeys") == ["a", "b"]
    alice_v01.get("keyvalue/delete", key="b")
    assert (alice_v01.get("keyvalue/read", key="a"), alice_v01.get("keyvalue/read", key="b")) == ("value of a", None)
    too_much = {"key": "c", "value": "x" * 70_000}
    assert "64 kB" in alice_v01.error("POST", "keyvalue/write", json=too_much)
    assert alice_v01.error("POST", "keyvalue/write", json={"key": 1}) == (
        "A key and a value have to be given, both as texts."
    )


# Errors


def test_errors_are_the_originals(alice_v01: KeyHolder) -> None:
    alice_v01.post("sipaccount/add", NEW["sipaccount"])
    taken = alice_v01.error("POST", "sipaccount/add", json=NEW["sipaccount"])
    assert taken == "Sorry the requested username and domain combination is already in use."
    short = alice_v01.error("POST", "sipaccount/add", json={**NEW["sipaccount"], "SIPUsername": "ann"})
    assert "5" in short
    wrong = alice_v01.error("POST", "sipaccount/add", json={**NEW["sipaccount"], "IsIncomingOnly": "yes"})
    assert wrong == "IsIncomingOnly: It has to be true or false."


@NOUNS
def test_what_to_change_or_delete_has_to_be_there(alice_v01: KeyHolder, noun: str) -> None:
    id = alice_v01.post(f"{noun}/add", NEW[noun])
    assert alice_v01.get(f"{noun}/delete", id=id) is True
    assert alice_v01.result("GET", f"{noun}/delete", query_string={"id": id}) == (
        False,
        f"The {SPOKEN[noun]} to delete could not be found.",
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"a": 1, "a": 2}'])
def test_what_is_no_json_is_no_request(alice_v01: KeyHolder, content: bytes) -> None:
    assert alice_v01.ask("POST", "sipaccount/add", data=content).status_code == 400


def test_an_address_that_is_too_long_is_refused(alice_v01: KeyHolder) -> None:
    assert alice_v01.ask("GET", f"sipaccount/get?where={'x' * 17_000}").status_code == 414


def test_what_fails_in_the_service_tells_no_more(alice_v01: KeyHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_call: Call) -> object:
        raise RuntimeError("a secret")

    monkeypatch.setitem(BY_PATH, "call/get", Route("call/get", "GET", fail))
    assert alice_v01.error("GET", "call/get") == "Something went wrong in the service."
