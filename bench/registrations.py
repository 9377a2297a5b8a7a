"""The rate at which phones register, and what the page of registrations costs then: `python -m bench.registrations`.

sipp is the phones: each sends REGISTER, answers the challenge and is done. Everything is on one machine.
"""

import argparse
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from sipsorcery_web.contract.operations import NO_LIMIT
from sipsorcery_web.kamailio.tables import LOCATION
from sipsorcery_web.service.passwords import Passwords
from tests.conftest import HOME
from tests.factories import DOMAIN
from tests.factories.records import sip_account
from tests.kamailio.harness import KamailioHarness
from tests.kamailio.sipp import REQUEST, receive, scenario, send
from tests.running import free_port
from tests.schemas import own_schema

from .sipp_statistics import Statistics

OWNER = "alice"
PASSWORD = "bl4ckbird!"


def main() -> None:
    """Print what one run gives for each rate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--rates", type=int, nargs="+", default=[100, 200, 400])
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(own_schema()) if asked.postgresql else ""
        harness = stack.enter_context(KamailioHarness(folder, Passwords(), url, max_accounts=0).open())
        make_accounts(harness, asked.accounts)
        print(f"{'offered/s':>10}{'seconds':>10}{'reached/s':>11}{'failed':>8}{'repeated':>10}{'bindings':>10}")
        for rate in asked.rates:
            seconds, failed, repeated = register_all(harness, folder, asked.accounts, rate)
            reached = asked.accounts / seconds
            print(f"{rate:>10}{seconds:>10.1f}{reached:>11.0f}{failed:>8}{repeated:>10}{_bindings(harness):>10}")
        _look(harness, asked.accounts)


def make_accounts(harness: KamailioHarness, count: int) -> None:
    """Make so many accounts of one customer, with one password."""
    accounts = harness.client(OWNER).sip_accounts
    for number in range(1, count + 1):
        accounts.add(sip_account(f"line-{number:05}", id=uuid4(), sip_password=PASSWORD))


def register_all(harness: KamailioHarness, folder: Path, count: int, rate: int) -> tuple[float, int, int]:
    """Return the seconds until all have an answer, how many failed, and how many messages were sent again."""
    port = free_port()
    names = folder / "names.csv"
    lines = (
        f"line-{number:05};[authentication username=line-{number:05} password={PASSWORD}]"
        for number in range(1, count + 1)
    )
    names.write_text("SEQUENTIAL\n" + "\n".join(lines) + "\n")
    steps = folder / "register.xml"
    steps.write_text(_scenario())
    statistics = folder / f"statistics-{port}.csv"
    command: list[str | Path] = [
        "sipp",
        f"{HOME}:{harness.settings.sip_port}",
        "-sf",
        steps,
        "-inf",
        names,
        "-i",
        HOME,
        "-p",
        str(port),
    ]
    limits = ["-m", str(count), "-r", str(rate), "-l", str(count), "-nostdin", "-timeout", "120s"]
    written: list[str | Path] = ["-trace_stat", "-stf", statistics, "-fd", "1"]
    began = time.monotonic()
    subprocess.run([*command, *limits, *written], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seconds = time.monotonic() - began
    found = Statistics.read(statistics)
    return seconds, count - found.successful, found.repeated


def _scenario() -> str:
    return scenario(send(_request(1, "")), receive(401, auth="true"), send(_request(2, "[field1]\n")), receive(200))


def _request(cseq: int, more: str) -> str:
    address = f"<sip:[field0]@{DOMAIN}>"
    return REQUEST.format(
        method="REGISTER",
        uri=f"sip:{DOMAIN}",
        caller=address,
        called=address,
        to_tag="",
        cseq=cseq,
        verb="REGISTER",
        more=f"Expires: 3600\n{more}",
        length="0",
        body="",
    )


def _bindings(harness: KamailioHarness) -> int:
    with harness.kamailio.database.read() as session:
        return int(session.scalar(select(func.count(func.distinct(LOCATION.c.username)))) or 0)


def _look(harness: KamailioHarness, count: int) -> None:
    """Page through the registrations, over SOAP and as a page."""
    began = time.monotonic()
    found = harness.client(OWNER).registrar_bindings.page(count=NO_LIMIT)
    print(f"GetSIPRegistrarBindings, all {len(found)}: {(time.monotonic() - began) * 1000:.0f} ms")
    for path in ("/registrations?size=100", f"/registrations?size=100&page={count // 100}", "/sip-accounts?size=100"):
        harness.page(OWNER, path)
        began = time.monotonic()
        page = harness.page(OWNER, path)
        print(f"{path}: {len(page.rows)} rows, {(time.monotonic() - began) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
