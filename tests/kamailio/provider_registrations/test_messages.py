"""REGISTER requests and their answers."""

import pytest

from sipsorcery_web.kamailio.provider_registrations.messages import Binding, Reply

ID = "5e1f"
BINDING = Binding("line", "sip.northline.example", ID, "192.0.2.1:5060", "udp")


def reply(*lines: str) -> Reply:
    return Reply.read(200, "OK", "\r\n".join(lines) + "\r\n\r\n")


def headers(binding: Binding, **more: str) -> list[str]:
    return binding.headers(7, 3600, **more).splitlines()


def test_a_register_says_whose_address_is_where() -> None:
    assert headers(BINDING) == [
        "To: <sip:line@sip.northline.example>",
        "From: <sip:line@sip.northline.example>",
        f"Call-ID: {ID}@192.0.2.1:5060",
        "CSeq: 7 REGISTER",
        f"Contact: <sip:{ID}@192.0.2.1:5060>",
        "Expires: 3600",
    ]


def test_over_tcp_calls_are_to_come_over_tcp() -> None:
    binding = Binding("line", "h.example", ID, "192.0.2.1:5060", "tcp")

    assert binding.contact == f"sip:{ID}@192.0.2.1:5060;transport=tcp"


def test_a_name_becomes_no_other_address() -> None:
    binding = Binding("li ne@evil>\r\nX: y", "h.example", ID, "192.0.2.1:5060", "udp")

    assert headers(binding)[0] == "To: <sip:li%20ne%40evil%3E%0D%0AX:%20y@h.example>".replace("X:", "X%3A")


def test_a_header_becomes_no_other_header() -> None:
    binding = Binding("line", "h.example", ID, "192.0.2.1:5060", "udp", ["X-A: 1\r\nRoute: <sip:evil>"])

    assert headers(binding)[-1] == "X-A: 1 Route: <sip:evil>"


def test_a_reply_is_read_with_folded_lines_and_compact_names() -> None:
    found = reply("m : <sip:a@h>", "X-Long: one", "  two", "no header", "Expires:60")

    assert found.all("contact") == ["<sip:a@h>"]
    assert found.all("x-long") == ["one two"]
    assert found.granted(ID) == 60


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([f"Contact: <sip:{ID}@h>;expires=60", "Expires: 90"], 60),
        ([f'Contact: "x;expires=9" <sip:{ID}@h;expires=8>;q=1;Expires=60'], 60),
        ([f"Contact: <sip:phone@h>;expires=30, <sip:{ID}@h>;expires=60"], 60),
        (["Contact: <sip:rewritten@h>;expires=60"], 60),
        (["Contact: <sip:a@h>;expires=30, <sip:b@h>;expires=60", "Expires: 90"], 90),
        ([f"Contact: <sip:{ID}@h>", "Expires: 90"], 90),
        ([f"Contact: sip:{ID}@h;expires=60"], 60),
        (["Contact: *"], None),
        ([f"Contact: <sip:{ID}@h>;expires=soon", "Expires: soon"], None),
        (["Expires: 99999999999999999999"], 2**31 - 1),
        ([], None),
    ],
)
def test_how_long_a_registration_was_granted(lines: list[str], seconds: int | None) -> None:
    assert reply(*lines).granted(ID) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("120 (soon)", 120),
        ("120;duration=60", 120),
        ("-1", None),
        ("soon", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_how_long_the_provider_wants_to_be_left_alone(value: str, seconds: int | None) -> None:
    assert reply(f"Retry-After: {value}").retry_after == seconds


def test_the_contacts_that_a_registrar_lists() -> None:
    assert reply(f'Contact: "a,b" <sip:{ID}@h>, <sips:other@h>;q=0.5', "Contact: <sip:h>").contact_users == [
        ID,
        "other",
        "",
    ]


def test_a_phrase_is_told_without_what_cannot_be_printed() -> None:
    assert Reply(403, "No\x07 “business”\r").words == "403 No “business”"
