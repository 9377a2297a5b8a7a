"""Serves the demonstration until it is stopped: `python -m demo`."""

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from flask import Flask

from sipsorcery_web.portal.areas.auth.demonstration import Demonstration
from sipsorcery_web.serving import announce, prepare, run_workers, set_up_logging
from sipsorcery_web.serving.companions import Companion
from sipsorcery_web.settings import NewAccounts, SettingError, Settings

from .life import Life
from .people import ADMINISTRATOR, CUSTOMERS, DOMAIN, PASSWORD
from .service import DemoService

ONLY_HERE = "its passwords are published, so SIPSORCERY_HOST must be an address of this machine alone."
SHOWN = Demonstration({person.username: person.about for person in (*CUSTOMERS, ADMINISTRATOR)}, PASSWORD)


def main() -> None:
    """Make the store, show it, and throw it away."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    set_up_logging()
    with tempfile.TemporaryDirectory(prefix="sipsorcery-demo-") as folder:
        try:
            settings = settings_for(Path(folder))
            app, listener = prepare(settings, SHOWN)
        except (SettingError, OSError) as error:
            sys.exit(f"The demonstration does not start: {error}")
        show(app, listener, settings)


def settings_for(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the demonstration, which takes its address alone from the environment.

    SettingError for an address that other machines reach.
    """
    given = Settings.from_environment(environment)
    if not given.is_loopback:
        raise SettingError(ONLY_HERE)
    closed = NewAccounts("closed", chosen=True)
    return Settings(host=given.host, port=given.port, data_dir=folder, domain=DOMAIN, new_accounts=closed)


def show(app: Flask, listener: socket.socket, settings: Settings) -> None:
    """Fill the store and serve until told to stop."""
    print("Making everything up takes some seconds.", file=sys.stderr, flush=True)
    service = DemoService(app.extensions["service"].context)
    service.fill()

    def tell() -> None:
        announce(app, settings)
        print(f"Everybody's password is {PASSWORD}; sign in as", ", ".join(SHOWN.people), flush=True)

    def live() -> Callable[[], None]:
        life = Life(service.parts, service.random, service.calls)
        life.start()
        return life.stop

    run_workers(app, settings, listener, [Companion("life", live)], tell)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
