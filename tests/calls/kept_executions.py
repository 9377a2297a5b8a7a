"""Executions of calls as they are kept."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sipsorcery_web.dial_plans.call_executions import CallExecution, RungDial, RungLeg
from sipsorcery_web.dial_plans.dial_strings import Options
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.journal import Entry, digest_of
from sipsorcery_web.dial_plans.legs import Leg, Sender
from sipsorcery_web.dial_plans.outcomes import Dialling
from tests.dial_plans.worlds import call, plan

PLAN = UUID("00000000-0000-4000-8000-000000000001")
CALL_ID = "a84b4c76e66710@192.0.2.1"

BLUELINE = Leg(
    kind="provider",
    name="100@blueline",
    uri="sip:100@sip.blueline.example",
    options=Options(delay=2, follows_redirects=True, switchboard=(("swo", "bob"),)),
    sender=Sender(name="A. Smith"),
    provider="blueline",
    username="auth1",
    headers=(("X-Line", "1"),),
)
BOB = Leg(
    kind="credentials", name="bob@sip.example.net", uri="sip:bob@sip.example.net", username="a1", password="leg-secret"
)


def running(began: datetime, owner: str = "alice", /, **more: Any) -> CallExecution:
    """An execution that rings two legs."""
    started = began.timestamp()
    legs = (RungLeg(leg=BLUELINE, start=0.0), RungLeg(leg=BOB))
    values: dict[str, Any] = {
        "id": uuid4(),
        "plan_id": PLAN,
        "call_id": CALL_ID,
        "execution": Execution(
            plan('sys.Dial("blueline & bob@sip.example.net")', owner=owner),
            call(headers=(("X-Door", "front"),)),
            started,
            "a seed",
            [Entry("read_value", digest_of(["mode"]), "night"), Entry("dial", digest_of([]), {"is_pending": True})],
        ),
        "dials": (RungDial(at=started, dialling=Dialling(groups=((BLUELINE, BOB),), ring_seconds=60), legs=legs),),
        "log": ("The mode is night.",),
        "notes": {"legs": {"1": "z9hG4bK"}},
    }
    return CallExecution(**(values | more))
