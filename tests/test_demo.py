"""The demonstration: what is in it, what goes on in it, and that it stays on its machine and leaves nothing behind."""

import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from demo.__main__ import SHOWN, settings_for
from demo.calls import ANSWERED, CALLED, CALLERS, DUBLIN, Call, history
from demo.life import LEAST_CALLS, MOST_CALLS, MOST_CDRS, Life
from demo.people import ADMINISTRATOR, CUSTOMERS, DOMAIN, HARBOUR, PASSWORD
from demo.plans import PLANS, Plan, Saved
from demo.service import DemoService
from sipsorcery_web import create_app
from sipsorcery_web.database.base import Base
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions
from sipsorcery_web.provisioning.client import ProvisioningClient
from sipsorcery_web.service.context import ServiceContext
from sipsorcery_web.service.dispatch import Service
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import (
    CustomerRow,
    CustomerSessionRow,
    SIPAccountRow,
    SIPCDRRow,
    SIPDialogueRow,
    SIPDialPlanRow,
    SIPProviderBindingRow,
    SIPRegistrarBindingRow,
)
from sipsorcery_web.settings import NewAccounts, SettingError, Settings
from tests.conftest import HOME, Clock
from tests.conftest import ServiceFixture as Cast

TOP = Path(__file__).resolve().parent.parent
PATIENCE = 90.0
FICTIONAL = re.compile(r"(\+353|0)15550\d{3}|(\+44|0)2079460\d{3}|(\+44|0)1614960\d{3}|anonymous")
"""Numbers that nobody has: 555 01xx, and Ofcom's for drama."""


@dataclass
class Filled:
    """A store as it is when the demonstration begins, which is only copied."""

    folder: Path
    calls: list[Call]


def app_on(folder: Path, passwords: Passwords) -> Flask:
    settings = Settings(data_dir=folder, domain=DOMAIN, new_accounts=NewAccounts("closed", chosen=True))
    app = create_app(settings, clock=Clock(), passwords=passwords, demonstration=SHOWN)
    app.testing = True
    return app


def fill(folder: Path, passwords: Passwords) -> Filled:
    app = app_on(folder, passwords)
    service_fixture = DemoService(context_of(app))
    service_fixture.fill()
    app.extensions["database"].close()
    return Filled(folder, service_fixture.calls)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Filled:
    return fill(tmp_path_factory.mktemp("filled"), passwords)


@pytest.fixture(scope="module")
def demo(filled: Filled, tmp_path_factory: pytest.TempPathFactory, passwords: Passwords) -> Iterator[Flask]:
    """The demonstration as it begins; nobody changes it."""
    app = app_on(Path(copytree(filled.folder, tmp_path_factory.mktemp("demo") / "data")), passwords)
    yield app
    app.extensions["database"].close()


@pytest.fixture
def life(filled: Filled, tmp_path: Path, passwords: Passwords) -> Iterator[Life]:
    """A demonstration of one's own, in which things can happen."""
    app = app_on(Path(copytree(filled.folder, tmp_path / "data")), passwords)
    yield Life(context_of(app), Random(1), list(filled.calls))
    app.extensions["database"].close()


def clock_of(life: Life) -> Clock:
    assert isinstance(life.parts.clock, Clock)
    return life.parts.clock


def an_hour_of(life: Life) -> Iterator[None]:
    for _ in range(300):
        clock_of(life).pass_(seconds=12)
        life.beat()
        yield


def rows(service_context: ServiceContext, kind: type[Any], **values: object) -> list[Any]:
    with service_context.database.read() as session:
        return list(session.scalars(select(kind).filter_by(**values)))


def context_of(app: Flask) -> ServiceContext:
    parts = app.extensions["service"].context
    assert isinstance(parts, ServiceContext)
    return parts


def client_of(app: Flask, username: str) -> ProvisioningClient:
    cast = Cast(Service(context_of(app)))
    return cast.client(cast.token_of(username, PASSWORD))


