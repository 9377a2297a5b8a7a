"""The history of a dial plan: what each save leaves behind, comparing and bringing back."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from sipsorcery_web.contract.records import SIPDialPlan
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions
from sipsorcery_web.portal.storage.errors import StorageUnavailable
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page, words

from .conftest import SCRIPT, Plan, Stored

LIST = "/dial-plans"


def save(browser: Browser, plan: SIPDialPlan, **fields: Any) -> Page:
    return browser.submit(f"{LIST}/{plan.id}", **fields)


def past(page: Page) -> list[str]:
    """The versions that a page shows."""
    return [words(each) for each in page.all("//ol[contains(@class, 'history')]/li")]


def versions(browser: Browser, plan_id: UUID) -> list[str]:
    return past(browser.open(f"{LIST}/{plan_id}/versions"))


def test_the_first_save_keeps_what_was_there_before(alice: Browser, plan: Plan) -> None:
    night = plan()
    assert "From the first save here" in alice.open(f"{LIST}/{night.id}").text
    page = save(alice, night, dial_plan_script=f"{SCRIPT}sys.Log 'x'\n", note="one more word")
    newest, before = past(page)
    assert "+1 −0" in newest
    assert "alice: “one more word”" in newest
    assert "In use now" in newest
    assert "As it was before it was saved here" in before
    assert "Bring back version 1" in before


def test_every_save_is_a_version_and_one_that_changes_nothing_is_none(alice: Browser, plan: Plan) -> None:
    night = plan()
    for number in range(3):
        save(alice, night, dial_plan_script=f"# {number}\n")
    save(alice, night, trace_email_address="it@example.org")
    assert len(versions(alice, night.id)) == 4


def test_what_was_changed_elsewhere_in_between_is_kept_too(harness: AppHarness, alice: Browser, plan: Plan) -> None:
    night = plan()
    save(alice, night, dial_plan_script="# here\n")
    harness.service_fixture.alice.dial_plans.update(night.with_(dial_plan_script="# elsewhere\n"))
    assert "In use now" not in " ".join(versions(alice, night.id))
    save(alice, night, dial_plan_script="# here again\n")
    assert len(versions(alice, night.id)) == 4
    assert "elsewhere" in alice.open(f"{LIST}/{night.id}/versions/3").text


def test_a_plan_that_is_added_here_has_its_first_version(alice: Browser) -> None:
    page = alice.submit(f"{LIST}/add", dial_plan_name="dusk")
    assert len(past(page)) == 1
    assert "In use now" in past(page)[0]


def test_the_page_shows_the_last_four_and_leads_to_the_rest(alice: Browser, plan: Plan) -> None:
    night = plan()
    for number in range(5):
        page = save(alice, night, dial_plan_script=f"# {number}\n")
    assert len(past(page)) == 4
    assert len(past(page.follow("All 6 versions"))) == 6


def test_a_version_stands_beside_the_plan_line_by_line(alice: Browser, plan: Plan) -> None:
    night = plan(dial_plan_script="a\nb\nc\n")
    save(alice, night, dial_plan_script="a\nB & <b>\nc\nd\n", dial_plan_name="dusk")
    page = alice.open(f"{LIST}/{night.id}").follow("Compare version 1")
    cells = [[words(cell) for cell in row.xpath("./td")] for row in page.all("//table//tbody/tr")]
    assert cells == [
        ["1a", "1a"],
        ["2−only then: b", "2+only now: B & <b>"],
        ["3c", "3c"],
        ["", "4+only now: d"],
    ]
    assert "night then, dusk now" in page.text


def test_bringing_a_version_back_restores_script_and_type_and_is_a_version_itself(
    alice: Browser, plan: Plan, stored: Stored
) -> None:
    night = plan()
    lines = "exten => 1,1,Dial(1@local)\n"
    save(alice, night, dial_plan_script=lines, script_type_description="Asterisk", dial_plan_name="dusk")
    address = f"{LIST}/{night.id}/versions/1/restore"
    page = alice.open(f"{LIST}/{night.id}/versions/1").submit(action=address)
    assert alice.redirects == [f"{LIST}/{night.id}"]
    assert "Version 1 of dusk is back in use." in page.notes
    kept = stored(night.id)
    assert kept is not None
    assert (kept.dial_plan_name, kept.script_type_description, kept.dial_plan_script) == ("dusk", "Ruby", SCRIPT)
    assert "“version 1 brought back”" in past(page)[0]
    assert len(versions(alice, night.id)) == 3


def test_a_version_that_cannot_be_read_is_shown_as_such_and_spoils_no_other(
    harness: AppHarness, alice: Browser, plan: Plan
) -> None:
    night = plan()
    for script in ("# one\n", "# two\n"):
        save(alice, night, dial_plan_script=script)
    with harness.database.write() as session:
        session.execute(text("UPDATE dial_plan_versions SET sealed = 'forged' WHERE number = 2"))

    shown = versions(alice, night.id)

    assert ["Cannot be read" in each for each in shown] == [False, True, False]
    assert ["Bring back" in each for each in shown] == [False, False, True]
    assert alice.open(f"{LIST}/{night.id}/versions/2").status == 404
    restored = alice.post(f"{LIST}/{night.id}/versions/2/restore", {"csrf_token": alice.token()})
    assert restored.status == 404
    assert "Cannot be read" in alice.open(f"{LIST}/{night.id}").text


def test_there_is_no_version_that_was_not_saved(alice: Browser, plan: Plan) -> None:
    night = plan()
    token = alice.token()
    for number in (0, 1, 10**30):
        assert alice.open(f"{LIST}/{night.id}/versions/{number}").status == 404
        address = f"{LIST}/{night.id}/versions/{number}/restore"
        assert alice.post(address, {"csrf_token": token}).status == 404


def test_bob_does_not_read_the_past_of_alices_plan_by_taking_its_id(
    harness: AppHarness, alice: Browser, bob: Browser, plan: Plan
) -> None:
    night = plan()
    save(alice, night, dial_plan_script="sys.Log 'secret of alice'\n")
    alice.open(f"{LIST}/{night.id}/delete").submit()
    harness.service_fixture.bob.dial_plans.add(SIPDialPlan(id=night.id, dial_plan_name="mine", dial_plan_script=""))
    assert "Nothing was saved here yet" in bob.open(f"{LIST}/{night.id}/versions").text
    assert bob.open(f"{LIST}/{night.id}/versions/1").status == 404
    save(bob, night, dial_plan_script="# bob\n")
    assert len(versions(bob, night.id)) == 2
    assert "alice" not in " ".join(versions(bob, night.id))


def test_a_note_of_more_than_200_characters_is_refused(alice: Browser, plan: Plan) -> None:
    page = save(alice, plan(), dial_plan_script="x", note="n" * 201)
    assert page.errors == {"note": "The note can have at most 200 characters."}


def test_a_plan_is_saved_though_its_history_cannot_be_written(
    harness: AppHarness, alice: Browser, plan: Plan, stored: Stored, monkeypatch: Any
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise StorageUnavailable

    night = plan()
    monkeypatch.setitem(parts_of(harness.app), DialPlanVersions, Broken())
    page = save(alice, night, dial_plan_script="# new\n")
    assert "The plan is saved, but its history could not be written." in page.notes
    assert "The history cannot be read at the moment." in page.text
    kept = stored(night.id)
    assert kept is not None
    assert kept.dial_plan_script == "# new\n"
