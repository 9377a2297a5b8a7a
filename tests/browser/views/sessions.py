"""The session's time."""

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD

from ..scenes import Scene
from ..steps import heading, note
from .view import view


@view("owner")
def session_nearly_over(page: Page, scene: Scene) -> None:
    page.clock.install()
    page.goto("/sip-accounts")
    left = int(page.locator("[data-minutes-left]").get_attribute("data-minutes-left") or 0)  # signed in for a while
    page.clock.fast_forward(f"{left - 4}:00")
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


@view("leaver")
def signed_out_elsewhere(page: Page, scene: Scene) -> None:
    page.get_by_role("link", name=scene.leaver, exact=True).click()
    page.get_by_label("Network id").fill("dublin-1")
    page.get_by_label("Trusted addresses").fill(r"^203\.0\.113\.(1[0-9]|2[0-4]):" * 4)
    page.get_by_label("New password").fill("tr0ubad0ur")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save account").click()
    expect(heading(page, "You are not signed in.")).to_be_visible()


@view("owner")
def form_of_another_session(page: Page, scene: Scene) -> None:
    page.goto(scene.path_of(scene.users.edited))
    page.get_by_label("Network id").fill("dublin-1")
    forget_token(page)
    page.get_by_role("button", name="Save account").click()
    expect(note(page, "This form was made for another session.")).to_be_visible()


@view("portal")
def sign_in_without_cookies(page: Page, scene: Scene) -> None:
    page.goto("/login")
    page.get_by_label("Username").fill(scene.owner)
    page.context.clear_cookies()
    page.get_by_role("button", name="Sign in").click()
    expect(note(page, "The browser sent no cookie")).to_be_visible()


def forget_token(page: Page) -> None:
    """Remove the token of a form."""
    page.locator("main form [name=csrf_token]").first.evaluate("field => { field.value = '' }")
