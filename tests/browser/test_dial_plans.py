"""The editor of dial plans: writing, finding, saving in place, leaving by keyboard, and plain without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import BOTH_WAYS, Pages
from .portals import Portal
from .scenes import Opening
from .steps import dismissed_dialogs, heading, note, row_of, sign_in


@pytest.fixture
def owner(portal: Portal) -> str:
    return portal.customer("planner")


@pytest.fixture
def page(portal: Portal, open_page: Opening, owner: str) -> Page:
    """The owner's browser, at a new plan with 3 lines."""
    program = portal.program_of(owner)
    plan = program.dial_plans.page()[0]
    script = 'sys.Log "é"\r\nif sys.In then\r\nend\r\n'
    program.dial_plans.update(plan.with_(dial_plan_script=script, script_type_description="Ruby"))
    page = open_page(portal)
    sign_in(page, owner)
    page.goto(f"/dial-plans/{plan.id}")
    expect(editor(page)).to_be_visible()
    return page


def editor(page: Page) -> Locator:
    return page.locator(".ace_content")


def write(page: Page, text: str) -> None:
    """Type at the beginning of the script."""
    editor(page).click(position={"x": 200, "y": 20})
    page.keyboard.press("Control+Home")
    page.keyboard.type(text)


def script_of(portal: Portal, owner: str) -> str:
    return portal.program_of(owner).dial_plans.page()[0].dial_plan_script or ""


def test_ctrl_s_saves_in_place_and_the_cursor_stays(page: Page, portal: Portal, owner: str) -> None:
    write(page, "# first")
    expect(page.locator("[data-unsaved-words]")).to_have_text("1 change not saved: script")
    page.keyboard.press("Control+s")
    expect(note(page, "default is saved.")).to_be_visible()
    expect(page.locator("[data-unsaved-words]")).to_have_text("Saving keeps you here.")
    page.keyboard.type(", second")
    page.keyboard.press("Control+s")
    expect(page.locator(".history li")).to_have_count(3)
    assert script_of(portal, owner).startswith('# first, secondsys.Log "é"\r\nif')


def test_the_button_saves_what_stands_in_the_editor(page: Page, portal: Portal, owner: str) -> None:
    write(page, "# ")
    page.get_by_role("button", name="Save plan").last.click()
    expect(note(page, "default is saved.")).to_be_visible()
    assert script_of(portal, owner) == '# sys.Log "é"\r\nif sys.In then\r\nend\r\n'


def test_a_plan_that_is_only_looked_at_is_left_without_a_question(page: Page, portal: Portal, owner: str) -> None:
    expect(page.locator("[data-characters]")).to_have_text("34 of 30,000 characters")
    page.get_by_role("link", name="Calls").click()
    expect(heading(page, "Calls")).to_be_visible()
    assert script_of(portal, owner) == 'sys.Log "é"\r\nif sys.In then\r\nend\r\n'


def test_lines_and_characters_are_counted_as_one_writes(page: Page) -> None:
    write(page, "😀\n")
    expect(page.locator("[data-characters]")).to_have_text("37 of 30,000 characters")
    expect(page.locator("[data-lines]")).to_have_text("4 lines")


