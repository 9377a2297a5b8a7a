"""The parties of a call, read from SIP headers."""

import pytest

from sipsorcery_web.portal.ui.sip_parties import Party, bridge_of, party_at, party_of

from ..areas.calls.strangers import HOSTILE


@pytest.mark.parametrize(
    ("header", "party"),
    [
        (
            '"Oonagh Brady" <sip:+35315550163@northline.example>;tag=1',
            Party("Oonagh Brady", "+35315550163", "northline.example"),
        ),
        ("Oonagh <sips:o@h:5061;transport=tls>;tag=1", Party("Oonagh", "o", "h:5061")),
        ("<sip:o@h>", Party("", "o", "h")),
        ("sip:o@h;tag=1", Party("", "o", "h")),
        ("o@h", Party("", "o", "h")),
        ("sip:h", Party("", "", "h")),
        (r'"say \"hi\" \\ <there>" <sip:o@h>', Party('say "hi" \\ <there>', "o", "h")),
        ('"never closed <sip:o@h>', Party('"never closed', "o", "h")),
        ("<tel:+35315550163;phone-context=x>", Party("", "", "+35315550163")),
        ("<sip:o:secret@h>", Party("", "o", "h")),
        ("<sip:o;x=1@h?Subject=a%40b>", Party("", "o;x=1", "h")),
        ("<sip:o@[2001:db8::1]:5060>", Party("", "o", "[2001:db8::1]:5060")),
        ("", Party("", "", "")),
        (None, Party("", "", "")),
        ("<>", Party("", "", "")),
        ("anonymous caller", Party("", "", "anonymous caller")),
    ],
)
def test_a_header_is_a_name_and_an_address(header: str | None, party: Party) -> None:
    assert party_of(header) == party


@pytest.mark.parametrize(
    "text", [*HOSTILE, "<" * 1024, '"' * 1024, "\\" * 1024, '"' + "\\" * 1023, "@" * 9, ";;;", "sip:"]
)
def test_nothing_is_too_odd_to_be_shown(text: str) -> None:
    for party in (party_of(text), party_at(text), party_of(f'"{text}" <sip:{text}@{text}>')):
        assert isinstance(party.address, str)


@pytest.mark.parametrize("uri", ["gibberish, comma", "a b@c"])
def test_an_address_that_cannot_be_read_is_shown_as_it_came(uri: str) -> None:
    assert party_at(uri).address == uri


@pytest.mark.parametrize(
    ("bridge_id", "bridge"),
    [
        (None, None),
        ("", None),
        ("00000000-0000-0000-0000-000000000000", None),
        ("5D1F1D36-6A5B-4A0E-8C0C-9A3F8D1B7C21", "5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21"),
    ],
)
def test_the_zero_id_joins_nothing(bridge_id: str | None, bridge: str | None) -> None:
    assert bridge_of(bridge_id) == bridge
