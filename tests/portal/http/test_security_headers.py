"""The security headers of every answer, and the secrets that no page tells."""

import csv
import json
import re
from itertools import count
from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import String, Text, select

from sipsorcery_web.contract.extensions import Invite
from sipsorcery_web.contract.third_party_calls import CallProgress, CallState
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.portal.http.session import COOKIE
from sipsorcery_web.portal.http.sip_engine import SIPEngine
from sipsorcery_web.service.first_run import FirstRun
from sipsorcery_web.service.store.access_tokens import AccessTokenRow
from sipsorcery_web.service.store.models import (
    SIPAccountRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPDialPlanRow,
    SIPProviderBindingRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
)
from sipsorcery_web.service.store.oauth import ProgramRow
from sipsorcery_web.service.store.sign_ins import SignInRow
from tests.factories import PASSWORD
from tests.factories.events import EventsInMemory, request, traced

from ..app_harness import AppHarness
from ..browser import Browser
from ..fake_sip_engine import FakeEngine
from ..routes import filled_in, methods_of
from ..stored_state import dump

HOSTILE = "\"'></title></textarea><script>alert(1)</script>{{7*191}}"

INVISIBLE = "\u202e\u2066\u200b\u00ad"
NOT_SENT_BACK = re.compile(r'\bvalue="[^"]*"|<textarea[^>]*>[^<]*</textarea>')
"""What a page holds for sending it back."""

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2Faccount",
    "%2F%2Fevil.example",
    "%252F%252Fevil.example",
    "/%2Fevil.example",
    "/%252Fevil.example",
    "/%5Cevil.example",
    "/%255Cevil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/\n/evil.example",
    "/%0D%0ALocation:https://evil.example",
    " //evil.example",
    "\x00//evil.example",
    "//[",
    "//[::1",
    "http://[",
    "/\u2028/evil.example",
    "evil.example",
    "..//evil.example",
    "?next=//evil.example",
    "@evil.example",
    "",
]


NO_PAGES = (
    "/assets/<file>",
    "/console/ladder",
    "/console/lines",
    "/login/passkey/options",
    "/notificationspull.svc",
    "/oauth/authorize",
    "/provisioning.svc",
    "/security/proof/options",
    "/setup/<secret>",
    "/shared/<token>",
)
"""What is there for somebody with more than an address, or is no page."""
PLAIN_FILES = (".txt", ".pcap")
"""Files that no browser shows as a page, whatever is in them."""


def every_page(harness: AppHarness, username: str = "alice", **of_the_account: object) -> list[str]:
    """The address of every page that somebody finds, with things of alice's wherever one is shown."""
    things = harness.one_of_each("alice", **of_the_account) | {"passkey_id": harness.passkey("alice", name=HOSTILE)}
    if username == "root-admin":
        things |= of_administrators(harness)
    engine = parts_of(harness.app).get(SIPEngine)
    if isinstance(engine, FakeEngine):
        engine.call_maker.every_call = CallProgress(CallState.FIRST, HOSTILE, HOSTILE)
    rules = [rule for rule in harness.app.url_map.iter_rules() if "GET" in methods_of(rule)]
    names = [rule.rule for rule in rules if rule.rule not in NO_PAGES and not rule.rule.endswith(PLAIN_FILES)]
    is_found = username == "root-admin"
    return [filled_in(name, **things) for name in names if is_found or not name.startswith("/admin/")]


def of_administrators(harness: AppHarness) -> dict[str, UUID]:
    """The ids of what administrators alone see: alice as a customer, and an invite."""
    harness.change_customer("alice", first_name=HOSTILE[:64], city=HOSTILE[:64], suspended_reason=HOSTILE)
    alice = harness.customer("alice")
    assert alice is not None
    (invite,) = harness.service_fixture.administrator.add_invites(Invite(note=HOSTILE[:128]), 1)
    return {"customer_id": alice.id, "invite_id": invite.id}


def keep_messages(harness: AppHarness, events: EventsInMemory, text: str) -> None:
    """Keep a message of each call of alice's that has a record, with this in it."""
    with harness.database.read() as session:
        call_ids = session.scalars(select(SIPCDRRow.call_id).where(SIPCDRRow.owner == "alice")).all()
    events.add(traced(request(uri=text), source=text, call_id=call_id) for call_id in call_ids if call_id)


