"""Calls that follow plans: their setup time, and how many a second there can be: `python -m bench.plan_calls`.

Call control and the plan service are processes of their own, as in production. The plan of alice's account dials bob's.
Setup times are of calls one after the other, taken in turns, so that what else the machine does is in all of them.

Calls come from customers in turn, each with a plan of the same text: the plan service runs 5 plans of one customer at
once and has the others wait, so that one customer alone would measure this limit. The processor time of each part is
told for each call that was offered, since it says more than the rate where the machine has other work too.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import update

from sipsorcery_web.dial_plans.ruby.image import ImageError, ImageFile
from sipsorcery_web.dial_plans.service.client import PlanService
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import CustomerRow, SIPDialPlanRow
from tests.factories import DOMAIN
from tests.factories.records import dial_plan
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.plans.call_control import call_control
from tests.kamailio.sipp import end_all
from tests.kamailio.user_agent import UserAgent
from tests.schemas import own_schema
from tests.services import POSTGRES

from .calls import Line
from .processes import cpu_seconds, own_cpu_seconds

HIS = f"burst-his@{DOMAIN}"
PLANS = {
    "lines": ("Asterisk", f"exten =~ .*,1,Dial({HIS})"),
    "ruby": ("Ruby", f'num = req.URI.User\nsys.Log "to #{{num}}"\nsys.Dial "{HIS}"'),
}
AT_ONCE = 10_000


def main() -> None:
    """Print the figures; it fails where a call did."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--setups", type=int, default=60, help="calls of each kind whose setup is timed")
    parser.add_argument("--sqlite", type=int, nargs="*", default=[120], help="calls a second")
    parser.add_argument("--postgresql", type=int, nargs="*", default=[100], help="calls a second")
    parser.add_argument("--plan", choices=PLANS, default="ruby", help="the plan of these")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--customers", type=int, default=8, help="who call in turn")
    asked = parser.parse_args()
    good = _measure("SQLite", "", asked, asked.sqlite) if asked.sqlite else True
    if asked.postgresql and os.environ.get(POSTGRES):
        with own_schema() as url:
            good = _measure("PostgreSQL", url, asked, asked.postgresql) and good
    sys.exit(0 if good else 1)


def _measure(store: str, url: str, asked: argparse.Namespace, rates: list[int]) -> bool:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        harness = stack.enter_context(KamailioHarness(folder, Passwords(), url).open())
        stack.callback(end_all)
        if asked.setups or asked.plan == "ruby":
            _prepare_ruby(harness)
        process = stack.enter_context(call_control(harness.settings))
        line = CustomersLine(harness, folder, asked.customers)
        _write_plans(harness, line.customers)
        print(store)
        if asked.setups:
            _print_setups(harness, asked.setups)
        for customer, username in line.customers.items():
            _follow(harness, username, asked.plan, customer)
        failed = 0
        for rate in rates:
            before = _processor_seconds(process.pid, harness)
            burst = line.burst(rate, asked.seconds)
            for name, seconds in _processor_seconds(process.pid, harness).items():
                used = (seconds - before[name]) / burst.calls * 1000
                print(f"{'':12}{name}: {used:.2f} ms of a processor for each call")
            failed += burst.failed
    return failed == 0


class CustomersLine(Line):
    """A line whose caller is a phone of another customer each time."""

    def __init__(self, harness: KamailioHarness, folder: Path, count: int) -> None:
        super().__init__(harness, folder)
        self.customers = {"alice": self.hers.username}
        for number in range(2, count + 1):
            customer = f"customer{number}"
            self.customers[customer] = harness.account(customer, f"burst-{customer}").sip_username or ""
        password = self.hers.password
        names = "\n".join(
            f"{name};[authentication username={name} password={password}]" for name in self.customers.values()
        )
        file = folder / "callers.csv"
        file.write_text(f"SEQUENTIAL\n{names}\n")
        self.callers = ["-inf", str(file)]
        self.talk = self.talk.replace(self.hers.username, "[field0]").replace("[authentication]", "[field1]")


def _processor_seconds(pid: int, harness: KamailioHarness) -> dict[str, float]:
    """The processor time of call control, a process with this id, of its child the plan service, and of the engine."""
    every, own, engine = cpu_seconds(pid), own_cpu_seconds(pid), harness.supervisor.process_id
    return {"call control": own, "plan service": every - own, "Kamailio": cpu_seconds(engine) if engine else 0.0}


def _print_setups(harness: KamailioHarness, count: int) -> None:
    kinds = ("", *PLANS)
    with UserAgent(harness, "setup-his", str(harness.account("bobby", "setup-his").sip_password)) as his:
        his.registers()
        for name, (kind, script) in PLANS.items():
            text = script.replace("burst-his", "setup-his")
            harness.client("alice").dial_plans.add(
                dial_plan(f"setup-{name}", dial_plan_script=text, script_type_description=kind)
            )
        callers = {kind: harness.account("alice", f"setup-{kind or 'none'}") for kind in kinds}
        for kind in PLANS:
            _follow(harness, f"setup-{kind}", f"setup-{kind}")
        times: dict[str, list[float]] = {kind: [] for kind in kinds}
        with ExitStack() as stack:
            agents = {
                kind: stack.enter_context(UserAgent(harness, f"setup-{kind or 'none'}", str(account.sip_password)))
                for kind, account in callers.items()
            }
            for _ in range(count):
                for kind, hers in agents.items():
                    times[kind].append(_setup(hers, his))
    for kind in kinds:
        ordered = sorted(times[kind])
        p50, p95 = statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.95)] * 1000
        print(f"{'':12}setup with {kind or 'no plan':8} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")


def _setup(hers: UserAgent, his: UserAgent) -> float:
    """Seconds from the INVITE with credentials to the one that the phone gets."""
    hers.starts_a_call(f"setup-his@{DOMAIN}")
    began = time.perf_counter()
    invite = his.hears("INVITE")
    took = time.perf_counter() - began
    his.replies(invite, 486, "Busy Here")
    hers.hears("INVITE", 486)
    return took


def _follow(harness: KamailioHarness, username: str, plan: str, customer: str = "alice") -> None:
    stored = harness.stored(customer, username)
    harness.client(customer).sip_accounts.update(stored.with_(out_dial_plan_name=plan))


def _write_plans(harness: KamailioHarness, customers: Iterable[str]) -> None:
    for customer in customers:
        for name, (kind, script) in PLANS.items():
            plan = dial_plan(name, dial_plan_script=script, script_type_description=kind)
            harness.client(customer).dial_plans.add(plan)
    with harness.kamailio.database.write() as session:
        session.execute(update(SIPDialPlanRow).values(max_execution_count=AT_ONCE))
        session.execute(update(CustomerRow).values(max_execution_count=AT_ONCE))


def _prepare_ruby(harness: KamailioHarness) -> None:
    """Have Ruby ready: the image that pytest's cache keeps, or a new one, which takes a minute."""
    plans: PlanService = harness.app.extensions["plan_service"]
    own = ImageFile(plans.supervisor.folder, plans.supervisor.key)
    own.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = Path(".pytest_cache/d/ruby-image") / own.path.name
    if kept.exists():
        own.path.touch(0o600)  # others may not read it, or it is not taken
        own.path.write_bytes(kept.read_bytes())
        own.sign()
    try:
        own.load()
    except ImageError:
        own.build()


if __name__ == "__main__":
    main()
