"""`setup-link`: the way in for the first administrator."""

import click
from flask import current_app
from flask.cli import with_appcontext

from ..service.first_run import FirstRun
from ..settings import Settings


@click.command("setup-link")
@with_appcontext
def setup_link() -> None:
    """Make a new set-up link, as long as there is no administrator."""
    first_run: FirstRun = current_app.extensions["first_run"]
    if not first_run.is_open():
        raise click.ClickException("There is an administrator already.")
    click.echo(setup_address(current_app.extensions["settings"], first_run))


def setup_address(settings: Settings, first_run: FirstRun) -> str:
    """Return a new set-up link."""
    return f"{settings.public_url or settings.address}/setup/{first_run.new_secret()}"
