"""A new customer, with and without an invite code."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from sipsorcery_web.contract.customer_choices import COUNTRIES, SECURITY_QUESTIONS
from sipsorcery_web.contract.time_zones import TIME_ZONE_NAMES
from sipsorcery_web.database.address_limit import AN_HOUR
from sipsorcery_web.portal.ui.password_strength import COMMON, TOO_SHORT
from sipsorcery_web.settings import NewAccounts
from tests.factories import DOMAIN, PASSWORD
from tests.portal.app_harness import AppHarness
from tests.portal.browser import Browser, Page
from tests.portal.genuine import Front

HarnessWith = Callable[..., AppHarness]

CAROL = {
    "first_name": "Carol",
    "last_name": "Example",
    "email_address": "carol@example.org",
    "customer_username": "carol",
    "customer_password": PASSWORD,
    "retyped_password": PASSWORD,
    "security_answer": "n1ghtingale",
    "city": "Galway",
}
NOBODY = {
    "first_name": "Enter a first name.",
    "last_name": "Enter a last name.",
    "email_address": "Enter an e-mail address.",
    "customer_username": "Choose a username.",
    "customer_password": "Enter a password.",
    "security_answer": "Answer the security question.",
    "city": "Enter your city, or the one nearest to you.",
}
TOO_LONG = "Vq7mZ2xKp9Rt4LwB8nHc" * 3 + "Vq7mZ"
"""65 characters."""
MARKUP = "<b>&\"'</b>"


def register(browser: Browser, path: str = "/register", **details: str) -> Page:
    return browser.submit(path, **(CAROL | details))


@pytest.fixture
def inviting(harness_with: HarnessWith) -> AppHarness:
    """A house that takes new customers with a code."""
    return harness_with(new_accounts=NewAccounts("invite", chosen=True))


def code_from(harness: AppHarness) -> str:
    return harness.operators().make_invites(1)[0]


# The form


def test_carol_makes_an_account_and_finds_her_first_sip_account(browser: Browser) -> None:
    page = register(browser)
    assert (page.h1, page.notes) == ("Sign in", ["The account carol is made. You can sign in now."])
    page = page.submit(username="carol", password=PASSWORD)
    assert page.names == ["carol"]
    assert f"carol@{DOMAIN}" in page.text


def test_everything_that_carol_typed_is_stored(harness: AppHarness, browser: Browser) -> None:
    chosen = {"country": "Ireland", "security_question": SECURITY_QUESTIONS[4], "time_zone": TIME_ZONE_NAMES[50]}
    register(browser, **chosen, web_site="https://carol.example.org", email_address=" Carol@Example.ORG ")
    stored = harness.customer("carol")
    assert stored is not None
    assert {name: getattr(stored, name) for name in chosen} == chosen
    assert (stored.first_name, stored.last_name, stored.city) == ("Carol", "Example", "Galway")
    assert (stored.web_site, stored.email_address) == ("https://carol.example.org", "carol@example.org")
    assert stored.admin_id is None


def test_the_form_has_the_twelve_fields_in_their_order_with_their_defaults(browser: Browser) -> None:
    page = browser.open("/register")
    fields = [
        control.get("name") for control in page.all("//main//form//*[self::input or self::select][not(@type='hidden')]")
    ]
    assert fields == [
        "first_name",
        "last_name",
        "email_address",
        "customer_username",
        "customer_password",
        "retyped_password",
        "security_question",
        "security_answer",
        "city",
        "country",
        "time_zone",
        "web_site",
    ]
    assert page.value("country") == "Australia"
    assert page.value("security_question") == "What is your mother's maiden name?"
    assert page.value("time_zone") == "(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London"


def test_the_lists_offer_the_spellings_that_records_store(browser: Browser) -> None:
    page = browser.open("/register")
    assert tuple(page.options("security_question")) == SECURITY_QUESTIONS
    assert tuple(page.options("country")) == tuple(COUNTRIES)
    assert tuple(page.options("time_zone")) == tuple(TIME_ZONE_NAMES)


def test_cancel_leads_back_to_the_sign_in(browser: Browser) -> None:
    assert browser.open("/register").follow("Cancel").h1 == "Sign in"


# What is refused


def test_every_missing_field_is_told_at_its_place_at_once(harness: AppHarness, browser: Browser) -> None:
    page = register(browser, **dict.fromkeys(CAROL, ""))
    assert (page.status, page.errors) == (422, NOBODY)
    assert "There are 7 problems." in page.notes[0]
    assert "CreateCustomer" not in harness.calls


def test_a_form_without_any_fields_is_refused_the_same_way(browser: Browser) -> None:
    page = browser.post("/register", {"csrf_token": browser.token()})
    assert (page.status, page.errors) == (422, NOBODY)


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("first_name", "x" * 65, "The first name can have at most 64 characters."),
        ("last_name", "x" * 65, "The last name can have at most 64 characters."),
        ("city", "x" * 65, "The city can have at most 64 characters."),
        ("web_site", "x" * 257, "The web site can have at most 256 characters."),
        ("email_address", "carol", "This is not an e-mail address. One looks like name@example.org."),
        ("email_address", "ca rol@example.org", "This is not an e-mail address. One looks like name@example.org."),
        ("email_address", "c@" + "x" * 62 + ".org", "The e-mail address can have at most 64 characters."),
        ("customer_username", "caro", "The username needs 5 to 20 characters."),
        ("customer_username", "x" * 21, "The username needs 5 to 20 characters."),
        ("customer_username", "carol.example", "The username has a character that is not allowed. Use letters, digits, _ and -."),
        ("customer_username", "càrol", "The username has a character that is not allowed. Use letters, digits, _ and -."),
        ("customer_username", "Dispatcher9", "Names with “dispatcher” in them are reserved."),
    ],
)  # fmt: skip
def test_each_rule_is_told_at_its_field_and_what_was_typed_stays(
    browser: Browser, field: str, typed: str, error: str
) -> None:
    page = register(browser, **{field: typed})
    assert (page.status, page.errors) == (422, {field: error})
    expected = CAROL | {field: typed}
    for name in ("first_name", "last_name", "email_address", "customer_username", "city", "country"):
        assert page.value(name) == expected.get(name, "Australia")


@pytest.mark.parametrize(
    ("password", "retyped", "errors"),
    [
        ("12345", "12345", {"customer_password": "The password needs 6 to 64 characters."}),
        (TOO_LONG, TOO_LONG, {"customer_password": "The password needs 6 to 64 characters."}),
        ("h4rb0urs9", "h4rb0urs9", {"customer_password": TOO_SHORT}),
        ("password123", "password123", {"customer_password": COMMON}),
        ("carolcarol", "carolcarol", {"customer_password": COMMON}),
        (PASSWORD, "n1ghtingale", {"retyped_password": "The two passwords differ. Type the same one twice."}),
        (PASSWORD, "", {"retyped_password": "The two passwords differ. Type the same one twice."}),
    ],
)
def test_the_password_is_long_enough_or_hard_to_guess_and_typed_twice_alike(
    browser: Browser, password: str, retyped: str, errors: dict[str, str]
) -> None:
    page = register(browser, customer_password=password, retyped_password=retyped)
    assert (page.status, page.errors) == (422, errors)
    assert (page.value("customer_password"), page.value("retyped_password")) == ("", "")
    assert "Type it again" in page.text


@pytest.mark.parametrize("password", ["aK7#pV2q", TOO_LONG[1:]])
def test_a_short_password_that_is_hard_to_guess_is_taken_and_a_long_one(browser: Browser, password: str) -> None:
    register(browser, customer_password=password, retyped_password=password)
    assert browser.sign_in("carol", password).h1 == "SIP accounts"


@pytest.mark.parametrize("password", ["harbour", "carolcarol"])
def test_in_front_of_another_service_its_own_rule_is_the_only_one(mysql_front: Front, password: str) -> None:
    browser = mysql_front.harness.browser()
    page = register(browser, customer_password=TOO_LONG, retyped_password=TOO_LONG)
    assert page.errors == {"customer_password": "The password needs 6 to 20 characters."}
    assert "64" not in page.text
    page = register(browser, customer_password=password, retyped_password=password)
    assert page.notes == ["The account carol is made."]


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("customer_username", "This username is taken. Choose another one."),
        ("email_address", "Another account has this e-mail address."),
    ],
)
def test_what_somebody_else_has_is_told_at_its_field(
    harness: AppHarness, browser: Browser, field: str, error: str
) -> None:
    taken = {"customer_username": "ALICE", "email_address": "Alice@example.org"}
    page = register(browser, **{field: taken[field]})
    assert (page.status, page.errors) == (422, {field: error})
    assert page.value(field) == taken[field]
    assert harness.customer("carol") is None


@pytest.mark.parametrize("field", ["country", "security_question", "time_zone"])
def test_a_choice_that_no_list_offers_is_refused_in_plain_words(
    harness: AppHarness, browser: Browser, field: str
) -> None:
    page = browser.force("/register", {field: "Atlantis"}, **CAROL)
    assert (page.status, page.errors) == (422, {field: "What was chosen is not in the list any more. Choose again."})
    assert harness.customer("carol") is None


@pytest.mark.parametrize(
    "field", ["first_name", "last_name", "email_address", "customer_username", "city", "web_site", "security_answer"]
)
def test_a_control_character_is_refused(harness: AppHarness, browser: Browser, field: str) -> None:
    page = browser.force("/register", {field: CAROL.get(field, "") + "\x08" + "x"}, **CAROL)
    assert page.status == 422
    assert harness.customer("carol") is None


def test_markup_is_stored_and_shown_as_the_text_that_it_is(harness: AppHarness, browser: Browser) -> None:
    texts = {"first_name": MARKUP, "last_name": MARKUP, "city": MARKUP, "web_site": MARKUP}
    refused = register(browser, **texts, customer_username="")
    assert {name: refused.value(name) for name in texts} == texts
    refused.submit(
        customer_username="carol", customer_password=PASSWORD, retyped_password=PASSWORD, security_answer="x"
    )
    browser.sign_in("carol")
    page = browser.open("/account")
    assert {name: page.value(name) for name in texts} == texts


def test_rights_that_somebody_adds_to_the_form_are_not_given(harness: AppHarness, browser: Browser) -> None:
    browser.force("/register", {"admin_id": "*", "admin_member_id": "*", "suspended": "y", "id": str(uuid4())}, **CAROL)
    stored = harness.customer("carol")
    assert stored is not None
    assert (stored.admin_id, stored.admin_member_id, stored.suspended) == (None, None, False)


def test_sending_the_form_twice_makes_one_customer_and_says_what_happened(
    harness: AppHarness, browser: Browser
) -> None:
    page = browser.open("/register")
    page.submit(**CAROL)
    again = page.submit(**CAROL)
    assert again.errors == {"customer_username": "This username is taken. Choose another one."}
    assert len(harness.stored_accounts("carol")) == 1


@pytest.mark.parametrize(
    "policy", [NewAccounts("closed", chosen=True), NewAccounts("limit", 1, chosen=True)], ids=["closed", "full"]
)
def test_where_nobody_is_taken_the_form_says_so_and_keeps_what_was_typed(
    harness_with: HarnessWith, policy: NewAccounts
) -> None:
    harness = harness_with(new_accounts=policy)
    page = register(harness.browser())
    assert (page.status, page.notes) == (422, ["This service takes no new accounts at the moment."])
    assert page.value("first_name") == "Carol"
    assert harness.customer("carol") is None


# Too many


def test_more_than_thirty_new_accounts_an_hour_from_an_address_have_to_wait(
    harness: AppHarness, browser: Browser
) -> None:
    for number in range(AN_HOUR):
        page = register(browser, email_address="alice@example.org", customer_username=f"carol-{number}")
        assert page.status == 422
    page = register(browser)
    assert (page.status, page.h1, page.response.headers["Retry-After"]) == (429, "Too many tries", "3600")
    assert "Too many new accounts were asked for from this address. Try again in 1 h. Nothing was saved." in page.text
    assert "Galway" in page.text
    assert harness.customer("carol") is None
    register(harness.browser(REMOTE_ADDR="127.0.0.2"))
    assert harness.customer("carol") is not None


def test_more_than_thirty_invite_codes_an_hour_from_an_address_have_to_wait(inviting: AppHarness) -> None:
    browser, code = inviting.browser(), code_from(inviting)
    for _ in range(AN_HOUR):
        assert browser.submit("/login", invite_code=code).h1 == "Create an account"
    page = browser.submit("/login", invite_code=code)
    assert (page.status, page.response.headers["Retry-After"]) == (429, "3600")
    assert "Too many invite codes were tried from this address." in page.text
    inviting.clock.pass_(hours=1)
    assert browser.submit("/login", invite_code=code).h1 == "Create an account"


def test_in_front_of_another_service_the_portal_counts_by_visitor(mysql_front: Front) -> None:
    browser = mysql_front.harness.browser()
    for number in range(AN_HOUR):
        register(browser, customer_username=f"carol-{number}", email_address=f"carol-{number}@example.org")
    mysql_front.service.asked.clear()
    assert register(browser).status == 429
    assert not mysql_front.service.calls("CreateCustomer")
    elsewhere = mysql_front.harness.browser(REMOTE_ADDR="127.0.0.2")
    assert register(elsewhere).notes == ["The account carol is made."]


# Invite codes


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("", "Enter the invite code that you were given."),
        ("let-me-in", "This is not an invite code."),
        ("{1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a11}", "This is not an invite code."),
        ("1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f7a11", "This invite code is not known."),
        ("<b>1</b>", "This is not an invite code."),
        ("x" * 10_000, "This is not an invite code."),
        ("1c1f7d4e-6a0b-4c55-9d0e-2f8f0b6f\x077a1", "The control character U+0007 cannot be stored."),
    ],
)
def test_a_code_that_cannot_be_used_is_told_at_its_field(inviting: AppHarness, code: str, error: str) -> None:
    page = inviting.browser().submit("/login", invite_code=code)
    assert page.status == 422
    assert page.errors["invite_code"].startswith(error)
    assert page.value("invite_code") == code


def test_a_good_code_leads_to_the_form_and_is_spent_with_it(inviting: AppHarness) -> None:
    browser, code = inviting.browser(), code_from(inviting)
    page = browser.submit("/login", invite_code=f" {code.upper()} ")
    assert page.h1 == "Create an account"
    page = page.submit(**CAROL)
    assert page.notes == ["The account carol is made. You can sign in now."]
    spent = browser.submit("/login", invite_code=code)
    assert spent.errors["invite_code"].startswith("This invite code has been used.")


def test_a_code_is_carried_through_a_form_that_was_refused(inviting: AppHarness) -> None:
    page = inviting.browser().submit("/login", invite_code=code_from(inviting))
    refused = page.submit(**(CAROL | {"city": ""}))
    assert {*refused.errors} == {"city"}
    made = refused.submit(
        city="Galway", customer_password=PASSWORD, retyped_password=PASSWORD, security_answer="n1ghtingale"
    )
    assert made.h1 == "Sign in"


def test_looking_at_a_code_does_not_spend_it(inviting: AppHarness) -> None:
    code = code_from(inviting)
    for _ in range(2):
        assert inviting.browser().submit("/login", invite_code=code).h1 == "Create an account"


def test_without_a_code_nobody_fills_in_the_form_for_nothing(inviting: AppHarness) -> None:
    page = inviting.browser().open("/register")
    assert (page.path, page.notes) == ("/login", ["An account needs an invite code here. Check yours first."])
    assert inviting.customer("carol") is None


def test_two_people_with_one_code_make_one_account(inviting: AppHarness) -> None:
    code = code_from(inviting)
    first, second = inviting.browser(), inviting.browser()
    page = first.submit("/login", invite_code=code)
    late = second.submit("/login", invite_code=code)
    page.submit(**CAROL)
    refused = late.submit(**(CAROL | {"customer_username": "carola", "email_address": "carola@example.org"}))
    assert refused.status == 422
    assert "This invite code has been used." in refused.notes[0]
    assert inviting.customer("carola") is None
