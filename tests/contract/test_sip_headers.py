"""Header fields of SIP messages, read and written."""

import pytest

from sipsorcery_web.contract.sip_headers import name_and_uri, one_line, read_headers, uri_in


def test_headers_are_read_in_their_order_and_with_their_long_names() -> None:
    block = "v: SIP/2.0/UDP 192.0.2.7\r\nX-Odd : folded\r\n\tover lines\nf:<sip:alice@example.org>\r\nno header\r\n: x"

    assert read_headers(block) == [
        ("Via", "SIP/2.0/UDP 192.0.2.7"),
        ("X-Odd", "folded over lines"),
        ("From", "<sip:alice@example.org>"),
        ("", "x"),
    ]


def test_a_text_on_one_line_begins_no_other_header() -> None:
    assert one_line("x\r\nEvil: yes\0\x7f") == "x Evil: yes "


@pytest.mark.parametrize(
    ("value", "name", "uri"),
    [
        ("<sip:bob@example.org;x=1>;q=1, <sip:eve@example.org>", "", "sip:bob@example.org;x=1"),
        ("sip:bob@example.org;q=1", "", "sip:bob@example.org"),
        ('"Bob, the \\"<b>\\"" <sip:bob@example.org>', 'Bob, the "<b>"', "sip:bob@example.org"),
        ("Bob Brown <sip:bob@example.org>", "Bob Brown", "sip:bob@example.org"),
        ("", "", ""),
    ],
)
def test_the_first_address_counts_and_what_is_in_its_name_is_none(value: str, name: str, uri: str) -> None:
    assert name_and_uri(value) == (name, uri)
    assert uri_in(value) == uri
