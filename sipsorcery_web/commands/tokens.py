"""`tokens …`: customers' tokens for programs."""

from datetime import datetime

import click

from ..invisible import visible
from .group import OperatorsGroup, operators

tokens = OperatorsGroup("tokens", help="Customers' tokens for programs.")


@tokens.command("list")
@click.argument("username")
def list_tokens(username: str) -> None:
    """List a customer's tokens: name, scopes, the day of their end, and when and from where they were last used."""
    for token in operators().access_tokens(username):
        used = f"used {_day(token.last_used)} from {token.last_used_from}" if token.last_used else "never used"
        click.echo("\t".join((visible(token.name or ""), token.scopes or "", f"ends {_day(token.ends)}", used)))


@tokens.command("end")
@click.argument("username")
@click.argument("name", required=False)
@click.option("--all", "all_of_them", is_flag=True, help="End all tokens of the customer.")
def end(username: str, name: str | None, all_of_them: bool) -> None:
    """End a customer's token of that name; programs that have it are refused from now on."""
    if (name is None) != all_of_them:
        raise click.UsageError("Name one token, or give --all.")
    count = operators().end_access_tokens(username, name)
    click.echo(f"Tokens of {username} that have ended: {count}")


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"
