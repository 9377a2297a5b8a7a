"""Call control as a process of its own, to be killed or measured: `python -m tests.kamailio.plans.call_control`.

It has begun when it says so on standard output: the engine knows it then, and asks it. It ends with its standard input.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

from sipsorcery_web import create_app, serving
from sipsorcery_web.serving.companions import start_call_control
from sipsorcery_web.settings import Settings
from tests.kamailio.harness import eventually

BEGUN = "begun\n"
STARTS_WITHIN = 60.0


@contextmanager
def call_control(settings: Settings) -> Iterator["Popen[str]"]:
    """Call control for an installation with these settings of `KamailioHarness`; it is killed at the end."""
    environment = {
        "SIPSORCERY_DATA_DIR": str(settings.data_dir),
        "SIPSORCERY_DATABASE_URL": settings.database_url,
        "SIPSORCERY_DOMAIN": settings.domain,
        "SIPSORCERY_NEW_ACCOUNTS": "open",
        "SIPSORCERY_PRIVATE_PROVIDERS": "on",
        "SIPSORCERY_PORT": str(settings.port),
        "SIPSORCERY_SIP_HOST": settings.sip_host,
        "SIPSORCERY_SIP_PORT": str(settings.sip_port),
        "SIPSORCERY_SIP_TLS_PORT": str(settings.sip_tls_port),
        "SIPSORCERY_SIP_RPC_PORT": str(settings.sip_rpc_port),
        "SIPSORCERY_SIP_THIRD_PARTY_PORT": str(settings.sip_third_party_port),
    }
    command = [sys.executable, "-m", __name__]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=os.environ | environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == BEGUN
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    serving.set_up_logging()
    app = create_app()
    end = start_call_control(app)
    eventually(app.extensions["kamailio"].control.has_call_control, seconds=STARTS_WITHIN)
    sys.stdout.write(BEGUN)
    sys.stdout.flush()
    sys.stdin.read()
    end()
