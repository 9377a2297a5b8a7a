"""Typed values come back when they cannot be saved: after signing out elsewhere, a deletion, another's sign-in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, Playwright, Request, expect

from tests.chromium import launch
from tests.factories import PASSWORD, SIP_PASSWORD

from .conftest import Pages
from .portals import Portal, Server, as_chosen, in_use
from .steps import add_account, heading, note, row_of, sign_in, sign_out

Opening = Callable[..., Page]

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
SCRIPT = "sys.Log('front desk')\nsys.Dial('100')"
NAME = "portal.example.org"


@BOTH
def test_a_script_is_not_lost_when_somebody_has_signed_out_in_another_tab(
    open_page: Opening, portal: Portal, alice: str, scripts: bool
) -> None:
    page = open_page(portal, scripts=scripts)
    sign_in(page, alice)
    page.goto("/dial-plans/add")
    page.get_by_label("Name").fill("night")
    if scripts:
        page.evaluate("text => ace.edit(document.querySelector('.script-editor')).setValue(text, -1)", SCRIPT)
    else:
        page.get_by_label("Script", exact=True).fill(SCRIPT)
    other = page.context.new_page()
    other.goto("/sip-accounts")
    sign_out(other)
    page.get_by_role("button", name="Add plan").click()

    expect(heading(page, "You are not signed in. What you typed is still here.")).to_be_visible()
    expect(page.get_by_role("row", name="Script sys.Log('front desk') sys.Dial('100')")).to_be_visible()
    page.get_by_label("Username").fill(alice)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()

    expect(note(page, "back in the form. Nothing is saved yet.")).to_be_visible()
    assert page.locator("[name=dial_plan_script]").input_value() == SCRIPT
    page.get_by_role("button", name="Add plan").click()
    expect(note(page, "night is added.")).to_be_visible()
    stored = {plan.dial_plan_name: plan.dial_plan_script for plan in portal.program_of(alice).dial_plans.page()}
    assert stored["night"] == SCRIPT


@BOTH
def test_changes_to_an_account_that_was_deleted_in_another_tab_are_added_as_new(
    open_page: Opening, portal: Portal, alice: str, desk: str, scripts: bool
) -> None:
    page = open_page(portal, scripts=scripts)
    sign_in(page, alice)
    add_account(page, desk)
    row_of(page, desk).get_by_role("link", name=desk, exact=True).click()
    page.get_by_label("Network id").fill("attic")
    other = page.context.new_page()
    other.goto("/sip-accounts")
    row_of(other, desk).get_by_role("link", name="Delete").click()
    other.get_by_role("button", name="Delete account").click()
    expect(row_of(other, desk)).to_have_count(0)
    page.get_by_role("button", name="Save account").click()

    expect(heading(page, f"{desk} has been deleted meanwhile")).to_be_visible()
    expect(page.get_by_role("row", name="Network id attic")).to_be_visible()
    page.get_by_role("link", name="Add it as new").click()
    expect(page.get_by_label("Username")).to_have_value(desk)
    page.get_by_label("Password", exact=True).fill(SIP_PASSWORD)
    page.get_by_role("button", name="Add account").click()
    expect(row_of(page, desk)).to_be_visible()
    assert portal.accounts_of(alice)[desk].network_id == "attic"


@pytest.fixture(scope="module")
def by_name(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal over plain http under a name, which browsers trust less than an address of this machine."""
    with in_use(lambda: as_chosen(tmp_path_factory.mktemp("by-name"), "sip.example.org", insecure_http="1")) as portal:
        yield portal


@pytest.fixture
def open_by_name(playwright: Playwright, by_name: Portal) -> Iterator[Callable[[], Page]]:
    """Opens pages at the portal's name; it leads to this machine in this browser alone."""
    with launch(playwright, f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as chromium:
        pages = Pages(chromium)
        named = replace(by_name, front=NamedServer(by_name.front))
        yield lambda: pages(named)
        pages.close()
        # browsers tell that they leave this header aside over plain http
        assert [each for each in pages.watch.complaints if "Cross-Origin-Opener-Policy" not in each] == []


class NamedServer(Server):
    """A server that runs already, as it is reached by its name."""

    def __init__(self, server: Server) -> None:
        self.port = server.port

    @property
    def address(self) -> str:
        return f"http://{NAME}:{self.port}"


def test_over_plain_http_by_a_name_a_form_comes_back_when_bob_has_signed_in_meanwhile(
    open_by_name: Callable[[], Page], by_name: Portal
) -> None:
    alice, bob = by_name.customer("alice"), by_name.customer("bobby")
    page = open_by_name()
    sign_in(page, alice)
    page.goto("/providers/add")
    page.get_by_label("Name", exact=True).fill("northline")
    page.get_by_label("Server", exact=True).fill("sip.northline.example")
    other = page.context.new_page()
    other.goto("/sip-accounts")
    sign_out(other)
    sign_in(other, bob)

    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.get_by_role("button", name="Add provider").click()
    expect(note(page, f"This form was made for another session. You are signed in as {bob}.")).to_be_visible()
    assert "sec-fetch-site" not in sent[0].all_headers()
    expect(page.get_by_label("Name", exact=True)).to_have_value("northline")
    expect(page.get_by_label("Server", exact=True)).to_have_value("sip.northline.example")
    assert by_name.program_of(bob).sip_providers.page() == []


@pytest.mark.parametrize("path", ["/sip-accounts/add", "/register", "/login"])
def test_a_form_that_another_site_has_sent_gets_nothing_back(
    open_page: Opening, portal: Portal, alice: str, path: str
) -> None:
    """Chromium sends no cookie of the portal's along with it (SameSite), so nobody is signed in for it."""
    page = open_page(portal)
    sign_in(page, alice)
    names = ("sip_username", "city", "first_name", "username")
    fields = "".join(f"<input name='{name}' value='forged-words'>" for name in names)
    form = f"<form method='post' action='{portal.address}{path}'>{fields}<button>Win a prize</button></form>"
    page.route("http://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://evil.example/")
    page.get_by_role("button", name="Win a prize").click()
    expect(page).to_have_title(re.compile("Sign in|This form is out of date"))
    assert "forged-words" not in page.content()
