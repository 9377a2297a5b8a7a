"""SIP accounts."""

import re

from playwright.sync_api import Page, expect

from ..sample_data.console import UNREADABLE, WEAK
from ..scenes import Scene
from ..steps import fill_in_account, heading, note, row_of
from .view import view


@view("owner")
def accounts(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")


@view("owner")
def accounts_second_page(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts?size=7&page=2")


@view("owner")
def accounts_found(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts?q={scene.users.search}")


@view("owner")
def accounts_not_found(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts?q={'thereisnosuchtelephone' * 4}")


@view("owner")
def accounts_switched_off(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts?state=off&size=50")


@view("owner")
def accounts_with_password(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts?q={scene.users.two_phones}")
    row_of(page, scene.users.two_phones).get_by_role("button", name="Show").click()
    expect(page.get_by_role("button", name="Hide")).to_be_visible()


@view("newcomer")
def accounts_empty(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    expect(page.get_by_role("heading", name="No SIP accounts yet")).to_be_visible()


@view("administrator")
def accounts_of_all(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")


@view("owner")
def account_new(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")


@view("owner")
def account_new_suggested(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    page.get_by_label("Username").fill("front-desk-3")
    page.get_by_role("button", name="Suggest one").click()
    for more in page.locator("details.help > summary").all():
        more.click()


@view("owner")
def account_new_refused(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    fill_in_account(page, scene.users.edited, "short")
    page.get_by_role("button", name="Add account").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def account(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.edited))


@view("owner")
def account_on_several_phones(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.two_phones))
    page.get_by_text("Show id").click()


@view("owner")
def account_refused(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.edited))
    page.get_by_label("Network id").fill("northern-harbour-dublin")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Save account").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def account_tried(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.edited))
    page.get_by_label("New password").fill("harbour")
    page.get_by_label("Trusted addresses").fill("[0-9]+.")
    page.get_by_label("Address to try").fill("[2001:db8:85a3:1234:5678:8a2e:370:7334]:60000")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("The expression matches every address")).to_be_visible()


@view("owner")
def account_saved_with_warning(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.two_phones))
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.(4[0-9]:")
    page.get_by_role("button", name="Save account").click()
    expect(note(page, "matches nobody")).to_be_visible()


@view("owner")
def account_locked(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.locked))


@view("administrator")
def account_of_another(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.locked))


@view("owner")
def account_delete(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.path_of(scene.users.edited)}/delete")


def _ask_for_password(page: Page, scene: Scene, title: str) -> None:
    page.goto("/sip-accounts")
    page.locator("#reveal").evaluate(
        "(form, action) => { form.action = action; form.submit() }", f"{scene.path_of(scene.users.edited)}/password"
    )
    expect(heading(page, title)).to_be_visible()


@view("owner")
def account_password(page: Page, scene: Scene) -> None:
    _ask_for_password(page, scene, "Password of")


@view("administrator")
def account_password_of_another(page: Page, scene: Scene) -> None:
    _ask_for_password(page, scene, "Why do you look at it?")


@view("console")
def account_with_weak_password(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts/{scene.with_console.portal.account(WEAK)}")
    expect(page.get_by_text("Strangers who call at other people")).to_be_visible()


@view("console")
def account_with_unreadable_password(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts/{scene.with_console.portal.account(UNREADABLE)}")
    expect(page.get_by_text("The stored password cannot be read")).to_be_visible()


@view("console")
def accounts_with_unreadable_password(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    expect(page.get_by_role("link", name="Cannot be read")).to_be_visible()


@view("console")
def account_beyond_the_quota(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    page.get_by_label("Username").fill("one-too-many")
    page.get_by_label("Password", exact=True).fill("tr0ubad0ur")
    page.get_by_role("button", name="Add account").click()
    expect(note(page, "are limited to 3 here")).to_be_visible()


@view("owner")
def account_new_with_weak_password(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    page.get_by_label("Username").fill("telephone-1")
    page.get_by_label("Password", exact=True).fill("telephone")
    page.get_by_role("button", name="Add account").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def menu(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    more = page.get_by_text("More", exact=True)
    if more.is_visible():
        more.click()
