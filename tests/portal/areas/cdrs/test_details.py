"""The page of one call."""

import pytest

from sipsorcery_web.contract.errors import Unavailable
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, words
from tests.portal.same_pages import text_of_any

BRIDGE = "5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21"
SOMEWHERE = "3f0e7c1a-9a0b-4c55-9d0e-2f8f0b6f7a11"


def facts(browser: Browser, cdr: object) -> dict[str, str]:
    """The fields of a record: labels and values."""
    page = browser.open(f"/cdrs/{cdr}")
    labels = page.all("//main//dl[@class='plain-facts']//dt")
    values = page.all("//main//dl[@class='plain-facts']//dt/following-sibling::*[1]")
    return {words(label): words(value) for label, value in zip(labels, values, strict=True)}


def test_every_field_that_is_set_stands_under_a_label_in_words(harness: AppHarness, alice: Browser) -> None:
    began = harness.clock()
    cdr = harness.cdr(
        "alice",
        admin_member_id="label-1",
        bridge_id=BRIDGE,
        in_progress_reason="Ringing",
        in_progress_status=180,
        in_progress_time=began,
        ring_duration=6,
    )
    assert facts(alice, cdr) == {
        "Owner": "alice",
        "Administered by": "label-1",
        "Direction": "Out",
        "Caller’s name": "Front desk",
        "Caller’s user": "front-desk",
        "From header": '"Front desk" <sip:front-desk@sip.example.org>;tag=1',
        "Dialled user": "0871550198",
        "Dialled host": "northline.example",
        "Dialled address": "sip:0871550198@northline.example",
        "Begun": "23 Nov 2026 12:00:00",
        "Last sign of progress": "23 Nov 2026 12:00:00",
        "Progress code": "180",
        "Progress phrase": "Ringing",
        "Seconds from progress to final answer": "6",
        "Final answer": "23 Nov 2026 12:00:06",
        "Answer code": "200",
        "Answer phrase": "OK",
        "Hung up": "23 Nov 2026 12:03:18",
        "Reason for hanging up": "Client dialogue hungup",
        "Seconds talked": "192",
        "Stored": "23 Nov 2026 12:03:18",
        "Call-ID": "3c26700c57f1@203.0.113.41",
        "Bridge": BRIDGE,
        "Local socket": "udp:192.0.2.1:5060",
        "Remote socket": "udp:203.0.113.41:5060",
        "Record id": str(cdr),
    }


def test_a_moment_that_is_not_set_says_so_and_other_empty_fields_are_left_out(
    harness: AppHarness, alice: Browser
) -> None:
    cdr = harness.cdr(
        "alice",
        answered_time=None,
        hungup_time=None,
        hungup_reason=None,
        answered_status=0,
        answered_reason="",
        duration=0,
        bridge_id="00000000-0000-0000-0000-000000000000",
    )
    told = facts(alice, cdr)
    assert [told[name] for name in ("Last sign of progress", "Final answer", "Hung up")] == ["not set"] * 3
    assert told["Seconds talked"] == "0"
    assert not {"Reason for hanging up", "Answer code", "Answer phrase", "Bridge"} & told.keys()


def test_a_failure_is_explained_with_what_to_do(harness: AppHarness, alice: Browser) -> None:
    cdr = harness.cdr("alice", answered_status=403, answered_reason="Forbidden")
    page = alice.open(f"/cdrs/{cdr}")
    note = page.one("//*[@id='what-to-do']")
    assert words(page.one("//main//dl/div[dt='Result']/dd")) == "Refused403 Forbidden"
    assert [words(heading) for heading in note.xpath(".//h2 | .//h3")] == ["What it means", "What to do"]
    assert len(note.xpath(".//li")) >= 1
    assert not page.links.keys() & {"Is 0871550198 registered?"}


@pytest.mark.parametrize(
    "went_to", [{"dst_host": "northline", "dst_uri": "sip:0871550198@northline"}, {"dst_host": "sip.northline.example"}]
)
def test_a_call_that_a_provider_refused_leads_to_the_field_to_change(
    harness: AppHarness, alice: Browser, went_to: dict[str, str]
) -> None:
    provider = harness.provider("alice", "northline")
    cdr = harness.cdr("alice", answered_status=403, answered_reason="Forbidden", **went_to)
    page = alice.open(f"/cdrs/{cdr}")
    assert page.links["Check the username and password of the provider that the call went to."] == (
        f"/providers/{provider.id}#provider_username"
    )


