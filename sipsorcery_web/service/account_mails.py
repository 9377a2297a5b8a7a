"""Mails about a customer's own account, each asked for as a job and written when that is done.

Whether there is somebody with an address is looked up by the job: who asks for a new password is answered alike, and
as fast, for each address.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from sipsorcery_web.contract.errors import Refused
from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.contract.rules.catalogue import ADDRESS_INVALID, TOO_MANY_ADDRESS_CHANGES, TOO_MANY_MAILS
from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.database.connection import Database
from sipsorcery_web.hashes import hash_secret
from sipsorcery_web.jobs.queue import Job, JobQueue, NewJob, QueueFull
from sipsorcery_web.jobs.runner import GiveUp
from sipsorcery_web.mail.mailer import Mailer
from sipsorcery_web.mail.messages import Mail, UnfitMail, is_address
from sipsorcery_web.mail.templates import MailTemplates

from .mailed_links import new_link
from .store.models import CustomerRow

ACCOUNT_MAIL = "account mail"
"""The kind of job."""
AN_HOUR = 3
"""Mails about one matter to one address, and changes of the address that one customer can ask for."""
ADDRESS_CHANGES = "address-changes"
"""The kind under which it is counted what a customer asks for; who has asked for less is told of no other's mails."""
A_DAY = 20
"""Mails that one customer can ask for in 24 hours."""
REPEATED_WITHIN = 300
"""Seconds: who asks twice within them for a new password has one mail."""
KEY_LENGTH = 45
"""Characters of the hash of an address or a username, under which mails are counted."""


class Matter(StrEnum):
    """The matters that mails are about; each has templates of its name."""

    CONFIRMATION = LinkPurpose.CONFIRMATION
    ADDRESS_CHANGE = LinkPurpose.ADDRESS_CHANGE
    RESET = LinkPurpose.RESET
    CHANGE_ASKED = "change-asked"
    CHANGED = "address-changed"


SUBJECTS = {
    Matter.CONFIRMATION: "Confirm your e-mail address",
    Matter.ADDRESS_CHANGE: "Confirm your new e-mail address",
    Matter.RESET: "Choose a new password",
    Matter.CHANGE_ASKED: "Your e-mail address is to change",
    Matter.CHANGED: "Your e-mail address has changed",
}


@dataclass(frozen=True, kw_only=True)
class AccountMail:
    """A mail that is asked for; `token` is that of its link, and `new_address` what a notice tells of."""

    matter: str
    to: str
    username: str = ""
    token: str = ""
    new_address: str = ""


@dataclass(frozen=True)
class AccountMails:
    """The mails about accounts of one installation; `pages` are the addresses that links begin with, by purpose."""

    database: Database
    queue: JobQueue
    mailer: Mailer
    templates: MailTemplates
    pages: Mapping[LinkPurpose, str]
    host: str

    def ask(self, session: Session, mail: AccountMail, a_day: int = A_DAY) -> None:
        """Ask for a mail, in the transaction of what it is about. Refused where its customer has asked for too many."""
        self._add(session, NewJob(asdict(mail)), mail.username, a_day)

    def ask_for_reset(self, session: Session, address: str) -> None:
        """Ask for a link that sets a new password, if somebody has this address."""
        window = int(self.queue.now().timestamp()) // REPEATED_WITHIN
        mail = AccountMail(matter=Matter.RESET, to=address)
        self._add(session, NewJob(asdict(mail), hash_secret(f"{ACCOUNT_MAIL}\n{mail.matter}\n{address}\n{window}")))

    def ask_for_confirmation(self, session: Session, username: str, address: str) -> None:
        """Ask for a link that confirms the address of a new customer."""
        token = new_link(session, LinkPurpose.CONFIRMATION, username, address, self.queue.now())
        self.ask(session, AccountMail(matter=Matter.CONFIRMATION, to=address, username=username, token=token))

    def ask_for_change(self, session: Session, customer: CustomerRow, new_address: str) -> None:
        """Ask for a link that confirms another address of a customer, and for a notice to the present one."""
        username, present = customer.customer_username, customer.email_address
        self.ask_for_changing_link(session, username, new_address)
        self.ask(
            session,
            AccountMail(matter=Matter.CHANGE_ASKED, to=present, username=username, new_address=new_address),
        )

    def ask_for_changing_link(self, session: Session, username: str, new_address: str) -> None:
        """Ask for a link that confirms another address of a customer; one that was sent before is over then.

        Refused where its customer has asked for as many as an hour allows: one mail more would not be sent.
        """
        self._address_changes().note_within(session, ADDRESS_CHANGES, _counted_under(username))
        token = new_link(session, LinkPurpose.ADDRESS_CHANGE, username, new_address, self.queue.now())
        self.ask(session, AccountMail(matter=Matter.ADDRESS_CHANGE, to=new_address, username=username, token=token))

    def next_change(self, session: Session, username: str) -> datetime:
        """Return from when on a customer can ask for another link to a new address, as to how many there were."""
        return self.queue.now() + self._address_changes().wait(session, ADDRESS_CHANGES, _counted_under(username))

    def send_job(self, job: Job) -> None:
        """Write the mail of a job, and have it sent. Raises GiveUp for one too many to its address, and for none."""
        mail = AccountMail(**job.contents)
        if mail.matter == Matter.RESET:
            mail = replace(mail, username=self._owner_of(mail.to))
        if not mail.username:
            return
        self._count(mail)
        if mail.matter == Matter.RESET:
            mail = self._with_new_link(mail)
        try:
            self.mailer.post(self._written(mail), key=job.id)
        except UnfitMail as error:
            raise GiveUp(str(error)) from error

    def _add(self, session: Session, job: NewJob, owner: str = "", a_day: int = 0) -> None:
        try:
            self.queue.add_within(session, ACCOUNT_MAIL, [job], owner=owner, a_day=a_day)
        except QueueFull as error:
            raise Refused(TOO_MANY_MAILS) from error

    def _owner_of(self, address: str) -> str:
        with self.database.read() as session:
            hers = select(CustomerRow.customer_username).where(CustomerRow.email_address == address)
            return session.scalars(hers).one_or_none() or ""

    def _count(self, mail: AccountMail) -> None:
        limit = AddressLimit(self.database, self.queue.now, _too_many, AN_HOUR)
        limit.note(mail.matter, _counted_under(mail.to))

    def _address_changes(self) -> AddressLimit:
        return AddressLimit(self.database, self.queue.now, lambda _: Refused(TOO_MANY_ADDRESS_CHANGES), AN_HOUR)

    def _with_new_link(self, mail: AccountMail) -> AccountMail:
        with self.database.write() as session:
            token = new_link(session, LinkPurpose.RESET, mail.username, mail.to, self.queue.now())
        return replace(mail, token=token)

    def _written(self, mail: AccountMail) -> Mail:
        matter = Matter(mail.matter)
        page = self.pages[LinkPurpose(matter)] if mail.token else ""
        values = {
            "username": mail.username,
            "new_address": mail.new_address,
            "host": self.host,
            "link": f"{page}{mail.token}",
        }
        return self.templates.mail(matter, mail.to, f"{SUBJECTS[matter]} for {self.host}", values)


def refuse_unmailable(address: str | None) -> None:
    """Raise Refused for what the contract takes as an address, and no mail can be sent to."""
    if not is_address(address or ""):
        raise Refused(ADDRESS_INVALID)


def _counted_under(whose: str) -> str:
    return hash_secret(whose)[:KEY_LENGTH]


def _too_many(_seconds: int) -> GiveUp:
    return GiveUp("as many mails as an hour allows have gone to its address.")
