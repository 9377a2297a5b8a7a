"""Calls in progress and CDRs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sipsorcery_web.service.store.models import SIPCDRRow, SIPDialogueRow
from tests.factories.rows import cdr_values, leg_values

if TYPE_CHECKING:
    from ..scenes import Scene

NOON = datetime(2026, 11, 12, 14, 2, tzinfo=UTC)
TO_BE_FOUND = "0871550198"
LONG_NAME = "Zahnärztliche Gemeinschaftspraxis am nördlichen Hafen " * 2
LONG_USER = "zahnaerztlichegemeinschaftspraxisamnoerdlichenhafen" * 2
LONG_HOST = "telephones.of-the-third-department.north-west.example-holding.example.org"


@dataclass(frozen=True)
class Past:
    """A call that is over: minutes ago, way, who called whom, what came of it, seconds of ringing and of talk."""

    minutes: int
    way: str
    caller: str
    callee: str
    answer: tuple[int, str] = (200, "OK")
    rang: int = 6
    talked: int = 0
    hangup: str = "Client dialogue hungup"


@dataclass(frozen=True)
class Going:
    """A call with its two legs, each with the address at its other end."""

    seconds: int
    caller: str
    callee: str
    limit: int = 0


PAST = (
    Past(3, "In", '"Oonagh Brady" <sip:+35315550163@northline-dublin>', "front-desk-1@{domain}", talked=192),
    Past(11, "Out", "<sip:front-desk-2@{domain}>", f"{TO_BE_FOUND}@northline-dublin", (486, "Busy Here"), 2, 0, ""),
    Past(17, "Out", "<sip:billing-1@{domain}>", "0215550177@blueline-trunk", (403, "Forbidden"), 0, 0, ""),
    Past(22, "In", "<sip:+442079460912@northline-dublin>", "front-desk-1@{domain}", talked=48, hangup="Local hungup"),
    Past(
        40,
        "In",
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "after-hours-answering-service@{domain}",
        (487, "Request Terminated"),
        22,
        0,
        "Client cancelled",
    ),
    Past(57, "Out", "<sip:consult-room-a@{domain}>", "hygienist-2@{domain}", rang=3, talked=3319),
    Past(
        120,
        "In",
        "<sip:+35315550188@northline-dublin>",
        "consult-room-b@{domain}",
        (480, "Temporarily Unavailable"),
        0,
        0,
        "",
    ),
    Past(151, "Out", "<sip:lab-technician@{domain}>", "0215550102@northline-dublin", rang=14, talked=260),
    Past(1200, "In", '"Fionn Daly" <sip:+353871550120@northline-dublin>', "front-desk-2@{domain}", talked=126),
    Past(1215, "Out", "<sip:front-desk-1@{domain}>", "0151234567890@northline-dublin", (404, "Not Found"), 0, 0, ""),
    Past(1231, "Out", "<sip:front-desk-2@{domain}>", "0868550121@northline-dublin", rang=11, talked=7509),
)
GOING = (
    Going(754, '"Oonagh Brady" <sip:+35315550163@northline-dublin>', "front-desk-1@{domain}"),
    Going(38, "<sip:front-desk-2@{domain}>", "0862550134@northline-dublin", limit=3600),
)
LONG_PAST = tuple(
    Past(
        300 * number,
        ("In", "Out")[number % 2],
        f'"{LONG_NAME}" <sip:{LONG_USER}@{LONG_HOST}>',
        f"{LONG_USER}{TO_BE_FOUND}@{LONG_HOST}:50600",
        ((480, "Vorübergehend nicht erreichbar, " * 16), (200, "OK"), (403, "Dienstverweigerungsgrund" * 20))[
            number % 3
        ],
        talked=360_000,
        hangup="Verbindungsabbruchsgrund" * 21,
    )
    for number in range(1, 27)
)
LONG_GOING = (
    Going(360_000, f'"{LONG_NAME}" <sip:{LONG_USER}@{LONG_HOST}>', f"{LONG_USER}@{LONG_HOST}:50600", limit=720_000),
)


def furnish(scene: "Scene") -> None:
    """Put them there for the scene's owner."""
    is_practice = scene.users.owner == "harbour"
    past, going = (PAST, GOING) if is_practice else (LONG_PAST, LONG_GOING)
    with scene.portal.database.write() as session:
        session.add_all(_record(scene, each) for each in past)
        session.add_all(leg for each in going for leg in _legs(scene, each))


def _record(scene: "Scene", past: Past) -> SIPCDRRow:
    began = NOON - timedelta(minutes=past.minutes)
    answered = began + timedelta(seconds=past.rang)
    caller, callee = (text.format(domain=scene.portal.domain) for text in (past.caller, past.callee))
    name, _, address = caller.rpartition(" ")
    values = cdr_values(
        scene.owner,
        began,
        answered_reason=past.answer[1],
        answered_status=past.answer[0],
        answered_time=answered,
        bridge_id="5d1f1d36-6a5b-4a0e-8c0c-9a3f8d1b7c21" if past.minutes in (3, 22, 300, 600) else None,
        call_direction=past.way,
        call_id="3c26700c57f1-nduxozlz9q2m@203.0.113.41",
        dst=callee.partition("@")[0][:128],
        dst_host=callee.partition("@")[2],
        dst_uri=f"sip:{callee};transport=tls",
        duration=past.talked,
        from_header=f"{caller};tag=as58f4201b",
        from_name=name.strip('"'),
        from_user=address.removeprefix("<sip:").partition("@")[0][:128],
        hungup_reason=past.hangup or None,
        hungup_time=answered + timedelta(seconds=past.talked),
        in_progress_reason="Ringing" if past.rang else None,
        in_progress_status=180 if past.rang else 0,
        in_progress_time=began + timedelta(seconds=1) if past.rang else None,
        inserted=answered + timedelta(seconds=past.talked),
        remote_socket="tls:[2001:db8:85a3:8d3:1319:8a2e:370:7348]:50601",
        ring_duration=past.rang,
    )
    return SIPCDRRow(**values)


def _legs(scene: "Scene", going: Going) -> Iterator[SIPDialogueRow]:
    since = datetime.now(UTC) - timedelta(seconds=going.seconds)
    bridge = str(uuid4())
    caller, callee = (text.format(domain=scene.portal.domain) for text in (going.caller, going.callee))
    ends: tuple[dict[str, Any], ...] = (
        {"direction": "In", "remote_user_field": caller, "remote_target": "sip:4f2a@203.0.113.41:5060;ob"},
        {"direction": "Out", "remote_user_field": f"<sip:{callee}>", "remote_target": f"sip:{callee}"},
    )
    for number, end in enumerate(ends):
        values = leg_values(
            scene.owner,
            since + timedelta(milliseconds=number),
            bridge_id=bridge,
            call_duration_limit=going.limit,
            call_id="3c26700c57f1-nduxozlz9q2m@203.0.113.41",
            hangup_at=since + timedelta(seconds=going.limit) if going.limit else None,
            **end,
        )
        yield SIPDialogueRow(**values)
