"""Adding a SIP provider, and what is refused."""

from uuid import uuid4

import pytest
from sqlalchemy import update

from sipsorcery_web.contract.errors import Unavailable
from sipsorcery_web.contract.records import GoogleVoiceCallbackType, ProviderType, SIPProvider
from sipsorcery_web.contract.rules.providers import provider_violations
from sipsorcery_web.service.store.models import SIPProviderRow
from tests.factories import DOMAIN
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser

from .provider_forms import ADD, ADD_GOOGLE_VOICE, SECRET, add, edit, stored_in

MARKUP = "<b>&\"'</b>"

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
