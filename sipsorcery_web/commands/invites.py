"""`invites …`: invite codes for new customers."""

import click

from .group import OperatorsGroup, operators

invites = OperatorsGroup("invites", help="Invite codes for new customers.")


@invites.command("create")
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 1000))
def create(count: int) -> None:
    """Make invite codes; each is good for one account and is shown only now."""
    for code in operators().make_invites(count):
        click.echo(code)
