"""`second-factors …`: the second factors of customers, which the portal keeps in front of any service."""

import logging

import click
from flask import current_app

from ..invisible import visible
from ..portal.second_factors.methods import SecondFactors
from ..service.operators import Operators
from .group import OperatorsGroup

log = logging.getLogger(__name__)

second_factors = OperatorsGroup("second-factors", help="The second factors of customers.")


@second_factors.command("remove")
@click.argument("username")
def remove(username: str) -> None:
    """Let a customer who has lost all of it sign in with the password alone."""
    factors: SecondFactors = current_app.extensions["second_factors"]
    embedded: Operators | None = current_app.extensions.get("operators")
    name = username.strip().lower()
    if embedded is None and not factors.guard(name):
        raise click.ClickException(f"There is no second factor of {visible(name)}.")
    factors.forget(name)
    if embedded is not None:
        embedded.remove_second_factor(name)
    log.warning("The operator has removed the second factors of %s", visible(name))
    click.echo(f"{visible(name)} signs in with the password alone. Whoever asked for it should set up another one.")
