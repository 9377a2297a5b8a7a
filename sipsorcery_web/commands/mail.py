"""`mail …`: mail out."""

import click
from flask import current_app

from ..invisible import visible
from ..jobs.runner import GiveUp, TryLater
from ..mail.mailer import Mailer
from ..mail.messages import Mail, UnfitMail
from .group import OperatorsGroup

NO_MAIL = "There is no mail server. SIPSORCERY_SMTP_URL and SIPSORCERY_MAIL_FROM say which, and whom mails are from."

mail = OperatorsGroup("mail", help="Mail out.")


@mail.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send a mail at once, and say what the mail server answers."""
    mailer: Mailer | None = current_app.extensions["mailer"]
    if mailer is None:
        raise click.ClickException(NO_MAIL)
    message = Mail(to=[address], subject="Mail from SIPSorcery Web", body="This installation can send mail.\n")
    try:
        mailer.send_now(message)
    except (UnfitMail, TryLater, GiveUp) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The mail server has taken a mail for {visible(address)}.")
