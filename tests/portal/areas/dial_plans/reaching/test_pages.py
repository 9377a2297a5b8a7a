"""The reasons why a number rings: plans and lines that can reach an account, a provider or a number."""

import pytest

from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page

from ..conftest import Plan

WHY = "/dial-plans/why"
RUBY = """\
sys.Dial "kitchen@local", 20
sys.Dial "1@blueline&home.kitchen@local"
sys.Dial "#{req.URI.User}@local"
sys.Dial "#{req.URI.User}@#{provider}"
sys.Dial "0123@greenline"
# sys.Dial "kitchen@local"
"""
LINES = """\
exten => _1XX,1,Dial(${EXTEN}@local)
exten => _0.,1,Dial(${EXTEN}@blueline)
exten => 0123,1,Dial(x@greenline)
exten => 9,1,Dial(kitchen@local)
"""


def lines_of(page: Page, plan: str) -> tuple[list[str], list[str]]:
    """The lines of a plan that do, and that may, reach what was asked for."""
    article = page.one(f"//article[.//h3[normalize-space()='{plan}']]")
    lists = [[" ".join(each.text_content().split()) for each in found.xpath("./li")] for found in article.xpath("./ul")]
    if len(lists) == 2:
        return lists[0], lists[1]
    return ([], lists[0]) if "may be reached" in article.text_content() else (lists[0], [])


def delete_first_plan(harness: AppHarness, owner: str) -> None:
    """Delete the plan that comes with a customer, which dials whatever is the name of an account."""
    plans = harness.service_fixture.someone(owner).dial_plans
    plans.delete(next(plan for plan in plans.page() if plan.dial_plan_name == "default"))


@pytest.fixture
def alices_plans(harness: AppHarness, plan: Plan) -> None:
    """Alice's account kitchen, her provider blueline, and two plans."""
    harness.account("alice", "kitchen", in_dial_plan_name="evening")
    harness.account("alice", "front-kitchen", out_dial_plan_name="lines")
    harness.provider("alice", "blueline")
    plan("evening", dial_plan_script=RUBY)
    plan("lines", dial_plan_script=LINES, script_type_description="Asterisk")


@pytest.mark.usefixtures("alices_plans")
def test_the_lines_that_dial_an_account_are_told(alice: Browser) -> None:
    page = alice.open(f"{WHY}?ring=kitchen")
    assert "kitchen, a SIP account" in page.text
    assert "Its plan for calls in is evening" in page.text
    certain, perhaps = lines_of(page, "evening")
    assert certain == ["Line 1: kitchen@local", "Line 2: home.kitchen@local"]
    assert perhaps == ["Line 3: …@local", "Line 4: …@…"]
    assert lines_of(page, "lines") == (["Line 4: kitchen@local"], [])


@pytest.mark.usefixtures("alices_plans")
def test_the_lines_that_dial_a_provider_are_told(alice: Browser) -> None:
    page = alice.open(f"{WHY}?ring=BlueLine")
    assert "a SIP provider" in page.text
    assert lines_of(page, "evening") == (["Line 2: 1@blueline"], ["Line 4: …@…"])
    assert lines_of(page, "lines") == (["Line 2: ${EXTEN}@blueline"], [])
    assert "It is the plan of front-kitchen (calls out)." in page.text


@pytest.mark.usefixtures("alices_plans")
def test_for_a_number_the_line_that_decides_is_told(alice: Browser) -> None:
    page = alice.open(f"{WHY}?ring=0123")
    assert "a number or address" in page.text
    assert lines_of(page, "lines") == (["Line 2: ${EXTEN}@blueline"], [])
    assert lines_of(page, "evening")[0] == ["Line 5: 0123@greenline"]


@pytest.mark.usefixtures("alices_plans")
def test_account_and_provider_pages_lead_there(harness: AppHarness, alice: Browser) -> None:
    account = next(each for each in harness.stored_accounts("alice").values() if each.sip_username == "kitchen")
    page = alice.open(f"/sip-accounts/{account.id}").follow("Why does it ring?")
    assert lines_of(page, "lines") == (["Line 4: kitchen@local"], [])
    provider = harness.stored_providers("alice")["blueline"]
    page = alice.open(f"/providers/{provider.id}").follow("Which lines dial it?")
    assert "blueline, a SIP provider" in page.text


def test_what_nobody_dials_says_so(harness: AppHarness, alice: Browser) -> None:
    delete_first_plan(harness, "alice")
    assert "No line of a plan dials it." in alice.open(f"{WHY}?ring=0999999").text


def test_without_a_question_there_is_none_answered(alice: Browser) -> None:
    page = alice.open(WHY)
    assert not page.all("//section[@class='why']")
    assert page.label("ring") == "Account, provider or number"


@pytest.mark.usefixtures("alices_plans")
def test_bob_learns_nothing_of_alices_plans(harness: AppHarness, bob: Browser) -> None:
    delete_first_plan(harness, "bobby")
    for address in (f"{WHY}?ring=kitchen", f"{WHY}?ring=kitchen&owner=alice", f"{WHY}?ring=blueline&owner=alice"):
        page = bob.open(address)
        assert "evening" not in page.text
        assert "No line of a plan dials it." in page.text


@pytest.mark.usefixtures("alices_plans")
def test_the_administrator_asks_for_a_customer(administrator: Browser) -> None:
    page = administrator.open(f"{WHY}?ring=blueline&owner=alice")
    assert lines_of(page, "lines") == (["Line 2: ${EXTEN}@blueline"], [])
    assert page.value("owner") == "alice"


def test_hostile_questions_are_shown_as_they_are(alice: Browser) -> None:
    page = alice.open(WHY + "?ring=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert not page.all("//main//script")
