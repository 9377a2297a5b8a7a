"""Programs that lead browsers to the portal: Chromium goes the whole way there and back."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.wire_types import ZERO_ID
from sipsorcery_web.oauth import programs
from sipsorcery_web.oauth.work import writing
from tests.conftest import HOME
from tests.oauth.listener import WORDS, Listener, SixthListener, listening
from tests.oauth.program import VERIFIER, challenge_of

from .portals import OVER_SOAP, Portal
from .steps import sign_in
from .test_accessibility import Opening, tab_to

pytestmark = pytest.mark.skipif(OVER_SOAP, reason="there is no OAuth in front of another service")


def signed_in(open_page: Opening, portal: Portal) -> Page:
    """The browser of somebody new, who has signed in."""
    page: Page = open_page(portal)
    sign_in(page, portal.customer("alice"))
    return page


def address_for(portal: Portal, back: str) -> str:
    """The address that a program leads browsers to, which come back to it here."""
    wanted = Program(id=ZERO_ID, name="Reception desk", owner=portal.customer("bobby"), redirect_addresses=(back,))
    with writing(portal.operators._context, HOME) as work:
        program = programs.add(work, wanted)
    given = {
        "response_type": "code",
        "client_id": str(program.id),
        "redirect_uri": back,
        "scope": "accounts:read",
        "state": "xyzzy",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    return f"{portal.address}/oauth/authorize?{urlencode(given)}"


def told(listener: Listener) -> dict[str, list[str]]:
    """The parameters that the program was told."""
    return parse_qs(urlsplit(listener.came_back).query)


@pytest.mark.parametrize(("kind", "host", "shown"), [(Listener, HOME, HOME), (SixthListener, "::1", "[::1]")])
def test_alice_allows_a_program_by_the_keyboard_and_is_back_in_it(
    open_page: Opening, usual: Portal, kind: type[Listener], host: str, shown: str
) -> None:
    with listening(kind, host) as listener:
        page = signed_in(open_page, usual)
        page.goto(address_for(usual, f"http://{shown}:{listener.server_port}/back"))
        tab_to(page, "Allow")
        page.keyboard.press("Enter")
        expect(page.get_by_text(WORDS)).to_be_visible()
    assert told(listener).keys() == {"code", "state", "iss"}


def test_alice_refuses_and_the_program_is_told(open_page: Opening, usual: Portal) -> None:
    with listening() as listener:
        page = signed_in(open_page, usual)
        page.goto(address_for(usual, f"http://{HOME}:{listener.server_port}/back"))
        page.get_by_role("button", name="Refuse").click()
        expect(page.get_by_text(WORDS)).to_be_visible()
    assert told(listener)["error"] == ["access_denied"]