def test_everybody_signs_in_with_the_password_that_is_shown(demo: Flask) -> None:
    assert [*SHOWN.people] == ["harbour", "kilbride_motors", "oakfieldlets", "root-admin"]
    for username in SHOWN.people:
        assert client_of(demo, username).customer(username).customer_username == username


def test_60_accounts_belong_to_three_customers_and_the_administrator_sees_them_all(demo: Flask) -> None:
    counts = {username: client_of(demo, username).sip_accounts.count() for username in SHOWN.people}
    assert counts == {"harbour": 42, "kilbride_motors": 10, "oakfieldlets": 8, "root-admin": 60}


def test_about_two_thirds_have_a_phone(demo: Flask) -> None:
    with_phone = {binding.sip_account_id for binding in rows(context_of(demo), SIPRegistrarBindingRow)}
    assert 0.6 <= len(with_phone) / 60 <= 0.72


def test_every_plan_that_an_account_names_is_there(demo: Flask) -> None:
    plans = {(plan.owner, plan.dial_plan_name) for plan in rows(context_of(demo), SIPDialPlanRow)}
    for account in rows(context_of(demo), SIPAccountRow):
        for name in filter(None, (account.out_dial_plan_name, account.in_dial_plan_name)):
            assert (account.owner, name) in plans, account.sip_username


def test_a_provider_stands_in_every_state(demo: Flask) -> None:
    client = client_of(demo, "harbour")
    bindings = {binding.provider_name: binding for binding in client.provider_bindings.page()}
    providers = {provider.provider_name: provider for provider in client.sip_providers.page()}
    assert bindings["northline-dublin"].is_registered
    assert bindings["blueline-trunk"].registration_failure_message == "403 Forbidden"
    assert (bindings["tidewater-peer"].is_registered, bindings["tidewater-peer"].registration_failure_message) == (
        False,
        None,
    )
    assert providers.keys() - bindings.keys() == {"emergency-out", "google-callback", "voipvale"}
    assert not providers["voipvale"].register_admin_enabled
    assert not providers["emergency-out"].register_enabled


def test_a_plan_has_its_history_and_the_last_version_is_the_one_in_use(demo: Flask) -> None:
    parts = context_of(demo)
    versions = DialPlanVersions(parts.database, parts.keyring, parts.clock)
    (plan,) = rows(parts, SIPDialPlanRow, owner="harbour", dial_plan_name="office-hours")
    kept = versions.newest(plan.id, "harbour")
    assert [version.note for version in kept[:2]] == ["mobile after 20 s, not 30", "refuse 00 numbers"]
    assert kept[0].text.script == plan.dial_plan_script
    assert [(version.added, version.removed) for version in kept[:3]] == [(1, 1), (1, 0), (5, 1)]
    assert len({version.text.script for version in kept}) == 5


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.owner}-{plan.name}")
def test_a_history_fits_its_script(plan: Plan) -> None:
    saved, script = list(plan.versions())[-1]
    assert (saved, script) == (plan.saved[0], plan.script)


def test_a_history_that_does_not_fit_is_told() -> None:
    plan = replace(PLANS[0], saved=(Saved(1, "", "never written"), Saved(2)))
    with pytest.raises(ValueError, match="does not fit"):
        list(plan.versions())


def test_a_call_in_progress_has_two_legs(demo: Flask) -> None:
    legs = rows(context_of(demo), SIPDialogueRow)
    assert Counter(leg.owner for leg in legs) == {"harbour": 6, "kilbride_motors": 2}
    bridges: dict[str, set[str]] = {}
    for leg in legs:
        bridges.setdefault(leg.bridge_id, set()).add(leg.direction)
    assert [*bridges.values()] == [{"In", "Out"}] * 4


def test_30_days_of_calls_follow_the_hours_of_an_office(demo: Flask) -> None:
    now = context_of(demo).clock()
    cdrs = rows(context_of(demo), SIPCDRRow, owner="harbour")
    assert 330 <= len(cdrs) <= 470
    assert all(now - timedelta(days=31) < cdr.created < now for cdr in cdrs)
    assert {8 <= cdr.created.astimezone(DUBLIN).hour < 20 for cdr in cdrs} == {True}
    weekend = [cdr for cdr in cdrs if cdr.created.astimezone(DUBLIN).weekday() >= 5]
    assert len(weekend) < len(cdrs) / 10


