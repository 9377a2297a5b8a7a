import pytest
from sqlalchemy import text

from sipsorcery_web.contract.errors import SessionExpired
from sipsorcery_web.portal.ui.password_strength import COMMON, TOO_SHORT
from sipsorcery_web.service.context import ServiceContext
from tests.conftest import ServiceFixture
from tests.factories import PASSWORD

from .conftest import Run

DETAILS = ("--email", "carol@example.org", "--first-name", "Carol", "--last-name", "Example", "--city", "Galway")
SECRETS = ("--security-answer", "teal", "--password", PASSWORD)


def test_customers_are_listed_with_what_marks_them(run: Run, service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice
    assert service_fixture.bob
    assert service_fixture.administrator
    run("customers", "suspend", "bobby")

    assert run("customers", "list").output.splitlines() == [
        "alice\talice@example.org",
        "bobby\tbobby@example.org\tsuspended",
        "root-admin\troot-admin@example.org\tadministrator",
    ]


def test_where_nobody_is_the_list_is_empty(run: Run) -> None:
    result = run("customers", "list")

    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(("option", "admin_id"), [((), None), (("--admin",), "*")])
def test_a_customer_is_created(
    run: Run, service_fixture: ServiceFixture, option: tuple[str, ...], admin_id: str | None
) -> None:
    result = run("customers", "create", "Carol", *DETAILS, *SECRETS, *option)

    assert (result.exit_code, result.output) == (0, "carol is made.\n")
    carol = service_fixture.client(service_fixture.token_of("carol")).customer("carol")
    assert (carol.admin_id, carol.city, carol.email_address) == (admin_id, "Galway", "carol@example.org")


def test_what_was_not_given_is_asked_for_and_the_password_is_not_shown(
    run: Run, service_fixture: ServiceFixture
) -> None:
    answers = f"carol@example.org\nCarol\nExample\nGalway\nteal\n{PASSWORD}\n{PASSWORD}\n"
    result = run("customers", "create", "carol", input=answers)

    assert result.exit_code == 0
    assert "Repeat for confirmation" in result.output
    assert PASSWORD not in result.output
    assert service_fixture.token_of("carol")


@pytest.mark.parametrize(
    ("username", "change", "sentence"),
    [
        ("alice", {}, "The requested username is already in use please try a different one."),
        (
            "carol",
            {"carol@example.org": "alice@example.org"},
            "The email address is already associated with an account.",
        ),
        ("carol", {PASSWORD: "short"}, "The password length must be between 6 and 64."),
        ("carol", {"Galway": "\x07"}, "The control character U+0007 cannot be stored."),
    ],
)
def test_a_refusal_is_a_sentence(
    run: Run, service_fixture: ServiceFixture, username: str, change: dict[str, str], sentence: str
) -> None:
    assert service_fixture.alice
    words = [change.get(word, word) for word in (*DETAILS, *SECRETS)]
    result = run("customers", "create", username, *words)

    assert (result.exit_code, result.output) == (1, f"Error: {sentence}\n")


def test_a_customer_is_suspended_and_resumed(run: Run, service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice

    assert run("customers", "suspend", "alice", "--reason", "unpaid").output == "alice is suspended.\n"
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()
    assert run("customers", "resume", "alice").output == "alice may sign in again.\n"
    assert service_fixture.token_of("alice")


def test_an_address_that_no_link_has_confirmed_is_marked_and_confirmed(
    run: Run, service_context: ServiceContext, service_fixture: ServiceFixture
) -> None:
    service_fixture.someone("alice")
    with service_context.database.write() as session:
        session.execute(text("UPDATE customers SET email_address_confirmed = false"))
    assert run("customers", "list").output == "alice\talice@example.org\tnot confirmed\n"
    assert run("customers", "confirm", "alice").output == "The e-mail address of alice counts as confirmed.\n"
    assert service_fixture.stranger.login("alice", PASSWORD)


def test_a_customer_gets_a_new_password(run: Run, service_fixture: ServiceFixture) -> None:
    alice = service_fixture.alice
    result = run("customers", "set-password", "alice", input="closesesame8\nclosesesame8\n")

    assert "The password of alice is changed; its sessions have ended." in result.output
    assert "closesesame8" not in result.output
    assert service_fixture.token_of("alice", "closesesame8")
    with pytest.raises(SessionExpired):
        alice.sip_accounts.count()


@pytest.mark.parametrize(
    ("password", "sentence"), [("password1234", COMMON), ("Password1", COMMON), ("rosegate", TOO_SHORT)]
)
@pytest.mark.parametrize("verb", ["create", "set-password"])
def test_a_password_that_forms_refuse_is_refused_here_too(
    run: Run, service_fixture: ServiceFixture, verb: str, password: str, sentence: str
) -> None:
    assert service_fixture.alice
    words = ("carol", *DETAILS, "--security-answer", "teal") if verb == "create" else ("alice",)
    result = run("customers", verb, *words, "--password", password)

    assert (result.exit_code, result.output) == (1, f"Error: {sentence}\n")
    assert "carol" not in run("customers", "list").output
    assert service_fixture.token_of("alice"), "she has her password as before"


def test_a_customer_is_deleted_once_that_is_confirmed(run: Run, service_fixture: ServiceFixture) -> None:
    assert service_fixture.alice

    assert run("customers", "delete", "alice", input="n\n").exit_code == 1
    assert service_fixture.token_of("alice")
    assert run("customers", "delete", "alice", input="y\n").output.endswith("alice is deleted.\n")
    assert run("customers", "list").output == ""


OPTIONS = {"set-password": ("--password", PASSWORD), "delete": ("--yes",)}


@pytest.mark.parametrize("verb", ["suspend", "resume", "set-password", "delete"])
def test_a_customer_who_is_not_there_is_named(run: Run, verb: str) -> None:
    result = run("customers", verb, "mallory", *OPTIONS.get(verb, ()))

    assert (result.exit_code, result.output) == (1, "Error: There is no customer 'mallory'.\n")
