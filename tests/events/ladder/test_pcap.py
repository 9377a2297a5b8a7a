"""The capture file of a ladder; tshark and sngrep are what opens it."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from sipsorcery_web.events.event import Event, EventType
from sipsorcery_web.events.ladder.pcap import capture_of, checksum_of, datagram_of
from tests.factories.events import SERVICE, noted, refused_call, request, response, traced

FIELDS = ("frame.time_epoch", "ip.src", "ipv6.src", "udp.srcport", "ip.dst", "ipv6.dst", "udp.dstport")
needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
needs_sngrep = pytest.mark.skipif(shutil.which("sngrep") is None, reason="sngrep is not installed")
V6 = "[2001:db8::7]:5080"


def opened(folder: Path, events: list[Event], *asked: str) -> list[str]:
    """The words of tshark about the capture of some events, a line each."""
    path = folder / "call.pcap"
    path.write_bytes(capture_of(events))
    checking = ("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
    done = subprocess.run(
        ["tshark", "-n", "-r", path, *checking, *asked], capture_output=True, text=True, check=True, timeout=60
    )
    assert [line for line in done.stderr.splitlines() if "Running as user" not in line] == []
    return done.stdout.splitlines()


def fields(*names: str) -> list[str]:
    return ["-T", "fields", *(part for name in names for part in ("-e", name))]


@needs_tshark
def test_tshark_reads_the_same_messages_at_the_same_times_between_the_same_ends(tmp_path: Path) -> None:
    lines = opened(tmp_path, refused_call(), *fields(*FIELDS, "sip.Request-Line", "sip.Status-Line"))

    assert len(lines) == 12
    assert lines[0].split("\t") == [
        *("1795435200.000000000", "203.0.113.41", "", "5060", "192.0.2.1", "", "5060"),
        *("INVITE sip:bob@sip.example.org SIP/2.0", ""),
    ]
    assert lines[-2].split("\t")[0] == "1795435208.601000000"
    assert lines[-2].split("\t")[-1] == "SIP/2.0 486 Busy Here"


@needs_tshark
def test_tshark_has_nothing_to_warn_of(tmp_path: Path) -> None:
    shortened = request().replace("a=sendrecv\r\n", "")
    events = [*refused_call(), traced(request(), 9, V6, "[2001:db8::1]:5060"), traced(shortened, 10)]

    assert opened(tmp_path, events, "-Y", "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0") == []
    assert opened(tmp_path, events, "-Y", '_ws.expert.severity == "Warning" || _ws.expert.severity == "Error"') == []
    assert len(opened(tmp_path, events, "-Y", "udp.checksum.status == 1 && sip")) == 14


@needs_tshark
@pytest.mark.parametrize("hidden", ["Authorization: ***", "Proxy-Authorization: ***", "Identity: ***", "***"])
def test_tshark_has_nothing_to_warn_of_where_something_is_hidden(tmp_path: Path, hidden: str) -> None:
    text = request(body="").replace("Max-Forwards: 70", f"Max-Forwards: 70\r\n{hidden}")

    assert opened(tmp_path, [traced(text)], "-Y", "_ws.malformed") == []
    assert b": ***" in datagram_of(text) or b"Digest ***" in datagram_of(text)


@needs_tshark
def test_ends_that_are_no_addresses_and_of_two_families_still_make_a_file(tmp_path: Path) -> None:
    events = [traced(request(), 0, "", "somewhere"), traced(request(), 1, V6, SERVICE), traced("x", 2)]

    assert [line.split("\t")[1:3] for line in opened(tmp_path, events, *fields(*FIELDS))] == [
        ["0.0.0.0", ""],
        ["", "2001:db8::7"],
        ["203.0.113.41", ""],
    ]


@needs_sngrep
def test_sngrep_lists_the_call(tmp_path: Path) -> None:
    path = tmp_path / "call.pcap"
    path.write_bytes(capture_of(refused_call()))
    done = subprocess.run(
        ["sngrep", "-N", "-q", "-I", path, "-O", tmp_path / "again.pcap"],
        capture_output=True,
        check=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm"},
    )

    assert done.returncode == 0
    assert (tmp_path / "again.pcap").read_bytes().count(b"486 Busy Here") == 2


def test_only_messages_are_in_it_the_earliest_first() -> None:
    late, early = traced(response("200 OK"), 2), traced(request(), 1)
    capture = capture_of([late, noted(EventType.NewCall, "a call"), early])

    assert capture.index(b"INVITE sip") < capture.index(b"200 OK")
    assert b"a call" not in capture
    assert struct.unpack("<IHHiIII", capture[:24]) == (0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)


def test_the_length_of_a_body_is_that_of_what_is_left_of_it() -> None:
    wire = datagram_of(request().replace("a=sendrecv\r\n", ""))
    head, _, body = wire.partition(b"\r\n\r\n")

    assert f"Content-Length: {len(body)}".encode() in head
    assert datagram_of("OPTIONS sip:a SIP/2.0\nl: 9\n\n") == b"OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n"


def test_the_checksum_is_that_of_the_example_in_rfc_1071() -> None:
    assert checksum_of(bytes.fromhex("0001f203f4f5f6f7")) == ~0xDDF2 & 0xFFFF


def test_a_message_as_long_as_may_be_is_cut_to_what_a_datagram_holds() -> None:
    assert len(capture_of([traced("x" * 70_000)])) == 24 + 16 + 14 + 20 + 8 + 65_487
