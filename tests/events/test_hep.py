"""Kamailio's datagrams are read, and junk is refused."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipsorcery_web.events.hep import HepError, parse

from .wire import ENGINE, HER_PHONE, NOON, datagram, hep, hep_chunks


def test_a_message_comes_with_its_addresses_and_its_time() -> None:
    packet = parse(hep(b"INVITE", HER_PHONE, ENGINE, at=NOON + timedelta(microseconds=7)))

    assert (packet.source, packet.destination, packet.transport) == (HER_PHONE, ENGINE, "udp")
    assert (packet.payload, packet.time) == (b"INVITE", NOON + timedelta(microseconds=7))


@pytest.mark.parametrize(("protocol", "transport"), [(17, "udp"), (6, "tcp"), (22, "tls"), (132, "tcp")])
def test_the_transport_is_told(protocol: int, transport: str) -> None:
    assert parse(hep(b"INVITE", protocol=protocol)).transport == transport


def test_addresses_of_ipv6_stand_in_brackets() -> None:
    packet = parse(hep(b"INVITE", "[2001:db8::1]:5060", "[2001:db8::2]:5061"))

    assert (packet.source, packet.destination) == ("[2001:db8::1]:5060", "[2001:db8::2]:5061")


def test_chunks_that_nobody_knows_are_passed_over() -> None:
    chunks = hep_chunks(b"INVITE", HER_PHONE, ENGINE)

    assert parse(datagram((99, b"new"), *chunks)).payload == b"INVITE"


@pytest.mark.parametrize("kind", [2, 3, 4, 7, 8, 9, 10, 11, 15])
def test_a_message_without_what_it_needs_is_refused(kind: int) -> None:
    chunks = [chunk for chunk in hep_chunks(b"INVITE", HER_PHONE, ENGINE) if chunk[0] != kind]

    with pytest.raises(HepError):
        parse(datagram(*chunks))


def test_what_is_no_sip_is_refused() -> None:
    chunks = [(kind, bytes([100]) if kind == 11 else value) for kind, value in hep_chunks(b"log", HER_PHONE, ENGINE)]

    with pytest.raises(HepError):
        parse(datagram(*chunks))


@given(st.one_of(st.binary(), st.binary().map(lambda junk: b"HEP3" + junk)))
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(HepError):
        parse(junk)


@given(st.data())
def test_a_datagram_with_a_byte_changed_is_read_or_refused(data: st.DataObject) -> None:
    good = bytearray(hep(b"INVITE sip:bob@example.org SIP/2.0"))
    good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))

    with suppress(HepError):
        parse(bytes(good))


@given(st.integers(0, 200))
def test_a_datagram_that_was_cut_is_refused(length: int) -> None:
    whole = hep(b"INVITE sip:bob@example.org SIP/2.0")

    with pytest.raises(HepError):
        parse(whole[: min(length, len(whole) - 1)])
