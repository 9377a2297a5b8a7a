"""The messages of a call with as many kinds of rows and as long names as a ladder may have."""

from dataclasses import replace

from sipsorcery_web.events.event import Event, EventType
from tests.factories.events import SERVICE, noted, refused_call, request, response, traced

PHONE = "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:50600"
TRUNK = "192.0.2.66:5060"
THROUGH = {"via": f"SIP/2.0/UDP {SERVICE};branch=z9hG4bK4", "branch": "z9hG4bK4", "cseq": "2"}
LONG_NUMBER = "00353871550142;phone-context=northern-harbour-dental-practice.example"
LOGGED = "Line 12: sys.Dial('00353871550142@blueline-trunk') after the office hours of the northern harbour"


def call_of(owner: str) -> list[Event]:
    """A call of somebody's to a phone that is busy, after a provider has failed and a plan has said so."""
    forwarded = request(uri=f"sip:{LONG_NUMBER}@{TRUNK}", **THROUGH)
    attempt = [
        noted(EventType.DialPlan, LOGGED, 1.532),
        traced(forwarded, 1.533, SERVICE, TRUNK),
        traced(forwarded, 2.033, SERVICE, TRUNK),
        traced(response("503 Service Unavailable until the trunk is paid for", **THROUGH), 2.04, TRUNK, SERVICE),
        traced(request(method="OPTIONS", body="", cseq="9", branch="z9hG4bK5"), 2.1, SERVICE, SERVICE),
        traced(request(method="MESSAGE", body="", cseq="8", branch="z9hG4bK6"), 2.2, PHONE, SERVICE),
        traced(response("200 OK", method="MESSAGE", cseq="8", branch="z9hG4bK6"), 2.3, SERVICE, PHONE),
    ]
    events = sorted([*refused_call(), *attempt], key=lambda each: each.time)
    return [replace(each, owners=frozenset({owner})) for each in events]