def test_calls_end_in_every_way(demo: Flask) -> None:
    cdrs = rows(context_of(demo), SIPCDRRow, owner="harbour")
    assert {cdr.answered_status for cdr in cdrs} == {200, 403, 404, 480, 486, 487}
    for cdr in cdrs:
        assert (cdr.duration > 0) == (cdr.answered_status == 200)
        assert (cdr.hungup_time is not None) == (cdr.answered_status in (200, 487))
    assert 0.75 < sum(cdr.answered_status == 200 for cdr in cdrs) / len(cdrs) < 0.95


def test_a_call_is_of_a_line_that_can_have_it(demo: Flask) -> None:
    for person in CUSTOMERS:
        for call in history(person, context_of(demo).clock()):
            assert call.line in person.usable
            assert call.direction == "In" or person.may_call(call.line)


def test_nobody_has_the_numbers(demo: Flask) -> None:
    assert all(FICTIONAL.fullmatch(number) for number in (*CALLED, *(number for _, number in CALLERS)))


def test_a_day_has_the_same_calls_tomorrow() -> None:
    now = Clock().now
    today, tomorrow = list(history(HARBOUR, now)), list(history(HARBOUR, now + timedelta(days=1)))
    assert set(today) - set(tomorrow) == {call for call in today if call.started.date() == today[0].started.date()}


def everything(service_context: ServiceContext) -> dict[str, list[str]]:
    """All that is stored but for what is secret, for whom nobody has signed in as, and notes of the filling itself."""
    with service_context.database.read() as session:
        tables = [
            table
            for table in Base.metadata.sorted_tables
            if table.name not in ("audit", "customers", "failedsignins", "sealing_keys", "signins", "sipdomains")
        ]
        return {
            table.name: sorted(
                str([row[c.name] for c in table.columns if "sealed" not in c.name])
                for row in session.execute(select(table)).mappings()
            )
            for table in tables
        }


def test_the_same_moment_gives_the_same_demonstration(life: Life, tmp_path: Path, passwords: Passwords) -> None:
    again = app_on(fill(tmp_path / "again", passwords).folder, passwords)
    assert everything(context_of(again)) == everything(life.parts)
    again.extensions["database"].close()


def test_nobody_is_left_signed_in(life: Life) -> None:
    assert rows(life.parts, CustomerSessionRow) == []


def test_an_hour_of_life_stays_within_its_bounds(life: Life) -> None:
    began = {cdr.id for cdr in rows(life.parts, SIPCDRRow)}
    counts = {len(life.calls) for _ in an_hour_of(life)}
    assert LEAST_CALLS <= min(counts) < max(counts) <= MOST_CALLS
    assert len(rows(life.parts, SIPDialogueRow)) == 2 * len(life.calls)
    now = {cdr.id for cdr in rows(life.parts, SIPCDRRow)}
    assert began <= now
    assert len(now - began) == MOST_CDRS


def test_while_no_call_ends_there_are_six_at_the_most(life: Life) -> None:
    for _ in range(40):
        life.beat()
    assert len(life.calls) == MOST_CALLS
    assert len(rows(life.parts, SIPDialogueRow)) == 2 * MOST_CALLS


def test_a_call_that_ends_becomes_a_record(life: Life) -> None:
    call = min(life.calls, key=lambda call: call.ends)
    clock_of(life).now = call.ends
    life.beat()
    assert call not in life.calls
    assert rows(life.parts, SIPDialogueRow, bridge_id=str(call.id)) == []
    (cdr,) = rows(life.parts, SIPCDRRow, id=call.id)
    assert (cdr.answered_status, cdr.duration) == (ANSWERED.status, call.talked)


