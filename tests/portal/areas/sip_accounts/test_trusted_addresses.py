"""Expressions for trusted addresses: what they let in, and that no expression can keep the portal busy."""

import pytest

from sipsorcery_web.portal.areas.sip_accounts import trusted_addresses
from sipsorcery_web.portal.areas.sip_accounts.trusted_addresses import complaint, tried, trusts_everybody

ENDLESS = r"(\d|\d\d|[^a])*(\d|\d\d|[^b])*(\d|\d\d|[^c])*(\d|\d\d|[^d])*\1\2\3q"
CALLER = "203.0.113.41:5060"


@pytest.mark.parametrize(
    ("expression", "address"),
    [
        (r"^203\.0\.113\.41:", CALLER),
        (r"113", CALLER),
        (r":5060$", CALLER),
        (r"^203\.0\.113\.41:5060$", "203.0.113.41"),
        (r"^203", "  203.0.113.41 "),
        (r"^(?<net>203\.0)\.113", CALLER),
        (r"^\[2001:db8::", "[2001:DB8:0::1]:5061"),
        (r"(?i)^\[2001:DB8::1\]:5060$", "[2001:db8::1]"),
        (r"^203(?=\.0\.)", CALLER),
    ],
)
def test_an_address_that_the_expression_is_found_in_is_let_in(expression: str, address: str) -> None:
    trial = tried(expression, address)
    assert trial.outcome == "in"
    assert trial.words.endswith(" matches: it is let in without a password.")


@pytest.mark.parametrize(
    ("expression", "address"),
    [(r"^203\.0\.113\.41:", "203.0.113.4:5060"), (r"^113", CALLER), (r":5061$", CALLER), (r"^203$", CALLER)],
)
def test_of_any_other_the_password_is_asked(expression: str, address: str) -> None:
    assert tried(expression, address).words == f"{address} does not match: the password is asked."


@pytest.mark.parametrize(
    "typed",
    ["", "203.0.113", "300.1.1.1:5060", "203.0.113.41:0", "203.0.113.41:65536", "203.0.113.41:", "sip.example.org:5060",
     "2001:db8::1", "[2001:db8::g]:5060", "٢٠٣.0.113.41:5060", "x" * 10_000, "1" * 10_000],
)  # fmt: skip
def test_what_is_no_address_is_not_tried(typed: str) -> None:
    trial = tried("^203", typed)
    assert (trial.outcome, trial.words) == ("unclear", "Type an address and a port, such as 203.0.113.41:5060.")


@pytest.mark.parametrize("expression", ["", None])
def test_without_an_expression_the_password_is_asked(expression: str | None) -> None:
    assert tried(expression, CALLER).outcome == "nothing"


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        (r"^203\.0\.113\.(4[0-9]:", "the bracket at character 15 is never closed"),
        ("((a)", "the bracket at character 1 is never closed"),
        (r"\((a", "the bracket at character 3 is never closed"),
        ("[(](a", "the bracket at character 4 is never closed"),
        ("a)", "the bracket at character 2 was never opened"),
        ("a(b[c", "the square bracket at character 4 is never closed"),
        ("[]abc", "the square bracket at character 1 is never closed"),
        ("*a", "there is nothing to repeat at character 1"),
        ("a**", "what stands at character 3 repeats twice"),
        ("203\\", "the backslash at its end escapes nothing"),
        ("(?P<x", "missing > at character 6"),
        ("(?R)*", "it calls itself, which .NET does not know"),
        ("(a(?1)?)", "it calls itself, which .NET does not know"),
        ("x" * 257, "it has more than 256 characters"),
    ],
)
def test_an_expression_that_cannot_be_read_is_told_with_the_place(expression: str, wrong: str) -> None:
    assert complaint(expression) == wrong
    assert tried(expression, CALLER).words == f"The expression cannot be read: {wrong}."


@pytest.mark.parametrize(
    "expression", [None, "", "^203", "(?<net>203)", "[[:digit:]]", r"\p{L}", "(?>a)", "(?<!a)b", "x" * 256, r"(\d{1,3}\.){3}"]
)  # fmt: skip
def test_nothing_is_said_of_an_expression_that_can_be_read(expression: str | None) -> None:
    assert complaint(expression) is None


@pytest.mark.parametrize(
    "expression",
    ["a{99999999}", "((a{255}){255}){255}", "(?:[ab]{9999}){9999}", "((((((((a{9}){9}){9}){9}){9}){9}){9}){9})",
     "a{9}" + "{9}" * 50, "a{" + "9" * 200 + "}"],
)  # fmt: skip
def test_an_expression_that_would_fill_the_memory_is_not_read(expression: str) -> None:
    assert complaint(expression) == "it repeats a part more than 1000 times"
    assert not trusts_everybody(expression)


def test_an_expression_that_would_take_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusted_addresses, "LONGEST_TRIAL", 0.000_001)
    assert tried(ENDLESS, CALLER).words == "The expression took too long to try. Simplify it."
    assert not trusts_everybody(ENDLESS)


@pytest.mark.parametrize("expression", ["(a+)+$", r"(\d+)+\D$", "(.*)*(.*)*(.*)*(.*)*x", ENDLESS, "^(([0-9.]+)+)+!$"])
def test_the_well_known_traps_come_to_an_end(expression: str) -> None:
    assert tried(expression, "203.0.113.141:50607").outcome in ("asked", "unclear", "in")


@pytest.mark.parametrize("expression", [".", ".*", "", "^", r"\d", ":", r"^\d+\.\d+", "[0-9]+.", "203|.", "(?:)"])
def test_an_expression_that_matches_every_address_is_known(expression: str) -> None:
    assert trusts_everybody(expression) == bool(expression)


@pytest.mark.parametrize("expression", [None, "^203", r"^\[", "5060", "a", "(", r"^203\.0\.113\.", r"^\d\d\d\."])
def test_one_that_leaves_some_out_is_not(expression: str | None) -> None:
    assert not trusts_everybody(expression)
