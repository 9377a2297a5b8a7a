"""Every page, in every state that it can be brought to: who looks at it, and how it is reached."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD

from .scenes import Opening, Scene
from .steps import fill_in_account, fill_in_customer, heading, note, row_of, try_to_sign_in

Steps = Callable[[Page, Scene], None]

STRANGERS = ("portal", "not_set_up", "by_invitation", "away")
"""Who has not signed in is told by the portal that they are at."""

VIEWS: dict[str, "View"] = {}


@dataclass(frozen=True)
class View:
    """A page in a state. `who` has signed in, or is a stranger, at one of the scene's portals."""

    name: str
    who: str
    steps: Steps

    def open(self, scene: Scene, open_page: Opening, **options: Any) -> Page:
        """Go there in a browser of its own."""
        if self.who in STRANGERS:
            page = open_page(getattr(scene, self.who), **options)
        else:
            page = scene.page_of(getattr(scene, self.who), open_page, **options)
        self.steps(page, scene)
        return page


def view(who: str) -> Callable[[Steps], Steps]:
    """Make a view of the steps that lead to it."""

    def keep(steps: Steps) -> Steps:
        name = steps.__name__.replace("_", "-")
        VIEWS[name] = View(name, who, steps)
        return steps

    return keep


# Before signing in.


@view("portal")
def sign_in(page: Page, scene: Scene) -> None:
    page.goto("/login")


@view("by_invitation")
def sign_in_with_invite(page: Page, scene: Scene) -> None:
    page.goto("/login")
    expect(page.get_by_label("Invite code")).to_be_visible()


@view("by_invitation")
def sign_in_refused(page: Page, scene: Scene) -> None:
    page.goto("/login")
    try_to_sign_in(page, "nobody-here", "not-my-own")
    expect(page).to_have_title(re.compile("^Error: "))


@view("by_invitation")
def sign_in_limited(page: Page, scene: Scene) -> None:
    page.goto("/login")
    limited = note(page, "Too many sign-ins have failed")
    for _ in range(6):
        if not limited.is_visible():
            try_to_sign_in(page, "somebody-else", "not-my-own")
            page.wait_for_load_state()
    expect(limited).to_be_visible()


@view("away")
def sign_in_while_the_service_is_away(page: Page, scene: Scene) -> None:
    page.goto("/login")
    expect(page.get_by_text("Not answering")).to_be_visible()


@view("by_invitation")
def invite_refused(page: Page, scene: Scene) -> None:
    page.goto("/login")
    page.get_by_label("Invite code").fill("1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a1")
    page.get_by_role("button", name="Check code").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("portal")
def register(page: Page, scene: Scene) -> None:
    page.goto("/register")


@view("portal")
def register_refused(page: Page, scene: Scene) -> None:
    page.goto("/register")
    fill_in_customer(page, "marg")
    page.get_by_label("Retype password").fill("something-else")
    page.get_by_label("City").fill("")
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("not_set_up")
def set_up(page: Page, scene: Scene) -> None:
    page.goto(scene.not_set_up.front.set_up_link)


@view("not_set_up")
def set_up_refused(page: Page, scene: Scene) -> None:
    page.goto(scene.not_set_up.front.set_up_link)
    page.get_by_role("button", name="Create the administrator").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("portal")
def about_for_strangers(page: Page, scene: Scene) -> None:
    page.goto("/about")


@view("portal")
def developers_for_strangers(page: Page, scene: Scene) -> None:
    page.goto("/developers")


@view("portal")
def service_for_strangers(page: Page, scene: Scene) -> None:
    page.goto("/provisioning.svc")


@view("portal")
def nothing_here_for_strangers(page: Page, scene: Scene) -> None:
    page.goto("/nowhere")


@view("portal")
def form_out_of_date(page: Page, scene: Scene) -> None:
    page.goto("/register")
    page.context.clear_cookies()
    page.get_by_role("button", name="Create account").click()
    expect(heading(page, "This form is out of date")).to_be_visible()


# SIP accounts.


