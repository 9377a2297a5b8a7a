"""The page for those who write a client of their own."""

import json
import shlex
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from sipsorcery_web.contract.scopes import SCOPES
from sipsorcery_web.dial_plans.outcomes import Ended, Progress
from sipsorcery_web.portal.areas import developers
from sipsorcery_web.portal.areas.developers import (
    FILES,
    FILES_IN_JSON,
    OAUTH_COMMANDS,
    REFUSAL,
    SAMPLE_ADDRESS,
    SAMPLE_ADDRESS_IN_JSON,
    SOURCE,
)
from sipsorcery_web.rest.acts import ACTS
from sipsorcery_web.rest.routes import ROUTES
from tests.oauth.program import BACK, VERIFIER, OAuthProgram

from ..app_harness import AppHarness
from ..browser import Browser, Page, words
from ..genuine import Front

HarnessWith = Callable[..., AppHarness]
SAMPLES = {
    SOURCE / language / name for files in (FILES, FILES_IN_JSON) for language, names in files.items() for name in names
}
SCOPED = ", with the scope "
"""Stands in the name of each command for a resource."""
LATER = {"POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}
"""The order in which the commands for a resource are carried out, after those that read."""


def listings(page: Page) -> dict[str, str]:
    """The code on the page by its name."""
    return {words(page.one(f"//*[@id='{code.get('id')}-name']")): code.text_content() for code in page.all("//pre")}


def test_the_page_is_open_to_all_and_found_from_about_and_from_the_endpoint(browser: Browser) -> None:
    assert browser.open("/about").follow("samples for developers").h1 == "For developers"
    assert browser.open("/provisioning.svc").follow("Python, JavaScript, C# and curl").h1 == "For developers"


def test_who_has_signed_in_stays_in_the_frame(alice: Browser) -> None:
    assert "SIP accounts" in " ".join(alice.open("/developers").nav_items)


def test_every_sample_is_shown_as_it_stands_with_the_addresses_of_this_installation(browser: Browser) -> None:
    told = listings(browser.open("/developers")).items()
    shown = {name: text for name, text in told if "." in name and name not in OAUTH_COMMANDS}

    assert shown.keys() == {file.name for file in SAMPLES}
    for file in SAMPLES:
        text = file.read_text("utf-8").replace(SAMPLE_ADDRESS, "http://localhost/provisioning.svc")
        assert shown[file.name] == text.replace(SAMPLE_ADDRESS_IN_JSON, "http://localhost/api/v1")
    assert "sip.example.org" not in "".join(shown.values())


def test_every_command_of_oauth_can_be_run_as_it_stands(harness: AppHarness, alice: Browser) -> None:
    program = OAuthProgram(harness, harness.program("bobby"))
    commands = listings(alice.open("/developers"))
    variables = {"CLIENT_ID": program.id, "CODE": program.code_of(alice), "VERIFIER": VERIFIER, "ADDRESS": BACK}

    def run(name: str) -> dict[str, Any]:
        """Return what a command is answered."""
        _, address, *words = shlex.split(Template(commands[name]).substitute(variables))
        sent = dict(word.split("=", 1) for word in words if not word.startswith("-"))
        answer = harness.app.test_client().open(address, method="POST" if sent else "GET", data=sent or None)
        assert answer.status_code < 400 or answer.get_json()["error"] == "authorization_pending", answer.text
        told: dict[str, Any] = answer.get_json(silent=True) or {}
        variables.update({key.upper(): str(value) for key, value in told.items()})
        return told

    assert run("The description of the server")["issuer"] == "http://localhost"
    assert run("Tokens for a code")["access_token"] != run("New tokens")["access_token"]
    assert run("The end of a consent") == {}
    assert run("Codes for a device")["interval"] == 5
    assert run("Whether the customer has decided")["error"] == "authorization_pending"


def test_no_file_of_the_samples_is_left_out() -> None:
    code = {".py", ".js", ".html", ".json", ".cs", ".sh"}

    assert {path for path in SOURCE.rglob("*") if path.suffix in code and "node_modules" not in path.parts} == SAMPLES


def test_each_sample_says_how_it_is_used_with_an_address() -> None:
    for files, address in ((FILES, SAMPLE_ADDRESS), (FILES_IN_JSON, SAMPLE_ADDRESS_IN_JSON)):
        for language, names in files.items():
            texts = [(SOURCE / language / name).read_text("utf-8") for name in names]
            assert any(address in text for text in texts), language


def test_each_listing_can_be_copied_and_scrolled_with_keys(browser: Browser) -> None:
    page = browser.open("/developers")

    for code in page.all("//pre"):
        assert code.get("tabindex") == "0"
        assert len(page.all(f"//button[@data-copies='{code.get('id')}']")) == 1


def test_the_security_header_is_explained_in_three_sentences(browser: Browser) -> None:
    page = browser.open("/developers")
    explained = words(page.one("//section[@aria-labelledby='security-header']/p"))

    assert explained.count(". ") + 1 == 3
    assert 'xmlns="http://www.sipsorcery.com/security"' in listings(page)["In the envelope, before s:Body"]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "http://localhost/provisioning.svc"),
        ({"public_url": "https://sip.example.com/portal"}, "https://sip.example.com/portal/provisioning.svc"),
        ({"provisioning_url": "http://127.0.0.1:9/their.svc"}, "http://127.0.0.1:9/their.svc"),
    ],
)
def test_the_address_is_that_of_the_service_in_use(
    harness_with: HarnessWith, settings: dict[str, str], address: str
) -> None:
    page = harness_with(users=False, **settings).browser().open("/developers")

    assert words(page.all("//main//dd")[0]) == address
    assert f"customer.py {address} alice" in listings(page)["customer.py"]


