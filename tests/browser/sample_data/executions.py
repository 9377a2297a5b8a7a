"""Executions of dial plans, of calls that are over."""

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from sipsorcery_web.calls.executions import Executions
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.dial_plans.call_executions import CallExecution, RungDial, RungLeg
from sipsorcery_web.dial_plans.calls import Call, Plan
from sipsorcery_web.dial_plans.dial_strings import Options
from sipsorcery_web.dial_plans.execution import Execution
from sipsorcery_web.dial_plans.journal import Entry
from sipsorcery_web.dial_plans.legs import Leg
from sipsorcery_web.dial_plans.outcomes import Dialling
from sipsorcery_web.service.store.models import SIPCDRRow

if TYPE_CHECKING:
    from ..scenes import Scene

ANSWERED = 200


def furnish(scene: "Scene") -> None:
    """Give one call a plan that rang three legs, one after two; the scene knows the record by then."""
    with scene.portal.database.read() as session:
        own = select(SIPCDRRow).where(SIPCDRRow.owner == scene.owner, SIPCDRRow.answered_status == ANSWERED)
        record = session.scalars(own.order_by(SIPCDRRow.created.desc()).limit(1)).one()
    scene.call_with_plan = record.id
    keyring = Keyring.load(scene.portal.keeper.folder / "instance" / "keys")
    Executions(scene.portal.database, keyring).keep([_execution(scene, record)])


def _execution(scene: "Scene", record: SIPCDRRow) -> CallExecution:
    started, name = record.created.timestamp(), scene.plan.dial_plan_name or ""
    script = scene.plan.dial_plan_script or ""
    accounts = [f"{line.name}@{scene.portal.domain}" for line in scene.users.lines[:2]]
    desk, phone = (Leg(kind="account", name=each, uri=f"sip:{each}", account=each) for each in accounts)
    user, header = record.dst or "", record.from_header or ""
    mobile = Leg(
        kind="provider",
        name=f"{user}@blueline-trunk",
        uri=f"sip:{user}@sip.blueline.example",
        provider="blueline-trunk",
        options=Options(delay=5, from_user="014400142", follows_redirects=True),
    )
    first = (
        RungLeg(leg=desk, start=0.0, end=3.4, state="failed", status=486, reason="Busy Here"),
        RungLeg(leg=mobile, start=3.4, end=20.0, state="rang"),
    )
    second = (RungLeg(leg=phone, start=0.0, end=5.9, state="answered", status=200, reason="OK"),)
    call = Call(user=user, direction="in", from_name=record.from_name or "", from_user=record.from_user or "")
    entries = [
        Entry.of("bindings", accounts[0].split("@"), ["sip:desk@203.0.113.41:5060"]),
        Entry.of("read_value", ["mode of the day"], "at lunch"),
        Entry.of("dial", [], {"state": "TimedOut"}),
        Entry.of("send_mail", [["it@harbour-dental.example"], f"Missed: {user}"[:100]], ""),
        Entry.of("dial", [], {"is_pending": True}),
    ]
    return CallExecution(
        id=uuid4(),
        plan_id=scene.plan.id,
        call_id=record.call_id,
        cdr_id=record.id,
        execution=Execution(
            Plan(owner=scene.owner, name=name, script=script, is_ruby=True), call, started, "5eed", entries
        ),
        dials=(
            RungDial(
                at=started, dialling=Dialling(groups=(), ring_seconds=20), legs=first, seconds=20, state="TimedOut"
            ),
            RungDial(
                at=started + 20,
                dialling=Dialling(groups=(), ring_seconds=180, answered_seconds=3600),
                legs=second,
                seconds=5.9,
                state="Answered",
            ),
        ),
        log=(f"call from {header} to {user}", "desk busy, trying Niamh"),
        lines=(2, 4, 5, 7, 8, 10, 11, 13, 15, 18, 19, 20, 25),
        ended_at=record.created,
    )
