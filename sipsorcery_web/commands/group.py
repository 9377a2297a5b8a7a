"""A group of commands, and the parts of the application that commands work with."""

import click
from flask import current_app
from flask.cli import AppGroup

from ..contract.errors import ProvisioningError
from ..service.operators import Operators


class OperatorsGroup(AppGroup):
    """Commands whose refusals are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ProvisioningError as error:
            raise click.ClickException(error.message) from error


def operators() -> Operators:
    """Return the operator's verbs of the embedded service."""
    verbs: Operators = current_app.extensions["operators"]
    return verbs
