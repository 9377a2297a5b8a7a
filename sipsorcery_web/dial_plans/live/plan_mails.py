"""Mails of plans: those that scripts send with `Email`, and the logs of executions that were asked for."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.jobs.queue import QueueFull
from sipsorcery_web.mail.mailer import Mailer
from sipsorcery_web.mail.messages import Mail, UnfitMail

from ..execution import Execution
from ..journal import digest_of
from ..outcomes import Ended, Progress
from ..sip_text import one_line

MOST_A_DAY = 100
"""Mails of one customer's plans in 24 hours, counted by recipients; traces are among them."""
MOST_ADDRESSES, LONGEST_MAIL = 5, 4096
LONGEST_TRACE = 128 * 1024
NO_MAIL = "This service sends no mail, so this one is left out."
TOO_MANY = f"Plans of a customer may send {MOST_A_DAY} mails a day; this one is left out."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlanMails:
    """Mails through the queue; without a mailer none is sent, and the plan is told so."""

    mailer: Mailer | None

    def send(self, execution: Execution, to: Sequence[str], subject: str, body: str) -> str:
        """Keep a mail of a script to be sent; "", or the reason for the plan's log why it is not.

        The same mail of one execution goes out once, so that a script that is run again after a crash sends no second.
        """
        if len(to) > MOST_ADDRESSES:
            return f"A mail of a plan goes to at most {MOST_ADDRESSES} addresses."
        return self._post(execution, Mail(to=tuple(to), subject=subject, body=body[:LONGEST_MAIL]))

    def send_trace(self, execution: Execution, progress: Progress) -> None:
        """Keep the log of an execution that is over to be sent, where its script and its plan ask for that."""
        to = [each for each in re.split(r"[;,\s]+", execution.plan.trace_email_address) if each]
        if not progress.wants_trace or not to:
            return
        mail = Mail(
            to=tuple(to[:MOST_ADDRESSES]),
            subject=f"Dial plan {one_line(execution.plan.name)}: {one_line(execution.call.user)}",
            body=_trace(execution, progress)[:LONGEST_TRACE],
        )
        refusal = self._post(execution, mail)
        if refusal:
            log.info("The trace of a plan of %s is not sent: %s", execution.plan.owner, refusal)

    def _post(self, execution: Execution, mail: Mail) -> str:
        if self.mailer is None:
            return NO_MAIL
        key = f"{execution.seed} {digest_of([list(mail.to), mail.subject, mail.body])}"
        try:
            self.mailer.post(mail, owner=execution.plan.owner, key=key, a_day=MOST_A_DAY)
        except QueueFull:
            return TOO_MANY
        except UnfitMail as error:
            return str(error)
        return ""


def _trace(execution: Execution, progress: Progress) -> str:
    call, outcome = execution.call, progress.outcome
    caller = f"{call.from_user}@{call.from_host}"
    facts = [
        f"Plan: {execution.plan.name}",
        f"Dialled: {call.user}",
        f"Caller: {caller}",
        f"Direction: {call.direction}",
    ]
    if isinstance(outcome, Ended):
        facts.append(f"Answer to the caller: {outcome.code} {outcome.reason}")
    return "\n".join([*map(one_line, facts), "", *progress.log, ""])
