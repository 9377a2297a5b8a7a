"""Schemathesis over the whole description, as a customer and as an administrator: `python -m tests.rest.fuzz st`.

Its argument is the program, and what follows goes to it. The portal is a whole one on this machine with records of
both, whose SIP engine hangs up whatever it is asked to, and whose plans in Ruby are always busy.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from argon2 import PasswordHasher
from waitress.server import create_server

from sipsorcery_web.dial_plans.outcomes import Ended, Progress
from sipsorcery_web.rest.routes import DOCUMENT, PREFIX
from sipsorcery_web.service.dispatch import service_of
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.settings import NewAccounts, Settings
from tests.factories import DOMAIN
from tests.portal.app_harness import ADMINISTRATOR, AppHarness
from tests.portal.fake_sip_engine import FakeControls
from tests.rest.program import EVERY_SCOPE
from tests.running import free_port

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
)


@contextmanager
def served(folder: Path, owner: str) -> Iterator[tuple[AppHarness, str]]:
    """A house with records of its owner's, and its address."""
    settings = Settings(
        data_dir=folder, domain=DOMAIN, new_accounts=NewAccounts("open", chosen=True), max_accounts=0, max_providers=0
    )
    harness = AppHarness(settings, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    harness.clear()
    harness.plan_service.ruby = lambda execution, world: Progress(outcome=Ended(code=486, reason="Busy here"))
    service = service_of(harness.app)
    object.__setattr__(service and service.context, "sip_engine", FakeControls())
    harness.one_of_each(owner)
    harness.provider(owner, "redline", register_enabled=True, register_contact="sip:a@sip.example.org")
    port = free_port()
    server = create_server(harness.app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield harness, f"http://127.0.0.1:{port}{PREFIX}"
    server.close()


def run(owner: str, program: str, *more: str) -> int:
    """Run the program as a customer; return how it ended, 0 where it has found nothing."""
    with TemporaryDirectory() as folder, served(Path(folder), owner) as (harness, address):
        token = harness.access_token(owner, "fuzz", scopes=EVERY_SCOPE).token
        given = ["--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), *more]
        command = [program, "run", f"{address}{DOCUMENT}", *given]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(max(run(owner, *sys.argv[1:]) for owner in ("alice", ADMINISTRATOR)))
