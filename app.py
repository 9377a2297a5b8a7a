"""The entry point: `python app.py` serves the portal, `flask --app app …` gives the operator's commands.

With `--with-engine` Kamailio runs beside the portal.
"""

import gc
import signal
import sys

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while the modules are read is no reason for a traceback
    gc.disable()  # until it serves: what is read stays, and to look through it again and again takes a sixth of a start

import click
from flask import Flask

import sipsorcery_web
from sipsorcery_web.starting import OBSTACLES, refuse_debugging_for_others, told


def create_app() -> Flask:
    """The application for `flask --app app …`, which tells in a sentence what keeps it from starting.

    Some commands do without it, and Flask makes it before it looks which one is asked for.
    """
    from sipsorcery_web.maintenance.commands import asks_for_one, maintenance_app

    return maintenance_app(_portal) if asks_for_one(sys.argv[1:]) else _portal()


def _portal() -> Flask:
    from sipsorcery_web.maintenance.commands import add_commands

    try:
        refuse_debugging_for_others()
        portal = sipsorcery_web.create_app()
    except OBSTACLES as error:
        raise click.ClickException(told(error)) from error
    add_commands(portal)
    return portal


if __name__ == "__main__":
    from sipsorcery_web.serving import serve

    serve(runs_kamailio="--with-engine" in sys.argv[1:])

__all__ = ["create_app"]
