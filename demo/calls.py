"""Calls that are made up: their numbers are of ranges that no telephone has, their hours those of an office."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sipsorcery_web.service.store.models import SIPCDRRow, SIPDialogueRow

from .people import Person

SEED = 20120415
DAYS = 30
DUBLIN = ZoneInfo("Europe/Dublin")
SHARE_OF_DAY = (1.0, 1.0, 1.0, 1.0, 1.0, 0.2, 0.07)
"""How much of a working day's calls each day of the week has, Monday first."""
HOURS = {8: 6, 9: 12, 10: 12, 11: 11, 12: 8, 13: 7, 14: 11, 15: 11, 16: 10, 17: 8, 18: 3, 19: 1}
TO_THE_FRONT = 0.6
PROXY, GATEWAY, OFFICE = "192.0.2.5:5060", "198.51.100.20:5060", "203.0.113.41:5060"

CALLERS = (
    ("Oonagh Brady", "+35315550163"),
    ("Fionn Daly", "+35315550120"),
    ("Dental Supplies Ltd", "+35315550141"),
    ("Máire Ní Bhriain", "+35315550188"),
    ("Tadhg Walsh", "+35315550104"),
    ("Aoife O'Shea", "+35315550109"),
    ("", "+35315550176"),
    ("", "+35315550162"),
    ("", "+442079460912"),
    ("Whitfield Ltd", "+441614960017"),
    ("Anonymous", "anonymous"),
)
CALLED = ("015550198", "015550177", "015550134", "015550102", "015550119", "015550121", "02079460911", "01614960016")


@dataclass(frozen=True)
class Outcome:
    """The end of a call: the final answer and how often that happens; `way` is the direction that it is limited to."""

    status: int
    reason: str
    weight: float
    rings: tuple[int, int] = (0, 0)
    hung_up: str | None = None
    way: str = ""


ANSWERED = Outcome(200, "OK", 86, (2, 15))
OUTCOMES = (
    ANSWERED,
    Outcome(486, "Busy Here", 5, (1, 3)),
    Outcome(487, "Request Terminated", 4.2, (6, 28), "Client cancelled"),
    Outcome(480, "Temporarily Unavailable", 2.3, way="In"),
    Outcome(404, "Not Found", 1.5, way="Out"),
    Outcome(403, "Forbidden", 1.2, way="Out"),
)
HANG_UPS = ("Client dialogue hungup", "Server dialogue hungup")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call between a line and somebody outside."""

    id: UUID
    owner: str
    domain: str
    line: str
    direction: str
    name: str
    number: str
    started: datetime
    rang: int
    talked: int
    outcome: Outcome = ANSWERED
    hung_up: str = HANG_UPS[0]

    @property
    def answered(self) -> datetime:
        """Return when the final answer came."""
        return self.started + timedelta(seconds=self.rang)

    @property
    def ends(self) -> datetime:
        """Return when the call is over."""
        return self.answered + timedelta(seconds=self.talked)

    @property
    def line_uri(self) -> str:
        """The address of the line."""
        return f"sip:{self.line}@{self.domain}"

    @property
    def outside_uri(self) -> str:
        """The address of the other side."""
        host = (
            "anonymous.invalid" if self.number == "anonymous" else "sip.northline.example"
        )  # RFC 3323, section 4.1.1.3
        return f"sip:{self.number}@{host}"

    @property
    def outside(self) -> str:
        """The other side as headers write it."""
        return f'"{self.name}" <{self.outside_uri}>' if self.name else f"<{self.outside_uri}>"


def history(person: Person, now: datetime) -> Iterator[Call]:
    """Every call that the person's lines had in the last days; a day has the same ones whenever it is asked for."""
    today = now.astimezone(DUBLIN).date()
    for days_ago in range(DAYS - 1, -1, -1):
        calls = _calls_on(today - timedelta(days=days_ago), person)
        yield from (call for call in calls if call.ends < now)


def new_call(random: Random, person: Person, lines: Sequence[str], answered: datetime, talked: int) -> Call:
    """A call of one of these lines that was answered at that moment and lasts so many seconds."""
    call = _call(random, person, lines, answered, ANSWERED)
    return replace(call, started=answered - timedelta(seconds=call.rang), talked=talked)


