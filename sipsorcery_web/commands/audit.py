"""`audit …`: who changed what."""

import click
from flask import current_app

from ..invisible import visible
from ..service.audit.verifying import verify
from .group import OperatorsGroup

audit = OperatorsGroup("audit", help="Who changed what.")


@audit.command("verify")
def verify_all() -> None:
    """Look whether an entry was changed, removed or inserted; the first of each chain is named."""
    try:
        findings = verify(current_app.extensions["service_context"])
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
    for trouble in findings.troubles:
        click.echo(visible(trouble))
    if findings.troubles:
        raise click.ClickException("The audit is not as it was written.")
    click.echo(f"All {findings.entries} entries in {findings.chains} chains are as they were written.")
