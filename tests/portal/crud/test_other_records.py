"""Providers and dial plans: changed by two, deleted and put back, as SIP accounts are."""

from uuid import UUID

import pytest

from sipsorcery_web.contract.records import ProviderType, SIPDialPlan, SIPProvider
from sipsorcery_web.service.store.models import SIPDialPlanRow
from sipsorcery_web.service.store.rows import to_record
from tests.factories.records import dial_plan

from ..app_harness import AppHarness
from ..browser import Browser, Page
from .test_conflict import CHANGED, meanwhile_of, picks

OTHER = "n1ghtingale"
SCRIPT = "# night\r\nif sys.In then\r\n  sys.Dial 'desk'\r\nend\r\n"


@pytest.fixture
def northline(harness: AppHarness) -> SIPProvider:
    """A provider of alice that registers."""
    return harness.provider(
        "alice",
        "northline",
        register_enabled=True,
        register_contact="sip:alice@sip.example.org",
        custom_headers="P-Asserted-Identity: me| X-Desk: 1 ",
    )


@pytest.fixture
def night(harness: AppHarness) -> SIPDialPlan:
    """A dial plan of alice."""
    harness.add_users("alice")
    plan = dial_plan(dial_plan_script=SCRIPT, trace_email_address="alice@example.org")
    return harness.service_fixture.alice.dial_plans.add(plan)


def stored_plan(harness: AppHarness, plan_id: UUID) -> SIPDialPlan | None:
    with harness.database.read() as session:
        row = session.get(SIPDialPlanRow, plan_id)
        return None if row is None else to_record(SIPDialPlan, row, harness.keyring)


def diff(page: Page) -> list[tuple[str, str]]:
    """Both sides of each line that differs."""
    rows = [[cell.text_content() for cell in row.xpath("td")] for row in page.all("//table[@class='diff']/tbody/tr")]
    return [(row[0], row[1]) for row in rows if len(row) == 2 and row[0] != row[1]]


# Providers


