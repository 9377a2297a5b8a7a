"""The entry point: `python app.py` serves the portal, `flask --app app …` gives the operator's commands.

With `--with-engine` Kamailio runs beside the portal.
"""

import signal
import sys

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while the modules are read is no reason for a traceback

import click
from flask import Flask

import sipsorcery_web
from sipsorcery_web.starting import OBSTACLES, told


def create_app() -> Flask:
    """The application for `flask --app app …`, which tells in a sentence what keeps it from starting."""
    try:
        return sipsorcery_web.create_app()
    except OBSTACLES as error:
        raise click.ClickException(told(error)) from error


if __name__ == "__main__":
    from sipsorcery_web.serving import serve

    serve(runs_kamailio="--with-engine" in sys.argv[1:])

__all__ = ["create_app"]
