"""The lines of the console, as they are read and saved."""

from zoneinfo import ZoneInfo

from sipsorcery_web.events.event import EventServer, EventType
from sipsorcery_web.events.lines import line_of

from .samples import INVITE, event, trace


def test_a_line_tells_type_time_part_and_text() -> None:
    assert line_of(event("Calling bob.", "alice"), False) == "DialPlan 12:00:00:117 AppServer(11): Calling bob.\r\n"


def test_the_top_level_administrator_sees_the_owners() -> None:
    assert line_of(event("x", "bobby", "alice"), True) == "DialPlan 12:00:00:117 AppServer(11) alice, bobby: x\r\n"
    assert line_of(event("x"), True) == "DialPlan 12:00:00:117 AppServer(11): x\r\n"


def test_a_message_begins_on_the_next_line_and_keeps_its_own() -> None:
    assert line_of(trace(INVITE, "alice"), False) == (
        "FullSIPTrace 12:00:00:117 SIPProxy(1): udp 203.0.113.41:5061 to 192.0.2.5:5060\r\n" + INVITE
    )


def test_a_text_that_is_no_message_cannot_pretend_to_be_another_line() -> None:
    forged = event("one\r\nDialPlan 12:00:00:000 AppServer(11): two\u2028three\x0bfour")
    assert line_of(forged, False) == (
        "DialPlan 12:00:00:117 AppServer(11): one\r\n"
        "  DialPlan 12:00:00:000 AppServer(11): two[U+2028]three[U+000B]four\r\n"
    )


def test_control_characters_are_harmless_wherever_they_stand() -> None:
    odd = trace("\x1b[2J\x07INVITE\u202e sip:a", "al\x1bice", source="\x1b[31m", server=EventServer.Registrar)
    line = line_of(odd, True)
    assert "\x1b" not in line
    assert "[U+001B][2J[U+0007]INVITE[U+202E] sip:a" in line
    assert "al[U+001B]ice" in line


def test_the_time_is_that_of_a_zone() -> None:
    late = event("x", type=EventType.NewCall)
    assert line_of(late, False, ZoneInfo("Asia/Kolkata")).startswith("NewCall 17:30:00:117 ")