def test_a_phone_with_a_wrong_password_leads_to_the_password_of_its_account(
    harness: AppHarness, alice: Browser
) -> None:
    account = harness.account("alice", "front-desk")
    cdr = harness.cdr("alice", call_direction="In", answered_status=401, answered_reason="Unauthorized")
    page = alice.open(f"/cdrs/{cdr}")
    assert page.links["Type the same SIP password here and in the phone."] == f"/sip-accounts/{account.id}#sip_password"


@pytest.mark.parametrize("others", ["twice", "somebody else's"])
def test_a_step_whose_field_is_not_known_leads_nowhere(harness: AppHarness, alice: Browser, others: str) -> None:
    owners = ("alice", "alice") if others == "twice" else ("bobby",)
    for number, owner in enumerate(owners):
        harness.provider(owner, f"northline-{number}", provider_server="sip:northline.example")
    cdr = harness.cdr("alice", answered_status=403, answered_reason="Forbidden")
    page = alice.open(f"/cdrs/{cdr}")
    assert "Check the username and password of the provider that the call went to." in page.text
    assert not [link for link in page.links.values() if "/providers/" in link]


def test_a_service_that_does_not_tell_the_provider_spoils_no_page(harness: AppHarness, alice: Browser) -> None:
    def away() -> None:
        raise Unavailable("Nobody answers.")

    cdr = harness.cdr("alice", answered_status=403, answered_reason="Forbidden")
    harness.watched.before["GetSIPProviders"] = away
    assert alice.open(f"/cdrs/{cdr}").status == 200


def test_where_to_mend_it_takes_one_call_more(harness: AppHarness, alice: Browser) -> None:
    cdr = harness.cdr("alice", answered_status=403, answered_reason="Forbidden")
    alice.open("/cdrs")
    harness.forget_calls()
    alice.open(f"/cdrs/{cdr}")
    assert harness.calls == ["GetCDRs", "GetSIPProviders"]


def test_an_answered_call_needs_no_explanation(harness: AppHarness, alice: Browser) -> None:
    assert not alice.open(f"/cdrs/{harness.cdr('alice')}").all("//*[@id='what-to-do']")


def test_the_legs_of_one_call_lead_to_each_other(harness: AppHarness, alice: Browser) -> None:
    first = harness.cdr("alice", bridge_id=BRIDGE, call_direction="In", dst_uri="sip:desk@h")
    second = harness.cdr("alice", bridge_id=BRIDGE, dst_uri="sip:elsewhere@h")
    harness.cdr("alice", dst_uri="sip:alone@h")
    page = alice.open(f"/cdrs/{first}")
    legs = [words(leg) for leg in page.all("//ul[@class='legs']/li")]
    assert legs == ["Out at 12:00:00 to elsewhere@h, Answered"]
    assert page.follow("Out at 12:00:00").path == f"/cdrs/{second}"


def test_a_leg_of_somebody_else_is_not_shown(harness: AppHarness, alice: Browser) -> None:
    cdr = harness.cdr("alice", bridge_id=BRIDGE)
    harness.cdr("bobby", bridge_id=BRIDGE)
    page = alice.open(f"/cdrs/{cdr}")
    assert "Joined with" not in page.text
    assert "bobby" not in page.text


@pytest.mark.parametrize(("bridge_id", "calls"), [(None, ["GetCDRs"]), (BRIDGE, ["GetCDRs", "GetCDRs"])])
def test_a_record_takes_two_calls_at_most(
    harness: AppHarness, alice: Browser, bridge_id: str | None, calls: list[str]
) -> None:
    cdr = harness.cdr("alice", bridge_id=bridge_id)
    alice.open("/cdrs")
    harness.forget_calls()
    alice.open(f"/cdrs/{cdr}")
    assert harness.calls == calls


def test_bobs_own_and_nobodys_record_are_one_answer_to_alice(harness: AppHarness, alice: Browser, bob: Browser) -> None:
    cdr = harness.cdr("bobby")
    theirs = alice.open(f"/cdrs/{cdr}")
    assert theirs.status == 404
    assert text_of_any(theirs) == text_of_any(alice.open(f"/cdrs/{SOMEWHERE}"))
    assert bob.open(f"/cdrs/{cdr}").status == 200


def test_the_administrator_reads_the_records_of_all(harness: AppHarness, administrator: Browser) -> None:
    assert facts(administrator, harness.cdr("alice"))["Owner"] == "alice"
    assert "Owner" not in facts(administrator, harness.cdr(None))


@pytest.mark.parametrize("address", ["/cdrs/1", "/cdrs/add", "/cdrs.xml", "/cdrs/"])
def test_addresses_that_nobody_gave_out_are_not_found(alice: Browser, address: str) -> None:
    assert alice.open(address).status == 404