def test_a_provider_that_changed_meanwhile_is_mixed_field_by_field(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    form = alice.open(f"/providers/{northline.id}")
    stored = meanwhile_of(harness).sip_providers.update(
        northline.with_(register_expiry=600, register_realm="northline")
    )
    page = form.submit(register_expiry="900", register_enabled=False)
    assert (page.status, page.h1) == (409, CHANGED)
    assert picks(page) == {
        "Register": ("no", "yes", "typed"),
        "Expiry in seconds": ("900", "600", "typed"),
        "Realm": ("empty", "northline", "stored"),
    }
    assert page.submit(None, None, **{"keep-register_expiry": "stored"}).notes == ["northline is saved."]
    assert harness.stored_provider(northline.id) == stored.with_(register_enabled=False)


def test_custom_headers_pass_through_a_conflict_row_by_row(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    form = alice.open(f"/providers/{northline.id}")
    meanwhile_of(harness).sip_providers.update(northline.with_(custom_headers="X-Desk: 2", register_realm="northline"))
    typed = ["X-Desk: 3", "X-Room: 4"]
    page = alice.force_page(form, {"custom_headers": typed})
    assert picks(page)["Custom headers"] == ("X-Desk: 3|X-Room: 4", "X-Desk: 2", "typed")
    page.submit()
    assert getattr(harness.stored_provider(northline.id), "custom_headers", "") == "X-Desk: 3|X-Room: 4"


def test_custom_headers_of_the_other_side_can_be_chosen(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    form = alice.open(f"/providers/{northline.id}")
    stored = meanwhile_of(harness).sip_providers.update(northline.with_(custom_headers=" X-Desk: 2|"))
    page = alice.force_page(form, {"custom_headers": ["X-Desk: 3"], "register_realm": "northline"})
    page.submit(None, None, **{"keep-custom_headers": "stored"})
    assert harness.stored_provider(northline.id) == stored.with_(register_realm="northline")


def test_what_the_service_writes_differently_is_no_conflict_when_a_form_is_sent_twice(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    form = alice.open(f"/providers/{northline.id}")
    typed = {"provider_server": "sip.other.example:5080", "register_contact": "", "provider_password": OTHER}
    assert [form.submit(None, None, **typed).notes for _ in range(2)] == [["northline is saved."]] * 2
    assert harness.calls.count("UpdateSIPProvider") == 1


def test_a_deleted_provider_comes_back_whole_under_its_id(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    page = alice.submit(f"/providers/{northline.id}/delete")
    assert page.notes == ["northline is deleted. Its registration is ended. Undo until 12:10"]
    back = page.submit(action="/undo")
    assert (back.h1, back.notes) == ("SIP providers", ["northline is back."])
    assert harness.stored_provider(northline.id) == northline


def test_a_deleted_google_voice_provider_comes_back_as_one(harness: AppHarness, alice: Browser) -> None:
    voice = harness.provider(
        "alice",
        "voice",
        provider_type=ProviderType.GOOGLE_VOICE,
        gv_callback_number="0123",
        gv_callback_pattern=".*",
        provider_server=None,
    )
    alice.submit(f"/providers/{voice.id}/delete").submit(action="/undo")
    assert harness.stored_provider(voice.id) == voice


def test_what_an_administrator_had_set_is_told_to_be_missing(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    harness.forbid_registration(northline)
    back = alice.submit(f"/providers/{northline.id}/delete").submit(action="/undo")
    assert back.notes == ["northline is back. Not all of its settings could be put back: look through them."]


def test_bob_neither_changes_nor_undoes_alices_provider(
    harness: AppHarness, alice: Browser, bob: Browser, northline: SIPProvider
) -> None:
    typed = {"csrf_token": bob.token(), "id": str(northline.id), "opened": "0" * 64, "provider_name": "bobs"}
    assert bob.post(f"/providers/{northline.id}", typed).status == 404
    alice.submit(f"/providers/{northline.id}/delete")
    bob.post("/undo", typed)
    assert harness.stored_provider(northline.id) is None


# Dial plans


def test_a_script_that_changed_meanwhile_is_compared_line_by_line(
    harness: AppHarness, alice: Browser, night: SIPDialPlan
) -> None:
    form = alice.open(f"/dial-plans/{night.id}")
    theirs = SCRIPT.replace("'desk'", "'mobile'")
    stored = meanwhile_of(harness).dial_plans.update(night.with_(dial_plan_script=theirs))
    page = form.submit(dial_plan_script=SCRIPT.replace("'desk'", "'tape <b>'"))
    assert page.status == 409
    assert diff(page) == [("3−only stored:   sys.Dial 'mobile'", "3+only typed:   sys.Dial 'tape <b>'")]
    assert stored_plan(harness, night.id) == stored
    assert page.submit().notes[0] == "night is saved."
    assert getattr(stored_plan(harness, night.id), "dial_plan_script", "") == SCRIPT.replace("'desk'", "'tape <b>'")


def test_the_stored_script_is_kept_byte_for_byte_where_it_is_chosen(
    harness: AppHarness, alice: Browser, night: SIPDialPlan
) -> None:
    form = alice.open(f"/dial-plans/{night.id}")
    stored = meanwhile_of(harness).dial_plans.update(night.with_(dial_plan_script="\n\tsys.Log 'theirs'\n\n"))
    page = form.submit(dial_plan_script="sys.Log 'mine'\r\nend", trace_email_address="")
    page.submit(None, None, **{"keep-dial_plan_script": "stored"})
    now = stored_plan(harness, night.id)
    assert now == stored.with_(trace_email_address=None, last_update=harness.clock())


def test_a_call_that_runs_is_no_change_of_its_plan(harness: AppHarness, alice: Browser, night: SIPDialPlan) -> None:
    form = alice.open(f"/dial-plans/{night.id}")
    with harness.database.write() as session:
        row = session.get(SIPDialPlanRow, night.id)
        assert row is not None
        row.execution_count = 3
    assert form.submit(trace_email_address="").notes[0] == "night is saved."


def test_another_kind_of_line_end_is_no_difference(harness: AppHarness, alice: Browser, night: SIPDialPlan) -> None:
    form = alice.open(f"/dial-plans/{night.id}")
    meanwhile_of(harness).dial_plans.update(night.with_(dial_plan_script=SCRIPT.replace("\r\n", "\n")))
    assert form.submit(trace_email_address="").notes[0] == "night is saved."


def test_a_note_is_no_field_of_the_plan_and_goes_with_the_mix(
    harness: AppHarness, alice: Browser, night: SIPDialPlan
) -> None:
    form = alice.open(f"/dial-plans/{night.id}")
    meanwhile_of(harness).dial_plans.update(night.with_(trace_email_address="office@example.org"))
    page = form.submit(note="back to the desk", dial_plan_script="sys.Log 'mine'")
    assert "Note" not in picks(page)
    page.submit()
    assert "“back to the desk”" in alice.open(f"/dial-plans/{night.id}/versions").text


def test_a_plan_that_is_sent_twice_has_one_version_more(
    harness: AppHarness, alice: Browser, night: SIPDialPlan
) -> None:
    form = alice.open(f"/dial-plans/{night.id}")
    assert [form.submit(dial_plan_script="sys.Log 'mine'").notes for _ in range(2)] == [["night is saved."]] * 2
    assert harness.calls.count("UpdateDialPlan") == 1


def test_a_deleted_plan_comes_back_with_its_script_and_is_offered_to_accounts_again(
    harness: AppHarness, alice: Browser, night: SIPDialPlan
) -> None:
    page = alice.submit(f"/dial-plans/{night.id}/delete")
    assert page.notes == ["night is deleted. Undo until 12:10"]
    assert "night" not in alice.open("/sip-accounts/add").options("out_dial_plan_name")
    back = page.submit(action="/undo")
    assert (back.h1, back.notes) == ("Dial plans", ["night is back."])
    assert stored_plan(harness, night.id) == night
    assert "night" in alice.open("/sip-accounts/add").options("out_dial_plan_name")


@pytest.mark.parametrize("area", ["providers", "dial-plans"])
def test_deleting_twice_says_that_it_is_deleted_already(
    alice: Browser, northline: SIPProvider, night: SIPDialPlan, area: str
) -> None:
    record, name = (northline, "northline") if area == "providers" else (night, "night")
    page = alice.open(f"/{area}/{record.id}/delete")
    page.submit()
    assert page.submit().notes == [f"{name} is deleted already. Undo until 12:10"]


@pytest.mark.parametrize("area", ["providers", "dial-plans"])
def test_an_administrator_is_told_that_another_owners_record_cannot_come_back(
    administrator: Browser, northline: SIPProvider, night: SIPDialPlan, area: str
) -> None:
    record = northline if area == "providers" else night
    page = administrator.open(f"/{area}/{record.id}/delete")
    assert "This cannot be undone: only alice could add it again." in page.text
    assert "Undo" not in page.submit().text