def test_no_phone_expires_while_it_lives(life: Life) -> None:
    for _ in an_hour_of(life):
        pass
    assert all(binding.expiry_time > clock_of(life)() for binding in rows(life.parts, SIPRegistrarBindingRow))


def test_registrations_stay_what_they_are_and_new_ones_are_let_in(life: Life) -> None:
    with life.parts.database.write() as session:
        row = SIPProviderBindingRow
        is_new = {"last_register_attempt": None, "is_registered": False, "next_registration_time": clock_of(life)()}
        session.execute(update(row).where(row.provider_name == "northline-sligo").values(**is_new))
        is_over = {"binding_expiry": 0, "next_registration_time": clock_of(life)()}
        session.execute(update(row).where(row.provider_name == "northline-galway").values(**is_over))
    for _ in range(90):
        clock_of(life).pass_(seconds=40)
        life.beat()
    bindings = {binding.provider_name: binding for binding in rows(life.parts, SIPProviderBindingRow)}
    assert bindings["blueline-trunk"].registration_failure_message == "403 Forbidden"
    assert not bindings["tidewater-peer"].is_registered
    assert bindings["northline-sligo"].is_registered
    assert "northline-galway" not in bindings
    assert all(
        binding.next_registration_time > clock_of(life)() - timedelta(seconds=40) for binding in bindings.values()
    )


def test_life_goes_on_when_a_customer_has_left(life: Life) -> None:
    with life.parts.database.write() as session:
        session.execute(delete(CustomerRow).where(CustomerRow.customer_username == "harbour"))
    for _ in range(60):
        clock_of(life).pass_(seconds=30)
        life.beat()
    assert {leg.owner for leg in rows(life.parts, SIPDialogueRow)} <= {"kilbride_motors", "oakfieldlets"}


def test_the_sign_in_page_says_what_it_is_and_whom_to_sign_in_as(demo: Flask) -> None:
    page = demo.test_client().get("/login").get_data(as_text=True)
    assert "This is a demonstration." in page
    assert all(f">{word}</code>" in page for word in (*SHOWN.people, PASSWORD))


def test_a_portal_in_earnest_tells_nobodys_password(client: FlaskClient) -> None:
    page = client.get("/login").get_data(as_text=True)
    assert "demonstration" not in page
    assert PASSWORD not in page


def test_no_setting_makes_a_demonstration_of_a_portal() -> None:
    assert not [name for name in Settings.__dataclass_fields__ if "demo" in name]


def run_demo(folder: Path, **settings: str) -> subprocess.Popen[str]:
    """`python -m demo`, which puts its store into a folder below this one."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("SIPSORCERY_")}
    environment = {
        **rest,
        "TMPDIR": str(folder),
        **{f"SIPSORCERY_{name.upper()}": value for name, value in settings.items()},
    }
    return subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=TOP,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_on_a_store_of_its_own_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.create_server((HOME, 0)) as found:
        port = found.getsockname()[1]
    mine = tmp_path / "mine.db"
    process = run_demo(tmp_path, port=str(port), database_url=f"sqlite:///{mine}", data_dir=str(tmp_path / "instance"))
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"SIPSorcery Web: http://{HOME}:{port}\n"
            assert "This is a demonstration." in requests.get(f"http://{HOME}:{port}/login", timeout=PATIENCE).text
            assert [each.name.rpartition("-")[0] for each in tmp_path.iterdir()] == ["sipsorcery-demo"]
            process.terminate()
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "portal.example.org"])
def test_it_does_not_listen_to_other_machines(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingError, match="this machine alone"):
        settings_for(tmp_path, {"SIPSORCERY_HOST": host})


def test_a_refusal_is_one_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with run_demo(tmp_path, host="0.0.0.0") as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (1, "")
    assert re.fullmatch("The demonstration does not start: its passwords are published.*\n", errors)
    assert [*tmp_path.iterdir()] == []


def test_the_administrator_is_one(demo: Flask) -> None:
    (row,) = rows(context_of(demo), CustomerRow, customer_username=ADMINISTRATOR.username)
    assert row.admin_id == "*"