def test_a_sample_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        developers.init_app(Flask(__name__), "", source=tmp_path)


# Resources


def commands(page: Page) -> list[list[str]]:
    """The words of each command for a resource, in the order of the page."""
    return [shlex.split(text) for name, text in listings(page).items() if SCOPED in name]


def method_of(command: list[str]) -> str:
    return command[command.index("-X") + 1] if "-X" in command else "GET"


def turn_of(command: list[str]) -> tuple[int, int]:
    """The turn of a command: what is added last is deleted first."""
    method = method_of(command)
    return LATER.get(method, 0), -len(command[-1].split("/")) if method == "DELETE" else 0


def by_noun(found: list[list[str]]) -> list[list[list[str]]]:
    """The commands for each resource."""
    return [list(group) for _, group in groupby(found, key=lambda command: command[-1].split("/")[5])]


def carried_out(harness: AppHarness, command: list[str], variables: dict[str, str]) -> TestResponse:
    """Ask what a command of curl asks, with the reader's variables in it."""
    filled = [Template(word).safe_substitute(variables) for word in command]
    headers = dict(filled[place + 1].split(": ", 1) for place, word in enumerate(filled) if word == "-H")
    body = filled[filled.index("-d") + 1] if "-d" in filled else None
    return harness.app.test_client().open(filled[-1], method=method_of(filled), headers=headers, data=body)


def test_every_operation_of_the_description_has_a_command(browser: Browser) -> None:
    asked = {(method_of(command), command[-1]) for command in commands(browser.open("/developers"))}
    address = "http://localhost/api/v1"
    there = {(route.method, route.path) for route in ROUTES} | {(act.method, act.path) for act in ACTS}
    named = {(method, path.replace("{id}", "$ID").replace("{case_id}", "$CASE_ID")) for method, path in there}
    assert asked == {(method, address + path) for method, path in named}


@pytest.mark.usefixtures("sip_engine")
def test_each_command_does_what_it_says(harness: AppHarness, browser: Browser) -> None:
    things = harness.one_of_each("alice")
    harness.plan_service.ruby = lambda execution, world: Progress(outcome=Ended(code=486, reason="Busy here"))
    harness.provider("alice", "redline", register_enabled=True, register_contact="sip:a@sip.example.org")
    token = harness.access_token("alice", "reader", scopes=" ".join(SCOPES)).token or ""
    harness.service_fixture.alice.sip_accounts.delete(
        next(each for each in harness.service_fixture.alice.sip_accounts.page() if each.sip_username == "front-desk")
    )
    harness.bind(harness.account("alice", "consult-room"))
    for commands_of_one in by_noun(commands(browser.open("/developers"))):
        variables = {"SIPSORCERY_TOKEN": token, "CASE_ID": str(things["case_id"])}
        for command in sorted(commands_of_one, key=turn_of):
            if "$ID" in command[-1] and "ID" not in variables:
                listed = carried_out(harness, commands_of_one[0], variables).get_json()
                variables["ID"] = listed["items"][0]["id"]
            answer = carried_out(harness, command, variables)
            assert answer.status_code in (200, 201, 204), (command, answer.text)
            if answer.status_code == 201:
                variables["CASE_ID" if "cases" in command[-1] else "ID"] = answer.get_json()["id"]
            variables["ETAG"] = answer.headers.get("ETag") or variables.get("ETAG", "")


def test_the_first_requests_lead_from_a_token_to_an_account_that_is_gone_again(
    harness: AppHarness, browser: Browser
) -> None:
    token = harness.access_token("alice", "reader", scopes="accounts:read accounts:write").token or ""
    shown = listings(browser.open("/developers"))
    variables = {"SIPSORCERY_TOKEN": token}
    for step in ("List your SIP accounts", "Add one", "Change it", "Delete it"):
        answer = carried_out(harness, shlex.split(shown[step]), variables)
        assert answer.status_code in (200, 201, 204), (step, answer.text)
        if step == "Add one":
            variables |= {"ID": answer.get_json()["id"], "ETAG": answer.headers["ETag"]}

    command = shlex.split(shown["Add one"])
    refused = carried_out(harness, [word.replace('"front-desk"', '"desk"') for word in command], variables)
    varying = {"title": "", "request_id": ""}
    assert refused.get_json() | varying == json.loads(REFUSAL) | varying


def test_in_front_of_another_service_no_resource_is_offered(mysql_front: Front) -> None:
    page = mysql_front.harness.browser().open("/developers")
    assert commands(page) == []
    assert "JSON" not in page.text
