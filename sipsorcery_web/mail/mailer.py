"""The mailer: mails are kept as jobs, one for each recipient, and sent by the runner of jobs."""

import hashlib
from dataclasses import asdict, dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from uuid import uuid4

from sipsorcery_web.jobs.queue import Job, JobQueue, NewJob
from sipsorcery_web.jobs.runner import GiveUp
from sipsorcery_web.settings.values import SMTPServer

from .messages import Mail, UnfitMail, message_of

MAIL = "mail"
"""The kind of job."""


@dataclass(frozen=True)
class Mailer:
    """Mail through one server, in one sender's name."""

    queue: JobQueue
    server: SMTPServer
    sender: Address

    def post(self, mail: Mail, *, owner: str = "", key: str | None = None, a_day: int = 0) -> int:
        """Keep a mail to be sent soon; to how many recipients, without those who have one with that key already.

        `a_day` is how many the owner may have in 24 hours, counted by recipients; 0 for any number. Raises QueueFull
        and UnfitMail.
        """
        message_of(mail, self.sender, "draft", self.queue.now())  # what cannot be written is refused now
        jobs = [
            NewJob({"mail": asdict(mail), "recipient": each}, None if key is None else _key(key, each))
            for each in dict.fromkeys(mail.to)
        ]
        return self.queue.add(MAIL, jobs, owner=owner, a_day=a_day)

    def send_now(self, mail: Mail) -> None:
        """Send a mail without the queue. Raises TryLater, GiveUp and UnfitMail."""
        message = message_of(mail, self.sender, str(uuid4()), self.queue.now())
        for recipient in mail.to:
            self._send(message, recipient)

    def send_job(self, job: Job) -> None:
        """Send the mail of a job. Raises TryLater and GiveUp."""
        try:
            message = message_of(Mail(**job.contents["mail"]), self.sender, job.id, job.added_at)
        except UnfitMail as error:
            raise GiveUp(str(error)) from error
        self._send(message, job.contents["recipient"])

    def _send(self, message: EmailMessage, recipient: str) -> None:
        from .smtp import send  # where mails are sent

        send(self.server, message, recipient)


def _key(key: str, recipient: str) -> str:
    return hashlib.sha256(f"{MAIL}\n{key}\n{recipient}".encode()).hexdigest()
