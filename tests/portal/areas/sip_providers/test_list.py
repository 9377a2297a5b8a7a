"""The list of SIP providers: what a row tells, what is found, and the same list as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.records import GoogleVoiceCallbackType, ProviderType
from sipsorcery_web.contract.wire_types import FOREVER
from sipsorcery_web.service.store.models import SIPProviderRow
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

LIST = "/providers"
SECRET = "bl4ckbird!"
REGISTERING: dict[str, Any] = {"register_enabled": True, "register_contact": "sip:alice@sip.example.org"}
GOOGLE: dict[str, Any] = {
    "provider_type": ProviderType.GOOGLE_VOICE,
    "provider_server": None,
    "gv_callback_number": "353155501433",
    "gv_callback_type": GoogleVoiceCallbackType.MOBILE,
}


def entries(page: Page) -> dict[str, html.HtmlElement]:
    """The part of the table that belongs to each provider, by name."""
    parts = page.all("//main//table/tbody")
    return {words(part.xpath(".//*[@class='name']")[0]): part for part in parts}


def entry(page: Page, name: str) -> str:
    return words(entries(page)[name])


def test_a_password_that_cannot_be_read_is_said_and_kept_until_another_is_typed(
    harness: AppHarness, alice: Browser
) -> None:
    lost, other = harness.provider("alice", "northline"), harness.provider("alice", "blueline")
    with harness.database.write() as session:
        session.get_one(SIPProviderRow, lost.id).sealed_provider_password = "gone.AAAA"

    page = alice.open(LIST)
    assert "password cannot be read" in entry(page, "northline")
    assert "Show" in entry(page, "blueline")
    alice.submit(f"{LIST}/{lost.id}", provider_username="renamed")
    with harness.database.read() as session:
        row = session.get_one(SIPProviderRow, lost.id)
        assert (row.provider_username, row.sealed_provider_password) == ("renamed", "gone.AAAA")
    assert other.provider_password == SECRET


def test_the_columns_of_a_provider_are_all_there(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "northline")
    told = entry(alice.open(LIST), "northline")
    for words_of_column in ("SIP", "Not asked to register", "sip.northline.example", "HD-204417", "Delete"):
        assert words_of_column in told
    assert "sip:" not in told


def test_a_provider_of_google_voice_never_registers(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "google-callback", **GOOGLE)
    told = entry(alice.open(LIST), "google-callback")
    assert "Google Voice" in told
    assert "Never registers Calls back 353155501433" in told


@pytest.mark.parametrize(
    ("left", "tells"),
    [
        ({"is_registered": False}, "Trying to register contact alice@sip.example.org Not tried yet"),
        ({"last_register_attempt": True}, "Trying to register contact alice@sip.example.org Waiting for an answer"),
        ({"is_registered": True}, "Registered for 1 h"),
        ({"is_registered": True, "binding_expiry": 0}, "Ending the registration"),
        ({"registration_failure_message": "403 Forbidden"}, "Failing to register"),
        ({"registration_failure_message": "  "}, "Trying to register"),
    ],
)
def test_a_row_tells_how_the_registration_stands(
    harness: AppHarness, alice: Browser, left: dict[str, Any], tells: str
) -> None:
    provider = harness.provider("alice", "northline", **REGISTERING)
    harness.registration(
        provider, **{name: harness.clock() if name.endswith("attempt") else left[name] for name in left}
    )
    assert tells in entry(alice.open(LIST), "northline")


def test_a_failing_registration_is_explained_in_its_place(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline", **REGISTERING)
    harness.registration(
        provider, registration_failure_message="403 <b>Forbidden</b>", registrar_sip_socket="198.51.100.20:5060"
    )
    page = alice.open(LIST)
    told = entry(page, "northline")
    assert "Provider refused" in told
    assert "What to do" in told
    assert "The server’s words: 403 <b>Forbidden</b> from 198.51.100.20:5060" in told
    steps = entries(page)["northline"].xpath(".//ol/li/a/@href")
    assert f"/providers/{provider.id}#provider_password" in steps


def test_a_failing_registration_tells_when_the_next_try_is_and_why(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline", **REGISTERING)
    later = harness.clock() + timedelta(hours=1)

    harness.registration(
        provider, registration_failure_message="503 Busy (Retry-After: 3600)", next_registration_time=later
    )
    told = entry(alice.open(LIST), "northline")
    assert "Next try: 23 Nov 2026 13:00:00. The provider asked for a pause of 1 hour." in told

    harness.registration(provider, next_registration_time=FOREVER)
    assert "Next try" not in entry(alice.open(LIST), "northline")


def test_a_registration_that_leads_calls_elsewhere_says_so(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline", **REGISTERING)
    message = "The provider answered with another contact than ours, so calls from it do not arrive."
    harness.registration(provider, is_registered=True, registration_failure_message=message)

    told = entry(alice.open(LIST), "northline")

    assert "Registered for 1 h" in told
    assert "Calls from it may not arrive" in told


def test_the_steps_lead_to_fields_that_are_there(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline", **REGISTERING)
    for message in ("401", "403", "404", "408", "423", "400", "501"):
        harness.registration(provider, registration_failure_message=f"{message} Whatever")
        fields = [step.partition("#")[2] for step in alice.open(LIST).tree.xpath("//ol/li/a/@href")]
        page = alice.open(f"/providers/{provider.id}")
        assert fields
        assert [field for field in fields if not page.all(f"//*[@id='{field}']")] == []


def test_a_registration_that_an_administrator_forbids_tells_why(harness: AppHarness, alice: Browser) -> None:
    harness.forbid_registration(harness.provider("alice", "northline", **REGISTERING), "They ban us <b>")
    told = entry(alice.open(LIST), "northline")
    assert "Registration disabled by administrator “They ban us <b>”" in told


def test_a_registration_that_the_service_has_switched_off_tells_why(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "northline", register_disabled_reason="Too many failures")
    assert "Registration switched off by the service “Too many failures”" in entry(alice.open(LIST), "northline")


def test_the_attempts_are_told_in_the_visitors_zone(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline", **REGISTERING)
    now = harness.clock()
    harness.registration(provider, last_register_attempt=now, next_registration_time=now + timedelta(minutes=5))
    assert "23 Nov 2026 12:00:00 next 12:05:00" in entry(alice.open(LIST), "northline")
    harness.registration(provider, next_registration_time=now + timedelta(days=1))
    assert "next 24 Nov 2026 12:00:00" in entry(alice.open(LIST), "northline")
    harness.registration(provider, next_registration_time=FOREVER)
    assert "no further attempts" in entry(alice.open(LIST), "northline")


def test_what_the_service_does_not_tell_is_not_known(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "northline", **REGISTERING)

    def refuse() -> None:
        raise Refused("no")

    harness.watched.before["GetSIPProviderBindings"] = refuse
    told = entry(alice.open(LIST), "northline")
    assert "Not known The service did not tell" in told


def test_passwords_are_hidden_and_shown_on_request_only(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline")
    page = alice.open(LIST)
    assert SECRET not in page.source
    buttons = page.all(f"//button[@formaction='/providers/{provider.id}/password']")
    assert [words(button) for button in buttons] == ["Show the password of northline"]
    shown = alice.post(f"/providers/{provider.id}/password", {"csrf_token": alice.token()})
    assert SECRET in shown.text
    assert "no-store" in shown.response.headers["Cache-Control"]
    assert alice.raw("GET", f"/providers/{provider.id}/password").status_code == 405


def test_where_no_password_is_stored_that_is_said(harness: AppHarness, alice: Browser) -> None:
    provider = harness.provider("alice", "northline", provider_password=None)
    assert "no password" in entry(alice.open(LIST), "northline")
    page = alice.post(f"/providers/{provider.id}/password", {"csrf_token": alice.token()})
    assert "No password is stored" in page.text


@pytest.mark.parametrize("asked", ["north", "NORTHLINE", "sip.north", "hd-20", "%'", "'%'"])
def test_a_provider_is_found_by_name_server_and_username(harness: AppHarness, alice: Browser, asked: str) -> None:
    harness.provider("alice", "northline")
    harness.provider("alice", "%'%'", provider_server="sip.blue.example", provider_username="me")
    found = [*entries(alice.open(f"/providers?q={asked.replace('%', '%25')}"))]
    assert found == (["%'%'"] if asked in "%'%'" else ["northline"])


def test_an_owner_is_found_by_administrators_alone(harness: AppHarness, alice: Browser, administrator: Browser) -> None:
    harness.provider("alice", "northline")
    harness.provider("bobby", "blueline")
    assert [*entries(administrator.open("/providers?q=bobb"))] == ["blueline"]
    assert "bobby" in entry(administrator.open(LIST), "blueline")
    assert "No provider with “bobb”" in alice.open("/providers?q=bobb").text


def test_the_list_can_be_sifted_by_who_is_to_register(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "asked", **REGISTERING)
    harness.provider("alice", "not-asked")
    harness.forbid_registration(harness.provider("alice", "forbidden", **REGISTERING))
    page = alice.open(LIST)
    assert [*entries(page)] == ["asked", "forbidden", "not-asked"]
    assert [*entries(page.follow("Registering"))] == ["asked"]
    assert [*entries(page.follow("Not registering"))] == ["forbidden", "not-asked"]
    assert [*entries(alice.open("/providers?state=anything"))] == ["asked", "forbidden", "not-asked"]
    assert "1 found" in alice.open("/providers?state=registering&q=ASK").text


def test_the_sentence_under_the_title_counts(harness: AppHarness, alice: Browser) -> None:
    for name, message in (("one", "403 Forbidden"), ("two", "408"), ("three", "")):
        harness.registration(harness.provider("alice", name, **REGISTERING), registration_failure_message=message)
    harness.provider("alice", "four")
    assert "4 providers. 3 have to register: 1 is trying, 2 are failing." in alice.open(LIST).text
    assert "have to register" not in alice.open("/providers?q=o").text


def test_nobody_sees_what_belongs_to_others(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    harness.provider("alice", "northline")
    assert bob.open(LIST).text.count("northline") == 0
    assert "No providers yet" in bob.open(LIST).text
    assert "northline" not in bob.raw("GET", "/providers.csv").text


@pytest.mark.parametrize("count", [1, 26])
@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_the_list_takes_3_calls_however_long_it_is(harness: AppHarness, username: str, count: int) -> None:
    for number in range(count):
        harness.provider("alice", f"line-{number:02}", **REGISTERING)
    browser = harness.signed_in(username)
    harness.forget_calls()
    assert len(entries(browser.open(LIST))) == min(count, 25)
    assert harness.calls == ["GetSIPProvidersCount", "GetSIPProviders", "GetSIPProviderBindings"]


def test_a_page_of_100_still_knows_every_registration(harness: AppHarness, alice: Browser) -> None:
    for number in range(100):
        harness.provider("alice", f"line-{number:02}", **REGISTERING)
    harness.registration(harness.stored_providers("alice")["line-99"], is_registered=True)
    page = alice.open("/providers?size=100")
    assert "Registered" in entry(page, "line-99")
    assert "Trying to register" in entry(page, "line-00")


def test_a_service_that_knows_only_plain_filters_is_asked_plainly(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "northline", **REGISTERING)
    harness.provider("alice", "blueline")
    refusals = iter([True])

    def refuse_once() -> None:
        if next(refusals, False):
            raise Refused("Syntax error")

    harness.watched.before["GetSIPProvidersCount"] = refuse_once
    page = alice.open("/providers?q=LINE&state=registering")
    assert [*entries(page)] == ["northline"]


def test_the_list_as_a_file_has_everything_but_passwords(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "northline", custom_headers="X-A: 1|X-B: 2", **REGISTERING)
    harness.provider("alice", "=blueline")
    answer = alice.raw("GET", "/providers.csv")
    rows = [*csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))]
    assert [row["Name"] for row in rows] == ["'=blueline", "northline"]
    assert rows[1]["Server"] == "sip:sip.northline.example"
    assert (rows[1]["Register"], rows[0]["Register"]) == ("yes", "no")
    assert SECRET not in answer.text
    assert "Password" not in rows[0]
    found = alice.raw("GET", "/providers.json?q=NORTH&state=registering").get_json()
    assert [each["provider_name"] for each in found] == ["northline"]
    assert "provider_password" not in found[0]


def test_the_files_of_administrators_say_whose(harness: AppHarness, administrator: Browser) -> None:
    harness.provider("alice", "northline")
    assert administrator.raw("GET", "/providers.json").get_json()[0]["owner"] == "alice"


def test_markup_in_what_somebody_stored_is_shown_as_it_is(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "<b>&\"'</b>", provider_username="<i>me</i>")
    page = alice.open(LIST)
    assert "<i>me</i>" in entry(page, "<b>&\"'</b>")


def test_a_record_that_another_service_has_left_half_empty_is_shown(harness: AppHarness, alice: Browser) -> None:
    harness.provider("alice", "northline", provider_username=None, provider_password=None, **REGISTERING)
    harness.registration(harness.stored_providers("alice")["northline"], binding_uri="")
    assert "northline" in entries(alice.open(LIST))
