"""`customers …`: list customers, create, confirm, suspend, resume and delete them, set a password."""

from typing import Any

import click

from ..contract.customer_choices import DEFAULT_COUNTRY, SECURITY_QUESTIONS
from ..contract.records import TOP_LEVEL, Customer
from ..contract.rules import refuse
from ..contract.time_zones import DEFAULT_TIME_ZONE
from ..invisible import visible
from ..portal.ui.password_strength import strong_password_violations
from .group import OperatorsGroup, operators

customers = OperatorsGroup("customers", help="List, create, confirm, suspend, resume and delete customers, and more.")


@customers.command("list")
def list_customers() -> None:
    """List all customers."""
    for customer in operators().customers():
        cells = (customer.customer_username or "", customer.email_address or "", ", ".join(_marks(customer)))
        click.echo("\t".join(visible(cell) for cell in cells).rstrip())


def _marks(customer: Customer) -> list[str]:
    marks = {
        "administrator": customer.admin_id == TOP_LEVEL,
        "not confirmed": not customer.email_address_confirmed,
        "suspended": customer.suspended,
    }
    return [mark for mark, is_set in marks.items() if is_set]


@customers.command("create")
@click.argument("username")
@click.option("--admin", is_flag=True, help="Make an administrator of all customers.")
@click.option("--email", "email_address", prompt="E-mail address")
@click.option("--first-name", prompt="First name")
@click.option("--last-name", prompt="Last name")
@click.option("--city", prompt="City")
@click.option("--security-answer", prompt=SECURITY_QUESTIONS[0])
@click.password_option(help="Asked for when it is not given.")
def create(username: str, admin: bool, password: str, **details: Any) -> None:
    """Create a customer, whatever the policy on new accounts says."""
    customer = Customer(
        customer_username=username,
        customer_password=password,
        country=DEFAULT_COUNTRY,
        security_question=SECURITY_QUESTIONS[0],
        time_zone=DEFAULT_TIME_ZONE,
        **details,
    )
    names = (username, details["email_address"], details["first_name"], details["last_name"])
    refuse(strong_password_violations(password, "password", names))
    operators().create_customer(customer, administrator=admin)
    click.echo(f"{username.lower()} is made.")


@customers.command("confirm")
@click.argument("username")
def confirm(username: str) -> None:
    """Let a customer sign in whose e-mail address no link has confirmed."""
    operators().confirm(username)
    click.echo(f"The e-mail address of {username} counts as confirmed.")


@customers.command("suspend")
@click.argument("username")
@click.option("--reason", default=None, help="Why; kept with the customer.")
def suspend(username: str, reason: str | None) -> None:
    """Refuse a customer's sign-ins, and end sessions, registrations and calls."""
    operators().suspend(username, reason)
    click.echo(f"{username} is suspended.")


@customers.command("resume")
@click.argument("username")
def resume(username: str) -> None:
    """Let a suspended customer sign in again."""
    operators().resume(username)
    click.echo(f"{username} may sign in again.")


@customers.command("delete")
@click.argument("username")
@click.confirmation_option(prompt="Delete the customer with all SIP accounts, providers and dial plans?")
def delete(username: str) -> None:
    """Delete a customer for good; call records stay."""
    operators().delete(username)
    click.echo(f"{username} is deleted.")


@customers.command("set-password")
@click.argument("username")
@click.password_option(help="Asked for when it is not given.")
def set_password(username: str, password: str) -> None:
    """Give a customer a new password and end the sessions."""
    refuse(strong_password_violations(password, "password", (username,)))
    operators().set_password(username, password)
    click.echo(f"The password of {username} is changed; its sessions have ended.")