@view("owner")
def accounts(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")


@view("owner")
def accounts_second_page(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts?size=7&page=2")


@view("owner")
def accounts_found(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts?q={scene.cast.search}")


@view("owner")
def accounts_not_found(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts?q={'thereisnosuchtelephone' * 4}")


@view("owner")
def accounts_with_password(page: Page, scene: Scene) -> None:
    page.goto(f"/sip-accounts?q={scene.cast.two_phones}")
    row_of(page, scene.cast.two_phones).get_by_role("button", name="Show").click()
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
    page.get_by_text("Help with trusted addresses").click()


@view("owner")
def account_new_refused(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    fill_in_account(page, scene.cast.edited, "short")
    page.get_by_role("button", name="Add account").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def account(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.cast.edited))


@view("owner")
def account_on_several_phones(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.cast.two_phones))
    page.get_by_text("Show id").click()


@view("owner")
def account_refused(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.cast.edited))
    page.get_by_label("Network id").fill("northern-harbour-dublin")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Save account").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def account_saved_with_warning(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.cast.two_phones))
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.(4[0-9]:")
    page.get_by_role("button", name="Save account").click()
    expect(note(page, "matches nobody")).to_be_visible()


@view("owner")
def account_locked(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.cast.locked))


@view("administrator")
def account_of_another(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.cast.locked))


@view("owner")
def account_delete(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.path_of(scene.cast.edited)}/delete")


@view("owner")
def account_password(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    page.locator("#reveal").evaluate(
        "(form, action) => { form.action = action; form.submit() }", f"{scene.path_of(scene.cast.edited)}/password"
    )
    expect(heading(page, "Password of")).to_be_visible()


@view("owner")
def menu(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    more = page.get_by_text("More", exact=True)
    if more.is_visible():
        more.click()


# Settings.


@view("owner")
def settings(page: Page, scene: Scene) -> None:
    page.goto("/account")


@view("owner")
def settings_refused(page: Page, scene: Scene) -> None:
    page.goto("/account")
    page.get_by_label("First name").fill("")
    page.get_by_label("E-mail address").fill("nobody")
    page.get_by_role("button", name="Save settings").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def password(page: Page, scene: Scene) -> None:
    page.goto("/account/password")


@view("owner")
def password_refused(page: Page, scene: Scene) -> None:
    page.goto("/account/password")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button", name="Change password").click()
    expect(page).to_have_title(re.compile("^Error: "))


@view("owner")
def leave(page: Page, scene: Scene) -> None:
    page.goto("/account/delete")


@view("owner")
def leave_refused(page: Page, scene: Scene) -> None:
    page.goto("/account/delete")
    page.get_by_role("button", name="Delete customer account").click()
    expect(page).to_have_title(re.compile("^Error: "))


# The session's time.


@view("owner")
def session_nearly_over(page: Page, scene: Scene) -> None:
    page.clock.install()
    page.goto("/sip-accounts")
    page.clock.fast_forward("50:00")
    expect(note(page, "Your session ends at")).to_be_visible()


@view("owner")
def session_over(page: Page, scene: Scene) -> None:
    page.clock.install()
    page.goto("/sip-accounts/add")
    page.clock.fast_forward("01:01:00")
    expect(note(page, "Your session ended at")).to_be_visible()


@view("leaver")
def session_ended(page: Page, scene: Scene) -> None:
    page.get_by_role("link", name=scene.leaver, exact=True).click()
    page.get_by_label("Network id").fill("dublin-1")
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.(1[0-9]|2[0-4]):" * 4)
    page.get_by_label("New password").fill("tr0ubad0ur")
    scene.portal.change_password_elsewhere(scene.leaver)
    page.get_by_role("button", name="Save account").click()
    expect(heading(page, "Your session has ended.")).to_be_visible()


@view("leaver")
def session_ended_with_nothing_typed(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts")
    page.get_by_role("link", name="Delete").first.click()
    scene.portal.change_password_elsewhere(scene.leaver)
    page.get_by_role("button", name="Delete account").click()
    expect(heading(page, "Your session has ended.")).to_be_visible()


@view("leaver")
def account_restored(page: Page, scene: Scene) -> None:
    session_ended(page, scene)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()
    expect(note(page, "back in the form")).to_be_visible()


# Everything else, for those who have signed in.


@view("owner")
def about(page: Page, scene: Scene) -> None:
    page.goto("/about")


@view("owner")
def developers(page: Page, scene: Scene) -> None:
    page.goto("/developers")


@view("owner")
def service(page: Page, scene: Scene) -> None:
    page.goto("/provisioning.svc")


@view("owner")
def nothing_here(page: Page, scene: Scene) -> None:
    page.goto("/nowhere")


@view("owner")
def too_much(page: Page, scene: Scene) -> None:
    page.goto("/sip-accounts/add")
    page.get_by_label("Network id").evaluate("field => { field.value = 'x'.repeat(1_100_000) }")
    page.get_by_role("button", name="Add account").click()
    expect(heading(page, "That is too much at once")).to_be_visible()
