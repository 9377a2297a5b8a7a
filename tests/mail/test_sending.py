"""Mails on their way through the queue to a real mail server."""

from collections.abc import Iterator
from email.headerregistry import Address
from pathlib import Path

import pytest

from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.jobs.queue import JobQueue, QueueFull
from sipsorcery_web.jobs.runner import JobRunner
from sipsorcery_web.mail.mailer import MAIL, Mailer
from sipsorcery_web.mail.messages import Mail, UnfitMail
from sipsorcery_web.settings.values import SMTPServer, smtp_server
from tests.certificates import own_certificate, trusted_by_the_operator
from tests.conftest import Clock
from tests.running import HOST, free_port

from .servers import Inbox, mail_server, takes_alice

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while")  # aiosmtpd does not see TLS from the first byte

SENDER = Address("SIPSorcery", addr_spec="sip@example.org")
HELLO = Mail(to=["alice@example.org", "bob@example.net"], subject="Hello", body="A call came.\n")


@pytest.fixture
def queue(database: Database, keyring: Keyring, clock: Clock) -> JobQueue:
    return JobQueue(database, keyring, clock)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_certificate(tmp_path_factory.mktemp("tls") / "mail.pem")


@pytest.fixture
def trusting(certificate: Path) -> Iterator[None]:
    with trusted_by_the_operator(certificate):
        yield


def mailer(queue: JobQueue, port: int, security: str = "none") -> Mailer:
    return Mailer(queue, SMTPServer(HOST, port, security), SENDER)


def run_all(mailer: Mailer) -> None:
    runner = JobRunner(mailer.queue, {MAIL: mailer.send_job})
    while runner.run_due():
        pass


def test_a_mail_reaches_each_recipient(queue: JobQueue) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        sending = mailer(queue, port)
        assert sending.post(HELLO) == 2
        run_all(sending)

    assert sorted(each.rcpt_tos for each in inbox.received) == [["alice@example.org"], ["bob@example.net"]]
    assert {each.mail_from for each in inbox.received} == {"sip@example.org"}
    assert {str(each["To"]) for each in inbox.messages} == {"alice@example.org, bob@example.net"}
    assert {each.get_content().strip() for each in inbox.messages} == {"A call came."}
    assert queue.waiting(MAIL) == 0


def test_a_mail_waits_while_the_server_is_away_and_is_the_same_then(queue: JobQueue, clock: Clock) -> None:
    sending = mailer(queue, free_port())
    sending.post(HELLO)
    run_all(sending)
    assert queue.waiting(MAIL) == 2

    clock.pass_(minutes=5)
    inbox = Inbox()
    with mail_server(inbox) as port:
        run_all(mailer(queue, port))

    assert len(inbox.received) == 2
    assert {str(each["Date"]) for each in inbox.messages} == {"Mon, 23 Nov 2026 12:00:00 +0000"}


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "554 no"])
def test_a_recipient_who_is_refused_for_good_is_given_up_and_the_others_get_theirs(
    queue: JobQueue, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    inbox = Inbox(answers={"bob@example.net": answer})
    with mail_server(inbox) as port:
        sending = mailer(queue, port)
        sending.post(HELLO)
        run_all(sending)

    assert [each.rcpt_tos for each in inbox.received] == [["alice@example.org"]]
    assert queue.waiting(MAIL) == 0
    assert f"the mail server says {answer}" in caplog.text


def test_a_recipient_who_is_refused_for_now_gets_it_later_and_the_others_only_once(
    queue: JobQueue, clock: Clock
) -> None:
    inbox = Inbox(answers={"bob@example.net": "451 greylisted"})
    with mail_server(inbox) as port:
        sending = mailer(queue, port)
        sending.post(HELLO)
        run_all(sending)
        inbox.answers.clear()
        clock.pass_(minutes=1)
        run_all(sending)

    assert [each.rcpt_tos for each in inbox.received] == [["alice@example.org"], ["bob@example.net"]]


def test_a_mail_whose_text_is_refused_for_now_is_tried_again(queue: JobQueue, clock: Clock) -> None:
    inbox = Inbox(answer_to_data="452 no room")
    with mail_server(inbox) as port:
        sending = mailer(queue, port)
        sending.post(HELLO)
        run_all(sending)

    assert queue.waiting(MAIL) == 2


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(("scheme", "security"), [("smtps", "tls"), ("smtp+starttls", "starttls")])
def test_user_and_password_go_over_tls(queue: JobQueue, certificate: Path, scheme: str, security: str) -> None:
    inbox = Inbox()
    demands = {"auth_required": True, "authenticator": takes_alice, "auth_require_tls": security == "starttls"}
    with mail_server(inbox, certificate, security, **demands) as port:
        server = smtp_server(f"{scheme}://alice%40example.org:p%3A%2F%40%20word@{HOST}:{port}")
        sending = Mailer(queue, server, SENDER)
        sending.post(HELLO)
        run_all(sending)

    assert len(inbox.received) == 2


@pytest.mark.usefixtures("trusting")
def test_a_wrong_password_loses_no_mail(queue: JobQueue, certificate: Path, caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox()
    demands = {"auth_required": True, "authenticator": takes_alice, "auth_require_tls": False}
    with mail_server(inbox, certificate, "tls", **demands) as port:
        sending = Mailer(queue, smtp_server(f"smtps://alice:secret-word@{HOST}:{port}"), SENDER)
        sending.post(HELLO)
        run_all(sending)

    assert (inbox.received, queue.waiting(MAIL)) == ([], 2)
    assert "refuses the password (535)" in caplog.text
    assert "secret-word" not in caplog.text


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(queue: JobQueue, certificate: Path, security: str) -> None:
    inbox = Inbox()
    with mail_server(inbox, certificate, security) as port:
        sending = mailer(queue, port, security)
        sending.post(HELLO)
        run_all(sending)

    assert (inbox.received, queue.waiting(MAIL)) == ([], 2)


def test_a_server_without_starttls_gets_nothing_where_it_is_asked_for(queue: JobQueue) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        sending = mailer(queue, port, "starttls")
        sending.post(HELLO)
        run_all(sending)

    assert (inbox.received, queue.waiting(MAIL)) == ([], 2)


def test_the_same_mail_of_the_same_matter_goes_out_once(queue: JobQueue) -> None:
    sending = mailer(queue, 25)

    assert [sending.post(HELLO, key="call 1"), sending.post(HELLO, key="call 1")] == [2, 0]
    assert sending.post(HELLO, key="call 2") == 2


def test_a_day_is_counted_by_recipients(queue: JobQueue) -> None:
    sending = mailer(queue, 25)
    sending.post(HELLO, owner="alice", a_day=3)

    with pytest.raises(QueueFull):
        sending.post(HELLO, owner="alice", a_day=3)


def test_what_cannot_be_written_is_refused_at_once(queue: JobQueue) -> None:
    with pytest.raises(UnfitMail):
        mailer(queue, 25).post(Mail(to=["alice@example.org\r\nBcc: eve@example.com"], subject="", body=""))

    assert queue.waiting(MAIL) == 0