def cdr_of(call: Call) -> SIPCDRRow:
    """Return the call record of a call that is over."""
    is_in = call.direction == "In"
    to_user, to_host = (call.line, call.domain) if is_in else (call.number, "sip.northline.example")
    from_header = call.outside if is_in else f"<{call.line_uri}>"
    was_answered = call.outcome is ANSWERED
    return SIPCDRRow(
        id=call.id,
        owner=call.owner,
        answered_reason=call.outcome.reason,
        answered_status=call.outcome.status,
        answered_time=call.answered,
        bridge_id=str(call.id) if was_answered else None,
        call_direction=call.direction,
        call_id=f"{call.id.hex}@192.0.2.5",
        created=call.started,
        dst=to_user,
        dst_host=to_host,
        dst_uri=f"sip:{to_user}@{to_host}",
        duration=call.talked,
        from_header=f"{from_header};tag={call.id.hex[:8]}",
        from_name=call.name if is_in else None,
        from_user=call.number if is_in else call.line,
        hungup_reason=call.hung_up if was_answered else call.outcome.hung_up,
        hungup_time=call.ends if was_answered or call.outcome.hung_up else None,
        in_progress_reason="Ringing" if call.rang else None,
        in_progress_status=180 if call.rang else 0,
        in_progress_time=call.started if call.rang else None,
        inserted=call.ends,
        local_socket=PROXY,
        remote_socket=GATEWAY,
        ring_duration=call.rang if was_answered else 0,
    )


def legs_of(call: Call) -> tuple[SIPDialogueRow, SIPDialogueRow]:
    """A call in progress: the leg that came in and the leg that it was bridged with."""
    outside = f"sip:{call.number}@{GATEWAY}", call.outside
    line = f"sip:{call.line}@{OFFICE}", f"<{call.line_uri}>"
    caller, called = (outside, line) if call.direction == "In" else (line, outside)
    return _leg(call, "In", 1, *caller), _leg(call, "Out", 2, *called)


def _leg(call: Call, direction: str, number: int, target: str, user_field: str) -> SIPDialogueRow:
    return SIPDialogueRow(
        id=UUID(int=call.id.int ^ number, version=4),
        owner=call.owner,
        bridge_id=str(call.id),
        cdr_id=str(call.id),
        cseq=number,
        call_id=f"{call.id.hex[:16]}-{number}@192.0.2.5",
        direction=direction,
        inserted=call.answered + timedelta(milliseconds=number),
        local_tag=f"l{call.id.hex[:8]}",
        remote_tag=f"r{call.id.hex[8:16]}",
        proxy_sip_socket=PROXY,
        remote_target=target,
        remote_user_field=user_field,
        switchboard_description=None,
        transfer_mode="NotAllowed",
    )


def _calls_on(day: date, person: Person) -> Sequence[Call]:
    random = Random(f"{SEED} {person.username} {day}")
    average = person.calls_a_day * SHARE_OF_DAY[day.weekday()]
    count = round(random.uniform(0.75, 1.25) * average + random.random() / 2)
    calls = (_call(random, person, person.usable, _moment(random, day), None) for _ in range(count))
    return sorted(calls, key=lambda call: call.started)


def _moment(random: Random, day: date) -> datetime:
    hour = random.choices(list(HOURS), list(HOURS.values()))[0]
    local = datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), DUBLIN)
    return local.astimezone(UTC)


def _call(random: Random, person: Person, lines: Sequence[str], started: datetime, outcome: Outcome | None) -> Call:
    direction = random.choices(["In", "Out"], [62, 38])[0]
    name, number = random.choice(CALLERS) if direction == "In" else ("", random.choice(CALLED))
    outcome = outcome or _outcome(random, direction)
    return Call(
        id=UUID(int=random.getrandbits(128), version=4),
        owner=person.username,
        domain=person.domain,
        line=_line(random, person, lines, direction),
        direction=direction,
        name=name,
        number=number,
        started=started,
        rang=random.randint(*outcome.rings),
        talked=_seconds(random) if outcome is ANSWERED else 0,
        outcome=outcome,
        hung_up=random.choice(HANG_UPS),
    )


def _line(random: Random, person: Person, lines: Sequence[str], direction: str) -> str:
    front = [name for name in person.front if name in lines]
    if direction == "In" and front and random.random() < TO_THE_FRONT:
        return random.choice(front)
    return random.choice([name for name in lines if direction == "In" or person.may_call(name)] or lines)


def _outcome(random: Random, direction: str) -> Outcome:
    possible = [outcome for outcome in OUTCOMES if outcome.way in ("", direction)]
    return random.choices(possible, [outcome.weight for outcome in possible])[0]


def _seconds(random: Random) -> int:
    """Return how long people talk: mostly a few minutes, now and then an hour."""
    return min(3600, 20 + int(random.expovariate(1 / 190)))