def test_escape_leaves_the_editor_and_tab_goes_on(page: Page) -> None:
    write(page, "\t")
    expect(page.locator("textarea.ace_text-input")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('.script-editor').contains(document.activeElement)")


def test_ctrl_f_finds_in_the_script(page: Page) -> None:
    page.locator("textarea.ace_text-input").focus()  # after a click, Ace takes the focus once more a moment later
    page.keyboard.press("Control+f")
    page.keyboard.type("sys.In")
    expect(page.locator(".ace_search_counter")).to_have_text(re.compile("1 of 1"))
    top = "each => each.getBoundingClientRect().top"
    number, line = (page.locator(each).first.evaluate(top) for each in (".ace_gutter-cell", ".ace_line"))
    assert number == line, "the line has left its number"


def test_the_editor_has_the_name_of_its_field_for_screen_readers(page: Page) -> None:
    editor(page).click()
    field = page.get_by_role("textbox", name=re.compile("^Script, Cursor at row"))
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-describedby", "script-figures")
    expect(page.locator(".script-editor")).to_have_attribute("translate", "no")


def test_paper_shows_every_line_as_it_stands_in_the_editor(page: Page) -> None:
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("".join(f"sys.Log {number}\n" for number in range(1, 121)))
    page.pdf()
    page.emulate_media(media="print")
    paper = page.locator("[data-on-paper]")
    expect(paper).to_be_visible()
    expect(paper).to_contain_text("   1  sys.Log 1\n", use_inner_text=True)
    expect(paper).to_contain_text(" 120  sys.Log 120", use_inner_text=True)
    expect(page.locator(".script-editor")).to_be_hidden()


def test_operators_of_extension_lines_have_their_colours(page: Page) -> None:
    page.get_by_label("Script type").select_option("Asterisk")
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("exten == 100,1,Dial(a@b)\nexten =~ /^0{2,3}/,1,Dial(a@b)\nexten ~ 1,1,Dial(a@b)\n")
    expect(page.locator(".ace_line .ace_operator")).to_have_text(["==", "=~"])
    expect(page.locator(".ace_line .ace_string.ace_regexp")).to_have_text("/^0{2,3}/")


def test_remarks_stand_at_their_lines_and_go_when_the_line_is_mended(page: Page) -> None:
    write(page, "begin\n")
    page.keyboard.press("Control+s")
    expect(page.locator(".ace_gutter-cell.ace_warning")).to_have_text("1")
    expect(note(page, "This begin has no end.")).to_be_visible()
    page.keyboard.type("end\n")
    expect(page.locator(".ace_gutter-cell.ace_warning")).to_have_count(0)


def test_what_cannot_be_saved_in_place_comes_back_as_a_page(page: Page, open_page: Pages) -> None:
    page.get_by_label("Name", exact=True).fill("")
    page.keyboard.press("Control+s")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(editor(page)).to_be_visible()
    (tried,) = open_page.watch.told()
    assert tried.startswith("answered 422: POST ")


@BOTH_WAYS
def test_a_plan_is_written_checked_saved_compared_and_brought_back(
    open_page: Opening, portal: Portal, owner: str, scripts: bool, width: int
) -> None:
    page = open_page(portal, width, scripts)

    def rewrite(script: str) -> None:
        if not scripts:
            return page.get_by_label("Script", exact=True).fill(script)
        editor(page).click()
        page.keyboard.press("Control+a")
        return page.keyboard.insert_text(script)

    def save(button: str) -> None:
        page.get_by_role("button", name=button).last.click()

    sign_in(page, owner)
    page.goto("/dial-plans")
    page.get_by_role("link", name="New").click()
    page.get_by_role("link", name="Begin with extension lines instead").click()
    page.get_by_label("Name", exact=True).fill("night")
    rewrite("exten => 1,1,Switch(\n")
    save("Add plan")
    expect(note(page, "night is added.")).to_be_visible()
    expect(page.get_by_text("Line 1.")).to_be_visible()
    rewrite("exten => 1,1,Switch(anna,5ecret,1@local)\n")
    page.get_by_label("Note").fill("closed what was open")
    save("Save plan")
    expect(note(page, "night is saved.")).to_be_visible()
    expect(page.get_by_text("Line 1.")).to_have_count(0)

    page.get_by_role("link", name="Compare version 1").click()
    expect(heading(page, "Version 1 of night")).to_be_visible()
    expect(page.get_by_role("row", name="only now")).to_contain_text("Switch(anna,5ecret,1@local)")
    page.get_by_role("button", name="Bring this version back").click()
    expect(note(page, "Version 1 of night is back in use.")).to_be_visible()
    expect(page.get_by_text("Line 1.")).to_be_visible()

    page.goto("/dial-plans")
    row_of(page, "night").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").last.click()
    expect(note(page, "night is deleted.")).to_be_visible()
    assert [plan.dial_plan_name for plan in portal.program_of(owner).dial_plans.page()] == ["default"]


def test_a_script_that_is_not_saved_is_not_left_without_a_warning(page: Page, portal: Portal, owner: str) -> None:
    seen = dismissed_dialogs(page)
    write(page, "# mine")
    page.get_by_role("link", name="Calls").click(no_wait_after=True)
    expect(page.locator("[data-unsaved-words]")).to_have_text("1 change not saved: script")
    expect(editor(page)).to_contain_text("# mine")
    page.get_by_role("button", name="Save plan").last.click()
    expect(note(page, "default is saved.")).to_be_visible()
    page.get_by_role("link", name="Calls").click()
    expect(heading(page, "Calls")).to_be_visible()
    assert seen == ["beforeunload"]