# Headers (each answer to each test is looked at as well, see check_answer)


def test_scripts_and_styles_come_from_this_site_alone_and_from_no_page(browser: Browser) -> None:
    policy = browser.raw("GET", "/login").headers["Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert "unsafe" not in policy
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == parts["form-action"] == "'self'"
    assert parts["frame-ancestors"] == parts["base-uri"] == "'none'"


@pytest.mark.parametrize(
    "path", ["/login", "/nowhere", "/healthz", "/sip-accounts", "/provisioning.svc?wsdl", "/notificationspull.svc?wsdl"]
)
def test_over_https_browsers_are_told_to_stay_there_and_over_http_not(harness: AppHarness, path: str) -> None:
    secure = harness.browser(base_url="https://portal.example.org").raw("GET", path)
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in harness.browser().raw("GET", path).headers


def test_an_answer_does_not_name_the_software_behind_it(browser: Browser) -> None:
    headers = browser.raw("GET", "/login").headers
    assert {"Server", "X-Powered-By", "Via"}.isdisjoint({*headers.keys()})


def test_what_a_monitor_or_a_style_asks_for_starts_no_session(browser: Browser) -> None:
    style = browser.open("/login").tree.xpath("//link[@rel='stylesheet']/@href")[0]
    fresh = Browser(browser.app, browser.tokens)
    for path in (style, "/healthz", "/readyz", "/provisioning.svc?wsdl", "/notificationspull.svc?wsdl"):
        assert "Set-Cookie" not in fresh.raw("GET", path).headers


def test_a_header_that_anybody_can_send_does_not_make_a_connection_secure(harness: AppHarness) -> None:
    browser = harness.browser(base_url="http://portal.example.org")
    answer = browser.raw("GET", "/login", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:99999", "a b", "<script>", "[::1", ""]
)
def test_a_host_that_somebody_made_up_is_not_put_into_a_page(browser: Browser, host: str) -> None:
    answer = browser.client.get("/login", headers={"Host": host})
    assert answer.status_code < 500
    assert "<script>" not in answer.text.replace('<script type="module"', "")
    assert "evil.example" not in answer.text
    assert "evil.example" not in str(answer.headers.get("Location"))


# Ways to other sites


def test_a_sign_in_leads_to_no_other_site(browser: Browser) -> None:
    for target in ELSEWHERE:
        page = browser.open(f"/login?next={quote(target)}")
        typed = {"username": "alice", "password": PASSWORD, "csrf_token": browser.token()}
        for address in (target, page.value("next")):
            answer = browser.raw("POST", "/login", data=typed | {"next": address})
            assert (answer.status_code, answer.location) == (303, "/sip-accounts"), target
            typed["csrf_token"] = browser.token()


def test_neither_do_the_appearance_and_a_longer_session(alice: Browser) -> None:
    csrf_token = alice.token()
    for target in ELSEWHERE:
        for address in ("/appearance", "/session/extend"):
            answer = alice.raw("POST", address, data={"csrf_token": csrf_token, "next": target, "theme": "dark"})
            assert (answer.status_code, answer.location) == (303, "/sip-accounts"), target


def test_neither_does_deleting_an_account(harness: AppHarness, alice: Browser) -> None:
    csrf_token = alice.token()
    for number, target in enumerate(ELSEWHERE):
        account = harness.account("alice", f"line-{number}")
        address = f"/sip-accounts/{account.id}/delete?next={quote(target)}"
        assert alice.raw("GET", address).status_code == 200
        answer = alice.raw("POST", address, data={"csrf_token": csrf_token})
        assert (answer.status_code, answer.location) == (303, "/sip-accounts"), target


@pytest.mark.parametrize("target", ["/account", "/sip-accounts?q=a%26b&page=2", "/about", "/sip-accounts?q=http://x"])
def test_a_way_on_this_site_is_taken(alice: Browser, target: str) -> None:
    page = alice.post("/appearance", {"csrf_token": alice.token(), "next": target, "theme": "dark"})
    assert alice.redirects == [target]
    assert page.status == 200


# What no page tells


@pytest.mark.usefixtures("sip_engine")
def test_no_page_shows_a_password_or_the_token_of_the_session(harness: AppHarness, alice: Browser) -> None:
    for path in every_page(harness, sip_password="tr0ubad0ur"):
        alice.open(path)
    assert "tr0ubad0ur" not in alice.open("/sip-accounts").source


def test_the_cookie_and_the_store_of_the_portal_do_not_tell_the_token_either(
    harness: AppHarness, alice: Browser
) -> None:
    alice.open("/sip-accounts")
    cookie = alice.client.get_cookie(COOKIE)
    assert cookie is not None
    stored = dump(harness.settings.data_dir / "sipsorcery.db")
    for token in harness.watched.tokens:
        assert re.fullmatch("[0-9a-f]{96}", token)
        assert token not in stored
    assert cookie.value not in stored
    assert "bl4ckbird!" not in stored
    assert PASSWORD not in stored


@pytest.mark.usefixtures("sip_engine")
def test_no_page_takes_markup_out_of_its_address(
    harness: AppHarness, events: EventsInMemory, alice: Browser, browser: Browser
) -> None:
    typed = quote(HOSTILE)
    asked = "&".join(f"{name}={typed}" for name in ("next", "kept", "invite_code", "q", "page", "size", "theme", "x"))
    paths = every_page(harness)
    keep_messages(harness, events, HOSTILE)
    for path in paths:
        for page in (alice.open(f"{path}?{asked}"), browser.open(f"{path}?{asked}")):
            assert page.status == 200
            assert "<script>alert" not in page.source
            assert "1337" not in page.text


def test_what_strangers_write_into_messages_stays_text_on_their_ladder(events: EventsInMemory, alice: Browser) -> None:
    events.add([traced(request(uri=HOSTILE), source=HOSTILE, call_id=HOSTILE)])

    page = alice.open(f"/console/ladder?call={quote(HOSTILE)}")

    assert page.status == 200
    assert "alert(1)" in page.text
    assert "<script>alert" not in page.source
    assert "1337" not in page.text


OWNED = (
    AccessTokenRow,
    ProgramRow,
    SIPAccountRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPDialPlanRow,
    SIPProviderBindingRow,
    SIPProviderRow,
    SIPRegistrarBindingRow,
    SignInRow,
)
OF_THE_OWNER_ALONE = re.compile(
    "/security/((tokens|passkeys|programs|consents)/.*/(delete|remove|secret|end)|webhooks/.+)"
)
"""The addresses of what no administrator sees."""
NOT_FREE_TEXT = frozenset(
    {"owner", "token_hash", "secret_hash", "admin_member_id", "sip_domain", "provider_type", "gv_callback_type"}
)


def write_everywhere(harness: AppHarness, text: str) -> None:
    """Put this into every text that lies open among alice's things, with a number behind it: some have to differ."""
    numbers = count()
    with harness.database.write() as session:
        for row in (row for kind in OWNED for row in session.scalars(select(kind).where(kind.owner == "alice"))):
            for name, column in row.__mapper__.columns.items():
                if type(column.type) in (String, Text) and name not in NOT_FREE_TEXT and "sealed" not in name:
                    setattr(row, name, f"{text}{next(numbers)}")


@pytest.mark.usefixtures("sip_engine")
@pytest.mark.parametrize("begins", ["", "javascript:alert(1)//", "=1+1"])
@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_what_strangers_write_into_any_record_stays_text_on_every_page(
    harness: AppHarness, events: EventsInMemory, username: str, begins: str
) -> None:
    paths = every_page(harness, username)
    provider = harness.provider("alice", "blueline", register_enabled=True, register_contact="sip:a@sip.example.org")
    harness.registration(provider, registration_failure_message="403 Forbidden")
    harness.bind(harness.account("alice", "consult-room"))
    harness.call("alice")
    write_everywhere(harness, begins + HOSTILE)
    keep_messages(harness, events, begins + HOSTILE)
    browser = harness.signed_in(username)
    for path in paths:
        if path.endswith(".csv"):
            cells = [cell for row in csv.reader(browser.raw("GET", path).text.splitlines()) for cell in row]
            assert not [cell for cell in cells if cell.startswith("=")], path
            continue
        page = browser.open(path)
        hidden = username != "alice" and bool(OF_THE_OWNER_ALONE.fullmatch(path))
        assert page.status == (404 if hidden else 200), path
        assert "<script>alert" not in page.source, path
        assert not [each for each in page.tree.xpath("//@href | //@action") if "script:" in each.lower()[:11]], path
        assert "1337" not in page.text, path


@pytest.mark.usefixtures("sip_engine")
@pytest.mark.parametrize("username", ["alice", "root-admin"])
def test_nothing_invisible_that_strangers_write_is_invisible_on_any_page_or_in_a_csv_file(
    harness: AppHarness, username: str
) -> None:
    paths = every_page(harness)
    provider = harness.provider("alice", "blueline", register_enabled=True, register_contact="sip:a@sip.example.org")
    harness.registration(provider, registration_failure_message="403 Forbidden")
    harness.bind(harness.account("alice", "consult-room"))
    harness.call("alice")
    write_everywhere(harness, INVISIBLE)
    browser = harness.signed_in(username)
    shown = 0
    for path in paths:
        text = browser.raw("GET", path).text.removeprefix("\ufeff")
        if path.endswith(".json"):
            assert not (entries := json.loads(text)) or any(INVISIBLE in str(value) for value in entries[0].values()), (
                path
            )
            continue
        assert not [each for each in INVISIBLE if each in NOT_SENT_BACK.sub("", text)], path
        shown += text.count("[U+202E]")
    assert shown > 50


def test_what_is_sent_back_from_a_form_is_what_was_stored(harness: AppHarness, alice: Browser) -> None:
    account = harness.account("alice", "front-desk", network_id=f"5th{INVISIBLE}")
    alice.open(f"/sip-accounts/{account.id}").submit(is_incoming_only=True)
    stored = harness.stored(account.id)
    assert stored is not None
    assert (stored.network_id, stored.is_incoming_only) == (f"5th{INVISIBLE}", True)


@pytest.mark.usefixtures("sip_engine")
def test_looking_at_pages_changes_nothing_but_what_the_forms_were_opened_on(
    harness: AppHarness, alice: Browser
) -> None:
    paths = every_page(harness)
    before = dump_of(harness)
    for path in paths:
        alice.open(path)
        alice.raw("HEAD", path)
        alice.raw("OPTIONS", path)
    assert dump_of(harness) == before


def dump_of(harness: AppHarness) -> str:
    """Return all that is stored, but for what a look at a page keeps on purpose."""
    return dump(harness.settings.data_dir / "sipsorcery.db", "browser_sessions", "opened_records")


def test_whoever_looks_at_pages_without_a_sign_in_leaves_nothing_behind(
    harness: AppHarness, empty_harness: AppHarness
) -> None:
    link = f"/setup/{FirstRun(empty_harness.service.context).new_secret()}"
    for house, more in ((empty_harness, [link]), (harness, every_page(harness))):
        before = dump(house.settings.data_dir / "sipsorcery.db")
        for path in ("/login", "/register", "/login?next=/account", *more):
            house.browser().open(path)
        assert dump(house.settings.data_dir / "sipsorcery.db") == before


def test_a_cookie_that_somebody_made_up_is_a_strangers(harness: AppHarness) -> None:
    for made_up in ("x", "A" * 43, "../../etc/passwd", "'--", '"; drop table browser_sessions', "\u00e9" * 43):
        browser = harness.browser()
        browser.client.set_cookie(COOKIE, made_up)
        assert browser.open("/sip-accounts").h1 == "Sign in"
        cookie = browser.client.get_cookie(COOKIE)
        assert cookie is None or cookie.value != made_up


def test_after_signing_out_the_page_before_is_not_shown_again(alice: Browser) -> None:
    alice.open("/account")
    alice.sign_out()
    assert alice.open("/account").h1 == "Sign in"
