"""The rules of programs, and which addresses browsers are sent back to."""

import pytest

from sipsorcery_web.contract.oauth import Program
from sipsorcery_web.contract.rules.programs import is_redirect_address, is_registered, program_violations
from sipsorcery_web.contract.wire_types import ZERO_ID

OWN = ("http://127.0.0.1/back", "http://[::1]/back", "http://127.0.0.1:8080/back?a=b")


@pytest.mark.parametrize(
    "address", ["https://app.example.org/back", "https://app.example.org", "https://app.example.org:8443/a?b=c", *OWN]
)
def test_browsers_are_sent_back_over_https_or_to_their_own_machine(address: str) -> None:
    assert is_redirect_address(address)
    assert is_registered([address], address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://app.example.org/back",
        "http://localhost/back",
        "http://127.0.0.2/back",
        "http://127.0.0.1.evil.example/back",
        "http://127.0.0.1@evil.example/back",
        "http://127.0.0.1:80@evil.example/",
        "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1:0/back",
        "http://127.0.0.1:99999/back",
        "http://127.0.0.1:x/back",
        "http://[::1/back",
        "https://user:password@app.example.org/back",
        "https://app.example.org/back#part",
        "https://app.example.org/ba ck",
        "https://app.example.org/back\n",
        "https://app.exämple.org/back",
        "https:///back",
        "https:back",
        "https://*/back",
        "https://app.example.org;sandbox/back",
        "https://app.example.org,evil.example/back",
        "https://app.example.org:/back",
        "https://app..example.org/back",
        "https://[2001:db8::1]/back",
        "//app.example.org/back",
        "ftp://app.example.org/back",
        "myapp://back",
        "javascript:alert(1)",
        "data:text/html,x",
        f"https://app.example.org/{'x' * 255}",
    ],
)
def test_browsers_are_sent_nowhere_else(address: str) -> None:
    assert not is_redirect_address(address)
    assert not is_registered([address], address)


@pytest.mark.parametrize("registered", OWN[:2])
def test_on_the_own_machine_the_port_is_the_programs_choice(registered: str) -> None:
    assert is_registered([registered], registered.replace("/back", ":49152/back"))
    assert is_registered([registered.replace("/back", ":1/back")], registered)


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/back", "http://127.0.0.1/other"),
        ("http://127.0.0.1/back", "http://127.0.0.1/back?x"),
        ("http://127.0.0.1/back", "http://127.0.0.1:49152/back/"),
        ("http://127.0.0.1/back", "http://[::1]/back"),
        ("http://127.0.0.1/back", "http://127.0.0.1:99999/back"),
        ("http://127.0.0.1/back", "https://127.0.0.1:49152/back"),
        ("https://app.example.org/back", "https://app.example.org:49152/back"),
        ("https://app.example.org/back", "https://app.example.org:443/back"),
        ("https://app.example.org/back", "https://app.example.org/Back"),
        ("https://app.example.org/back", "https://app.example.org/back/.."),
        ("https://127.0.0.1/back", "https://127.0.0.1:49152/back"),
    ],
)
def test_otherwise_an_address_is_the_one_that_was_registered_character_by_character(
    registered: str, asked: str
) -> None:
    assert not is_registered([registered], asked)


def violated(**facts: object) -> set[str]:
    """The fields of a program that break a rule."""
    program = Program(**({"id": ZERO_ID, "name": "Desk", "owner": "alice", "takes_device_codes": True} | facts))  # type: ignore[arg-type]
    return {violation.field for violation in program_violations(program)}


def test_a_program_needs_a_name_and_a_way_to_be_allowed() -> None:
    assert violated() == set()
    assert violated(name=" ") == {"name"}
    assert violated(name="x" * 65) == {"name"}
    assert violated(takes_device_codes=False) == {"redirect_addresses"}
    assert violated(redirect_addresses=("http://app.example.org",)) == {"redirect_addresses"}
    assert violated(redirect_addresses=("https://app.example.org",) * 11) == {"redirect_addresses"}
    assert violated(redirect_addresses=("https://app.example.org",) * 10, takes_device_codes=False) == set()
