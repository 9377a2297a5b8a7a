"""Adding, changing and deleting a SIP provider."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.contract.records import GoogleVoiceCallbackType, ProviderType, SIPProvider
from sipsorcery_web.contract.rules.providers import provider_violations
from sipsorcery_web.service.store.models import SIPProviderRow
from tests.conftest import DOMAIN, PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page
from tests.portal.conftest import HarnessWith
from tests.portal.fake_sip_engine import FakeEngine

ADD = "/providers/add"
ADD_GOOGLE_VOICE = "/providers/add?provider_type=GoogleVoice"
SECRET = "bl4ckbird!"
OTHER = "n1ghtingale"
MARKUP = "<b>&\"'</b>"
REGISTERING: dict[str, Any] = {"register_enabled": True, "register_contact": "sip:alice@sip.example.org"}
SAVED = "northline is saved."


@pytest.fixture
def northline(harness: AppHarness, alice: Browser) -> SIPProvider:
    """A provider of alice."""
    return harness.provider("alice", "northline")


def add(browser: Browser, address: str = ADD, **fields: Any) -> Page:
    usual = {"provider_name": "northline", "provider_username": "HD-204417", "provider_password": SECRET}
    server = {} if "Google" in address else {"provider_server": "sip.northline.example"}
    return browser.submit(address, **(usual | server | fields))


def edit(browser: Browser, provider: SIPProvider, **fields: Any) -> Page:
    return browser.submit(f"/providers/{provider.id}", **fields)


def stored_in(harness: AppHarness, provider: SIPProvider) -> SIPProvider:
    """The provider as it lies in the store now."""
    stored = harness.stored_provider(provider.id)
    assert stored is not None
    return stored


def change(harness: AppHarness, provider: SIPProvider, **values: Any) -> SIPProvider:
    """Change a provider as another client does."""
    return harness.service_fixture.someone(provider.owner or "").sip_providers.update(provider.with_(**values))


# Adding


def test_a_provider_is_added_and_named(harness: AppHarness, alice: Browser) -> None:
    page = add(alice, provider_name="  northline ", provider_server=" sip.northline.example:5080 ")
    assert page.h1 == "SIP providers"
    assert "northline is added." in page.notes
    stored = harness.stored_providers("alice")["northline"]
    assert stored.provider_server == "sip:sip.northline.example:5080"
    assert (stored.provider_username, stored.provider_password, stored.owner) == ("HD-204417", SECRET, "alice")
    assert (stored.provider_type, stored.register_enabled, stored.register_expiry) == (ProviderType.SIP, False, 3600)
    assert (stored.register_admin_enabled, stored.register_contact, stored.custom_headers) == (True, None, None)


def test_everything_that_is_typed_is_stored(harness: AppHarness, alice: Browser) -> None:
    typed = {
        "register_contact": "me@sip.example.org",
        "register_expiry": "600",
        "register_server": "reg.northline.example",
        "register_realm": "northline.example",
        "provider_auth_username": "auth-1",
        "provider_from": "sip:1000@northline.example",
        "provider_outbound_proxy": "proxy.northline.example",
        "custom_headers": "X-Account: 4711",
    }
    add(alice, register_enabled=True, **typed)
    stored = harness.stored_providers("alice")["northline"]
    expected = typed | {
        "register_contact": "sip:me@sip.example.org",
        "register_expiry": 600,
        "register_server": "sip:reg.northline.example",
    }
    assert {name: getattr(stored, name) for name in typed} == expected
    assert stored.register_enabled


@pytest.mark.parametrize("typed", ["sip.blue.example", "sip:sip.blue.example"])
def test_a_server_needs_no_scheme_when_it_is_added_and_when_it_is_changed(
    harness: AppHarness, alice: Browser, northline: SIPProvider, typed: str
) -> None:
    add(alice, provider_name="blueline", provider_server=typed)
    assert harness.stored_providers("alice")["blueline"].provider_server == "sip:sip.blue.example"
    edit(alice, northline, provider_server=typed)
    assert stored_in(harness, northline).provider_server == "sip:sip.blue.example"


def test_who_registers_without_a_contact_gets_their_own(harness: AppHarness, alice: Browser) -> None:
    assert f"Left empty, it is alice@{DOMAIN}." in alice.open(ADD).text
    add(alice, register_enabled=True)
    assert harness.stored_providers("alice")["northline"].register_contact == f"sip:alice@{DOMAIN}"


def test_an_administrator_proposes_the_owners_contact_and_not_their_own(
    harness: AppHarness, northline: SIPProvider, administrator: Browser
) -> None:
    edit(administrator, northline, register_enabled=True)
    stored = stored_in(harness, northline)
    assert (stored.register_contact, stored.owner) == (f"sip:alice@{DOMAIN}", "alice")


def test_an_expiry_that_is_left_empty_is_an_hour(harness: AppHarness, alice: Browser) -> None:
    assert alice.open(ADD).value("register_expiry") == "3600"
    add(alice, register_expiry="")
    assert harness.stored_providers("alice")["northline"].register_expiry == 3600


def test_the_other_type_has_fields_of_its_own(alice: Browser) -> None:
    page = alice.open(ADD)
    assert page.has("provider_server")
    assert not page.has("gv_callback_number")
    page = page.follow("Google Voice")
    assert page.path == ADD_GOOGLE_VOICE
    assert page.has("gv_callback_number")
    assert not any(page.has(name) for name in ("provider_server", "register_enabled", "custom_headers"))
    assert (page.value("gv_callback_pattern"), page.value("gv_callback_type")) == (".*", "Home")
    assert [*page.options("gv_callback_type")] == ["Home", "Mobile", "Work", "Gizmo"]


def test_a_provider_of_google_voice_is_added(harness: AppHarness, alice: Browser) -> None:
    add(alice, ADD_GOOGLE_VOICE, gv_callback_number="353155501433", gv_callback_type="Mobile")
    stored = harness.stored_providers("alice")["northline"]
    assert stored.provider_type is ProviderType.GOOGLE_VOICE
    assert (stored.gv_callback_number, stored.gv_callback_pattern) == ("353155501433", ".*")
    assert stored.gv_callback_type is GoogleVoiceCallbackType.MOBILE


def test_a_form_that_is_sent_twice_adds_once(harness: AppHarness, alice: Browser) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        alice.force(ADD, {"id": form_id}, provider_name="northline", provider_server="sip.northline.example")
    assert [*harness.stored_providers("alice")] == ["northline"]


def test_a_new_provider_stands_on_the_page_that_is_shown(harness: AppHarness, alice: Browser) -> None:
    for number in range(25):
        harness.provider("alice", f"line-{number:02}")
    assert "zebra" in add(alice, provider_name="zebra").text
    assert alice.redirects == ["/providers?page=2"]


# What is refused

INVALID_SERVER = "This is not a server. One looks like sip.example.com or 203.0.113.5."


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("provider_name", "  ", "Give the provider a name."),
        ("provider_name", "north.line", "The name cannot have a dot in it: dial plans would take it for a server."),
        ("provider_name", "n" * 51, "The provider name can have at most 50 characters."),
        ("provider_server", "", "Enter the provider’s server."),
        ("provider_server", "localhost", INVALID_SERVER),
        ("provider_server", 'a,"b".example', INVALID_SERVER),
        ("provider_server", "192.168.1.1", "This is an address of a private network. This service allows public servers only."),
        ("provider_outbound_proxy", "127.0.0.1", "This is an address of a private network. This service allows public servers only."),
        ("register_server", "localhost", INVALID_SERVER),
        ("register_contact", "alice@localhost", "This is not a contact. One looks like name@example.org."),
        ("register_contact", "sip.example.org", "The contact needs a name in front of the @, as in name@example.org."),
        ("register_contact", "a@b,c.example", "This is not a contact. One looks like name@example.org."),
        ("register_expiry", "an hour", "The expiry is a number of seconds, such as 3600."),
        ("register_expiry", "-60", "The expiry is a number of seconds, such as 3600."),
        ("register_expiry", "６００", "The expiry is a number of seconds, such as 3600."),
        ("register_expiry", "59", "The expiry is at least 60 seconds."),
        ("register_expiry", "0", "The expiry is at least 60 seconds."),
        ("register_expiry", "9" * 40, "This is longer than a registration can last. A day has 86400 seconds."),
        ("register_expiry", "2147483648", "This is longer than a registration can last. A day has 86400 seconds."),
        ("custom_headers", "no colon", "'no colon' is not a header. One looks like Name: value."),
        ("custom_headers", "Via: somewhere", "The header Via belongs to the call itself."),
        ("custom_headers", "X-A: 1|X-B: 2", "A header cannot hold the character |. It stands between two of them."),
        ("custom_headers", "X-A: " + "1" * 1024, "The custom headers can have at most 1024 characters."),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_said_at_its_field(
    harness: AppHarness, alice: Browser, field: str, typed: str, error: str
) -> None:
    page = add(alice, **{field: typed})
    assert page.status == 422
    assert page.errors[field] == error
    assert field == "custom_headers" or page.value(field) == typed.strip()
    assert page.title.startswith("Error: ")
    assert not harness.stored_providers("alice")
    assert not [each for each in page.all("//details[.//*[@aria-invalid='true']]") if each.get("open") is None]


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("provider_username", "", "Google Voice needs a username."),
        ("provider_password", "", "Google Voice needs a password."),
        ("gv_callback_number", "", "Google Voice needs a number to call back."),
        ("gv_callback_number", "+353 1", "The callback number can have digits only."),
        ("gv_callback_number", "1" * 17, "The callback number can have at most 16 digits."),
        ("gv_callback_pattern", "1" * 33, "The callback pattern can have at most 32 characters."),
    ],
)
def test_what_google_voice_cannot_work_with_is_refused(
    harness: AppHarness, alice: Browser, field: str, typed: str, error: str
) -> None:
    page = add(alice, ADD_GOOGLE_VOICE, **({"gv_callback_number": "353155501433"} | {field: typed}))
    assert page.errors == {field: error}
    assert not harness.stored_providers("alice")


def test_a_control_character_in_a_header_is_refused(harness: AppHarness, alice: Browser) -> None:
    page = alice.force(
        ADD, {"custom_headers": "X-A: 1\r\nVia: 2"}, provider_name="northline", provider_server="sip.northline.example"
    )
    assert page.errors == {"custom_headers": "A custom header cannot hold control characters."}
    assert not harness.stored_providers("alice")


def test_rows_without_end_are_refused_in_a_page_of_bounded_length(alice: Browser) -> None:
    page = alice.force(
        ADD, {"custom_headers": ["no header"] * 5000}, provider_name="northline", provider_server="sip.a.example"
    )
    assert page.status == 422
    assert page.errors["custom_headers"] == "There are more than 400 headers. The first 400 are shown here."
    assert len(page.all("//input[@name='custom_headers']")) == 401


def test_rows_without_end_that_are_stored_already_stay(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    """Another service may take more than this one."""
    stored = "|".join(f"X-{number}: 1" for number in range(500))
    with harness.database.write() as session:
        session.execute(update(SIPProviderRow).values(custom_headers=stored))
    page = alice.open(f"/providers/{northline.id}")
    rows = page.all("//input[@name='custom_headers']/@value")
    assert len(rows) == 501
    again = alice.force(f"/providers/{northline.id}", {"custom_headers": rows}, provider_username="me")
    assert len(again.all("//input[@name='custom_headers']/@value")) == 501


def test_of_a_text_that_is_too_long_only_that_is_said() -> None:
    """A complaint about each part of a megabyte would take minutes."""
    provider = SIPProvider(provider_name="a", provider_server="sip:a.example", custom_headers="x|" * 100_000)
    complaints = [each.message for each in provider_violations(provider) if each.field == "custom_headers"]
    assert complaints == ["The custom headers can have at most 1024 characters."]


def test_a_type_that_nobody_offers_is_refused_or_sip(harness: AppHarness, alice: Browser) -> None:
    page = alice.force(
        ADD_GOOGLE_VOICE,
        {"gv_callback_type": "Moon"},
        provider_name="northline",
        provider_username="me",
        provider_password=SECRET,
        gv_callback_number="1",
    )
    assert page.errors == {"gv_callback_type": "What was chosen is not in the list any more. Choose again."}
    assert alice.open("/providers/add?provider_type=Skype").has("provider_server")


def test_a_name_that_is_taken_is_said_at_the_name(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    page = add(alice)
    assert page.errors == {"provider_name": "You have a provider with this name. Choose another name."}
    harness.add_users("bobby")
    assert "northline is added." in add(harness.signed_in("bobby")).notes


def test_a_refused_form_keeps_what_was_typed_but_for_the_password(harness: AppHarness, alice: Browser) -> None:
    page = add(alice, provider_name="", provider_from=MARKUP, register_enabled=True, register_expiry="soon")
    assert set(page.errors) == {"provider_name", "register_expiry"}
    assert (page.value("provider_from"), page.value("register_expiry")) == (MARKUP, "soon")
    assert page.value("register_enabled") == "y"
    assert page.value("provider_password") == ""
    assert "Type it again: it is not kept in the page." in page.text
    assert SECRET not in page.source


def test_while_the_service_is_away_nothing_typed_is_lost(harness: AppHarness, alice: Browser) -> None:
    def fail() -> None:
        raise Unavailable("gone")

    harness.watched.before["AddSIPProvider"] = fail
    page = add(alice)
    assert page.status == 503
    assert "The service does not answer." in page.text
    assert page.value("provider_server") == "sip.northline.example"


# Changing


def test_a_provider_is_changed_and_keeps_the_rest(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    page = edit(alice, northline, provider_username="HD-2")
    assert SAVED in page.notes
    stored = stored_in(harness, northline)
    assert stored.with_(last_update=northline.last_update) == northline.with_(provider_username="HD-2")


def test_the_type_is_told_and_cannot_be_changed(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    page = alice.open(f"/providers/{northline.id}")
    assert "Type SIP" in page.text
    assert str(northline.id) in page.text
    alice.force(f"/providers/{northline.id}", {"provider_type": "GoogleVoice"}, provider_username="me")
    stored = stored_in(harness, northline)
    assert stored.provider_type is ProviderType.SIP


def test_a_provider_can_be_renamed(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    assert "southline is saved." in edit(alice, northline, provider_name="southline").notes
    assert [*harness.stored_providers("alice")] == ["southline"]


def test_an_empty_password_keeps_the_stored_one_and_a_tick_removes_it(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    def password_after(**fields: Any) -> str | None:
        edit(alice, northline, **fields)
        return stored_in(harness, northline).provider_password

    assert SECRET not in alice.open(f"/providers/{northline.id}").source
    assert password_after(provider_password="") == SECRET
    assert password_after(provider_password=OTHER) == OTHER
    assert password_after(remove_password=True) is None
    assert not alice.open(f"/providers/{northline.id}").has("remove_password")


def test_the_advanced_part_is_open_when_something_stands_in_it(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    def is_open() -> bool:
        return alice.open(f"/providers/{northline.id}").one("//details[@class='more-fields']").get("open") is not None

    assert not is_open()
    change(harness, northline, register_realm="northline.example")
    assert is_open()
    change(harness, northline, register_realm=None, register_expiry=600)
    assert is_open()


def test_an_expiry_of_another_service_stays_while_it_is_left_alone(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    with harness.database.write() as session:
        session.execute(update(SIPProviderRow).where(SIPProviderRow.id == northline.id).values(register_expiry=0))
    assert SAVED in edit(alice, northline, provider_username="me").notes


@pytest.mark.parametrize(("enabled", "reason"), [(True, None), (False, "Too many failures")])
def test_to_register_again_takes_the_reason_away(
    harness: AppHarness, alice: Browser, northline: SIPProvider, enabled: bool, reason: str | None
) -> None:
    change(harness, northline, register_disabled_reason="Too many failures")
    edit(alice, northline, register_enabled=enabled)
    stored = stored_in(harness, northline)
    assert (stored.register_enabled, stored.register_disabled_reason) == (enabled, reason)


def test_the_reason_of_an_administrator_stays_when_the_owner_saves(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    harness.forbid_registration(northline, "They ban us")
    page = alice.open(f"/providers/{northline.id}")
    assert "Registration disabled by administrator" in page.text
    assert "“They ban us”" in page.text
    assert not page.has("register_admin_enabled")
    more = {"register_admin_enabled": "y", "register_disabled_reason": "mine"}
    alice.force(f"/providers/{northline.id}", more, register_enabled=True)
    stored = stored_in(harness, northline)
    assert (stored.register_admin_enabled, stored.register_disabled_reason) == (False, "They ban us")
    assert stored.register_enabled


def test_an_administrator_forbids_a_registration_with_a_reason_and_allows_it_again(
    harness: AppHarness, northline: SIPProvider, administrator: Browser
) -> None:
    change(harness, northline, **REGISTERING)
    edit(administrator, northline, register_admin_enabled=False, register_disabled_reason="They ban us")
    stored = stored_in(harness, northline)
    assert (stored.register_admin_enabled, stored.register_disabled_reason) == (False, "They ban us")
    edit(administrator, northline, register_admin_enabled=True)
    stored = stored_in(harness, northline)
    assert (stored.register_admin_enabled, stored.register_disabled_reason) == (True, None)
    assert stored.owner == "alice"


def test_a_failing_registration_is_explained_beside_the_fields(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    harness.registration(change(harness, northline, **REGISTERING), registration_failure_message="403 Forbidden")
    page = alice.open(f"/providers/{northline.id}")
    assert "Provider refused" in page.text
    assert "The server’s words: 403 Forbidden" in page.text


# Custom headers


@pytest.mark.parametrize(
    ("stored", "rows"),
    [
        (None, [""]),
        ("X-A: 1", ["X-A: 1", ""]),
        ("X-A: 1|X-B: 2", ["X-A: 1", "X-B: 2", ""]),
        ("|X-A: 1|| X-B: 2 |", ["X-A: 1", "X-B: 2", ""]),
    ],
)
def test_headers_have_a_row_each_and_stay_as_they_are_stored(
    harness: AppHarness, alice: Browser, northline: SIPProvider, stored: str | None, rows: list[str]
) -> None:
    change(harness, northline, custom_headers=stored)
    page = alice.open(f"/providers/{northline.id}")
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == rows
    page = alice.force(f"/providers/{northline.id}", {"custom_headers": rows}, provider_username="me")
    assert SAVED in page.notes
    after = stored_in(harness, northline)
    assert (after.custom_headers, after.provider_username) == (stored, "me")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["X-A: 1", "X-B: 2", "X-C: 3"], "X-A: 1|X-B: 2|X-C: 3"),
        (["X-A: 9", " X-B: 2 ", ""], "X-A: 9|X-B: 2"),
        (["", "X-B: 2", ""], "X-B: 2"),
        (["", "", ""], None),
    ],
)
def test_headers_are_added_changed_and_removed(
    harness: AppHarness, alice: Browser, northline: SIPProvider, typed: list[str], stored: str | None
) -> None:
    change(harness, northline, custom_headers="X-A: 1|X-B: 2")
    alice.force(f"/providers/{northline.id}", {"custom_headers": typed}, provider_username="me")
    after = stored_in(harness, northline)
    assert after.custom_headers == stored


def test_one_more_row_is_given_without_saving_anything(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(ADD).submit(
        button="Add a header", provider_name="northline", custom_headers="X-A: 1", provider_password=SECRET
    )
    assert page.status == 200
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["X-A: 1", "", ""]
    assert len(page.all("//input[@name='custom_headers'][@autofocus]")) == 1
    assert (page.value("provider_name"), page.errors) == ("northline", {})
    assert page.one("//details[@class='more-fields']").get("open") is not None
    assert "Type it again: it is not kept in the page." in page.text
    assert not harness.stored_providers("alice")


def test_one_more_row_is_given_for_a_stored_provider_too(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    page = alice.open(f"/providers/{northline.id}").submit(button="Add a header", provider_username="me")
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["", ""]
    assert harness.stored_provider(northline.id) == northline


def test_what_enter_presses_saves_and_does_not_add_a_row(alice: Browser) -> None:
    first = alice.open(ADD).all("//main//form[@method='post']//button[not(@type='button')]")[0]
    assert first.get("name") is None


def test_every_row_that_was_refused_stays(harness: AppHarness, alice: Browser) -> None:
    page = alice.force(
        ADD,
        {"custom_headers": ["X-A: 1", "X-B: 2|X-C: 3", "nonsense"]},
        provider_name="northline",
        provider_server="sip.northline.example",
    )
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["X-A: 1", "X-B: 2|X-C: 3", "nonsense", ""]


# Where registrations are switched off


def test_where_nothing_registers_the_fields_are_left_out_and_the_stored_values_stay(harness_with: HarnessWith) -> None:
    harness = harness_with(provider_registrations=False)
    alice, administrator = harness.signed_in("alice"), harness.signed_in("root-admin")
    northline = harness.provider("alice", "northline", register_contact="sip:me@sip.example.org", register_expiry=600)
    page = alice.open(f"/providers/{northline.id}")
    hidden = ("register_enabled", "register_contact", "register_expiry", "register_server")
    assert not any(page.has(name) for name in hidden)
    assert page.has("register_realm")
    alice.force(f"/providers/{northline.id}", {"register_enabled": "y"}, provider_username="me")
    assert not administrator.open(f"/providers/{northline.id}").has("register_admin_enabled")
    stored = stored_in(harness, northline)
    assert stored.provider_username == "me"
    assert (stored.register_contact, stored.register_expiry) == ("sip:me@sip.example.org", 600)
    assert not stored.register_enabled
    assert not alice.open(ADD).has("register_enabled")


# Deleting


def test_a_provider_is_deleted_after_asking_what_that_means(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    change(harness, northline, **REGISTERING)
    page = alice.open("/providers?q=north").follow("Delete northline")
    assert page.h1 == "Delete northline?"
    assert "Its registration is ended" in page.text
    assert "Dial plans that dial through it will fail" in page.text
    assert harness.stored_provider(northline.id) is not None
    page = page.submit()
    assert any(note.startswith("northline is deleted. Its registration is ended.") for note in page.notes)
    assert alice.redirects == ["/providers?q=north"]
    assert harness.stored_provider(northline.id) is None


def test_a_provider_that_is_not_registered_is_deleted_without_a_word_about_it(
    harness: AppHarness, alice: Browser, northline: SIPProvider
) -> None:
    page = alice.open(f"/providers/{northline.id}/delete")
    assert "registration" not in page.one("//main//form").text_content()


# Somebody else's


@pytest.mark.parametrize("action", ["", "/delete", "/password"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bob_does_not_find_alices_provider(
    harness: AppHarness, bob: Browser, northline: SIPProvider, method: str, action: str
) -> None:
    typed = {
        "csrf_token": bob.token(),
        "provider_name": "mine",
        "provider_server": "sip.evil.example",
        "owner": "bobby",
    }
    answer = bob.raw(method, f"/providers/{northline.id}{action}", data=typed if method == "POST" else None)
    assert answer.status_code == (405 if (method, action) == ("GET", "/password") else 404)
    assert "northline" not in answer.text
    assert harness.stored_provider(northline.id) == northline


def test_bob_cannot_put_a_new_provider_in_the_place_of_alices(
    harness: AppHarness, bob: Browser, northline: SIPProvider
) -> None:
    bob.force(
        ADD, {"id": str(northline.id), "owner": "alice"}, provider_name="mine", provider_server="sip.evil.example"
    )
    assert harness.stored_provider(northline.id) == northline
    assert harness.stored_providers("bobby")["mine"].owner == "bobby"


# After the session's end


def test_what_was_typed_waits_behind_a_new_sign_in(harness: AppHarness, alice: Browser) -> None:
    page = alice.open(ADD_GOOGLE_VOICE)
    harness.revoke("alice")
    page = page.submit(
        provider_name="northline", provider_username="me", provider_password=SECRET, gv_callback_number="1"
    )
    assert "northline" in page.text
    assert "Callback number" in page.text
    assert SECRET not in page.source
    page = page.submit(username="alice", password=PASSWORD)
    assert page.has("gv_callback_number")
    assert (page.value("provider_name"), page.value("gv_callback_number")) == ("northline", "1")
    assert not harness.stored_providers("alice")


def test_rows_of_headers_wait_too(harness: AppHarness, alice: Browser, northline: SIPProvider) -> None:
    address = f"/providers/{northline.id}"
    values = MultiDict([("csrf_token", alice.token()), ("provider_name", "northline")])
    values.setlist("custom_headers", ["X-A: 1", "X-B: 2", ""])
    harness.revoke("alice")
    page = alice.post(address, values)
    assert "X-A: 1, X-B: 2" in page.text
    page = page.submit(username="alice", password=PASSWORD)
    assert page.tree.xpath("//input[@name='custom_headers']/@value") == ["X-A: 1", "X-B: 2", ""]
    assert page.one("//details[@class='more-fields']").get("open") is not None
    assert harness.stored_provider(northline.id) == northline


OF_THE_ENGINE = (
    "The part before the @ names the SIP account that is rung.",
    "A provider that asks for SHA-256 alone cannot be registered with.",
    "The request is sent there, and still addressed to the server above.",
    "Registrations are sent there rather than to the register server.",
    "With a realm, the SIP engine gets a hash in place of the password.",
)


def test_the_form_says_what_the_engine_makes_of_its_fields(sip_engine: FakeEngine, alice: Browser) -> None:
    page = alice.open(ADD)
    assert [words for words in OF_THE_ENGINE if words not in page.text] == []


def test_without_an_engine_the_form_says_nothing_of_one(alice: Browser) -> None:
    page = alice.open(ADD)
    assert [words for words in OF_THE_ENGINE if words in page.text] == []
