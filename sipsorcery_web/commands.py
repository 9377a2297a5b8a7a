"""The operator's commands: `flask --app app customers …`, `invites …`, `engine …` and `setup-link`."""

import click
from flask import Flask
from flask.cli import AppGroup

from .contract.customer_choices import DEFAULT_COUNTRY, SECURITY_QUESTIONS
from .contract.errors import ProvisioningError
from .contract.records import TOP_LEVEL, Customer
from .contract.time_zones import DEFAULT_TIME_ZONE
from .kamailio.assembly import KamailioEngine
from .portal.ui.text.invisible import visible
from .service.context import ServiceContext
from .service.first_run import FirstRun
from .service.operators import Operators
from .settings import SettingError, Settings

NO_ENGINE = "There is no SIP engine. SIPSORCERY_SIP_HOST says where there should be one."


class OperatorsGroup(AppGroup):
    """Commands whose refusals are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ProvisioningError as error:
            raise click.ClickException(error.message) from error


def init_app(app: Flask, context: ServiceContext, kamailio: KamailioEngine | None) -> None:
    """Add the commands to an application that carries the service, and perhaps an engine."""
    operators = Operators(context)
    app.cli.add_command(_customers(operators))
    app.cli.add_command(_invites(operators))
    app.cli.add_command(_setup_link(FirstRun(context), app.extensions["settings"]))
    app.cli.add_command(_engine(kamailio))


def setup_address(settings: Settings, first_run: FirstRun) -> str:
    """A new set-up link."""
    return f"{settings.public_url or settings.address}/setup/{first_run.new_secret()}"


def _customers(operators: Operators) -> click.Group:
    group = OperatorsGroup("customers", help="List customers, create, suspend and resume them, set a password.")

    @group.command("list")
    def list_customers() -> None:
        """List all customers."""
        for customer in operators.customers():
            marks = [
                word
                for word, set_ in (("administrator", customer.admin_id == TOP_LEVEL), ("suspended", customer.suspended))
                if set_
            ]
            cells = (customer.customer_username or "", customer.email_address or "", ", ".join(marks))
            click.echo("\t".join(visible(cell) for cell in cells).rstrip())

    @group.command("create")
    @click.argument("username")
    @click.option("--admin", is_flag=True, help="Make an administrator of all customers.")
    @click.option("--email", prompt="E-mail address")
    @click.option("--first-name", prompt="First name")
    @click.option("--last-name", prompt="Last name")
    @click.option("--city", prompt="City")
    @click.option("--security-answer", prompt=SECURITY_QUESTIONS[0])
    @click.password_option(help="Asked for when it is not given.")
    def create(
        username: str,
        admin: bool,
        email: str,
        first_name: str,
        last_name: str,
        city: str,
        security_answer: str,
        password: str,
    ) -> None:
        """Create a customer, whatever the policy on new accounts says."""
        customer = Customer(
            customer_username=username,
            customer_password=password,
            email_address=email,
            first_name=first_name,
            last_name=last_name,
            city=city,
            country=DEFAULT_COUNTRY,
            security_question=SECURITY_QUESTIONS[0],
            security_answer=security_answer,
            time_zone=DEFAULT_TIME_ZONE,
        )
        operators.create_customer(customer, administrator=admin)
        click.echo(f"{username.lower()} is made.")

    @group.command("suspend")
    @click.argument("username")
    @click.option("--reason", default=None, help="Why; kept with the customer.")
    def suspend(username: str, reason: str | None) -> None:
        """Refuse a customer's sign-ins and end the sessions."""
        operators.suspend(username, reason)
        click.echo(f"{username} is suspended.")

    @group.command("resume")
    @click.argument("username")
    def resume(username: str) -> None:
        """Let a suspended customer sign in again."""
        operators.resume(username)
        click.echo(f"{username} may sign in again.")

    @group.command("set-password")
    @click.argument("username")
    @click.password_option(help="Asked for when it is not given.")
    def set_password(username: str, password: str) -> None:
        """Give a customer a new password and end the sessions."""
        operators.set_password(username, password)
        click.echo(f"The password of {username} is changed; its sessions have ended.")

    return group


def _invites(operators: Operators) -> click.Group:
    group = OperatorsGroup("invites", help="Invite codes for new customers.")

    @group.command("create")
    @click.option("--count", default=1, show_default=True, type=click.IntRange(1, 1000))
    def create(count: int) -> None:
        """Make invite codes; each is good for one account and is shown only now."""
        for code in operators.make_invites(count):
            click.echo(code)

    return group


def _engine(kamailio: KamailioEngine | None) -> click.Group:
    group = OperatorsGroup("engine", help="The SIP engine.")

    @group.command("config")
    def config() -> None:
        """Write Kamailio's configuration, and say where; for an engine that something else runs."""
        if kamailio is None:
            raise click.ClickException(NO_ENGINE)
        click.echo(kamailio.config().write())

    @group.command("run")
    def run() -> None:
        """Go on as Kamailio, beside a portal that runs already; for systemd and the like."""
        if kamailio is None:
            raise click.ClickException(NO_ENGINE)
        try:
            kamailio.launch().become_kamailio()
        except SettingError as error:
            raise click.ClickException(f"The SIP engine does not start: {error}") from error

    return group


def _setup_link(first_run: FirstRun, settings: Settings) -> click.Command:
    @click.command("setup-link", help="Make a new set-up link, as long as there is no administrator.")
    def setup_link() -> None:
        if not first_run.is_open():
            raise click.ClickException("There is an administrator already.")
        click.echo(setup_address(settings, first_run))

    return setup_link
