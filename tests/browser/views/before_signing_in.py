"""Before signing in."""

import re
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.service.mailed_links import new_link

from ..portals import OVER_SOAP
from ..scenes import Scene
from ..steps import fill_in_customer, heading, note, try_to_sign_in
from .view import Steps, view


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


def mailing_view(steps: Steps) -> Steps:
    """Make a view where links are mailed, which the portal by invitation does."""
    return steps if OVER_SOAP else view("by_invitation")(steps)


def _new_link(scene: Scene, purpose: LinkPurpose) -> str:
    """Return the token of a new link of the administrator."""
    portal = scene.by_invitation
    with portal.database.write() as session:
        return new_link(session, purpose, "root-admin", "root-admin@example.org", datetime.now(UTC))


@mailing_view
def password_forgotten(page: Page, scene: Scene) -> None:
    page.goto("/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_role("button", name="Send the mail").click()
    expect(page).to_have_title(re.compile("^Error: "))


@mailing_view
def password_reset_asked_for(page: Page, scene: Scene) -> None:
    page.goto("/login/reset")
    page.get_by_label("E-mail address").fill("nobody@telephones.northern-harbour.example")
    page.get_by_role("button", name="Send the mail").click()
    expect(note(page, "mail")).to_be_visible()


@mailing_view
def password_chosen_anew(page: Page, scene: Scene) -> None:
    page.goto(f"/login/reset/{_new_link(scene, LinkPurpose.RESET)}")
    page.get_by_role("button", name="Change password").click()
    expect(page).to_have_title(re.compile("^Error: "))


@mailing_view
def address_confirmed(page: Page, scene: Scene) -> None:
    page.goto(f"/login/confirm/{_new_link(scene, LinkPurpose.CONFIRMATION)}")
    expect(heading(page, "Confirm your address")).to_be_visible()


@mailing_view
def mailed_link_is_over(page: Page, scene: Scene) -> None:
    page.goto("/login/reset/nowhere")
    expect(heading(page, "This link is not good any more")).to_be_visible()


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
def form_given_back(page: Page, scene: Scene) -> None:
    page.goto("/register")
    page.context.clear_cookies()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("The browser sent no cookie").first).to_be_visible()


@view("portal")
def form_out_of_date(page: Page, scene: Scene) -> None:
    page.goto("/register")
    address = page.url
    page.goto("about:blank")  # a page of another site
    page.set_content(f'<form method="post" action="{address}"><button>Send</button></form>')
    page.get_by_role("button", name="Send").click()
    expect(heading(page, "This form is out of date")).to_be_visible()
