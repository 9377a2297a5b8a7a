"""Jobs beside the workers: run where there is something to send, or to delete, and by nobody else."""

from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from threading import Event
from types import SimpleNamespace
from typing import Any

from sqlalchemy import update

from sipsorcery_web import create_app
from sipsorcery_web.contract.extensions import LinkPurpose
from sipsorcery_web.mail.mailer import Mailer
from sipsorcery_web.mail.messages import Mail
from sipsorcery_web.portal.http.parts import parts_of
from sipsorcery_web.provisioning.client import ClientIdentity, ProvisioningClient
from sipsorcery_web.service.dispatch import service_of
from sipsorcery_web.service.mailed_links import new_link
from sipsorcery_web.service.operators import Operators
from sipsorcery_web.service.passwords import Passwords
from sipsorcery_web.service.store.models import CustomerRow
from sipsorcery_web.serving.companions import chores_of, run_jobs, run_webhooks
from sipsorcery_web.settings import Settings
from sipsorcery_web.settings.values import SMTPServer
from sipsorcery_web.webhooks.keeping import WebhookKeeping
from tests.factories.records import person
from tests.mail.servers import Inbox, mail_server
from tests.running import HOST
from tests.webhooks.receiver import Receiver, at_work


def test_a_portal_that_sends_nothing_and_keeps_all_has_no_jobs_to_run(settings: Settings) -> None:
    assert run_jobs(create_app(replace(settings, keep_audit=0))) == []


def test_entries_of_the_audit_that_are_too_old_are_deleted(settings: Settings) -> None:
    app = create_app(settings)
    deleted = Event()
    app.extensions["old_audit_entries"] = SimpleNamespace(delete=deleted.set)
    (companion,) = run_jobs(app)
    end = companion.start()

    assert deleted.wait(30)
    end()


def test_old_executions_are_deleted_where_there_is_a_sip_engine(settings: Settings) -> None:
    app = create_app(replace(settings, sip_host=HOST))
    deleted = Event()
    app.extensions["executions"] = SimpleNamespace(delete_old=deleted.set)
    (companion,) = run_jobs(app)
    end = companion.start()

    assert deleted.wait(30)
    end()


def test_old_call_records_are_deleted_with_their_executions_where_the_operator_keeps_them_for_some_days(
    settings: Settings,
) -> None:
    app = create_app(replace(settings, keep_records=30))
    records, executions = Event(), Event()
    app.extensions["old_call_records"] = SimpleNamespace(delete=records.set)
    app.extensions["executions"] = SimpleNamespace(delete_old=executions.set)
    (companion,) = run_jobs(app)
    end = companion.start()

    assert records.wait(30)
    assert executions.wait(30)
    end()


def test_mails_that_a_portal_kept_are_sent_by_what_runs_beside_its_workers(settings: Settings) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        server, sender = SMTPServer(HOST, port, "none"), Address(addr_spec="sip@example.org")
        app = create_app(replace(settings, smtp_url=server, mail_from=sender))
        mailer: Mailer = app.extensions["mailer"]
        mailer.post(Mail(to=["alice@example.org"], subject="Hello", body="A call came.\n"))
        (companion,) = run_jobs(app)
        end = companion.start()
        assert inbox.has_come.wait(30)
        end()

    assert [each.rcpt_tos for each in inbox.received] == [["alice@example.org"]]
    assert mailer.queue.waiting("mail") == 0


def test_what_a_stranger_asked_for_is_looked_up_and_mailed_beside_the_workers(
    settings: Settings, passwords: Passwords
) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        mail: dict[str, Any] = {
            "smtp_url": SMTPServer(HOST, port, "none"),
            "mail_from": Address(addr_spec="sip@example.org"),
        }
        app = create_app(replace(settings, public_url="https://sip.example.org", **mail), passwords=passwords)
        service = service_of(app)
        assert service is not None
        Operators(service.context).create_customer(person("alice"), administrator=False)
        ProvisioningClient(service, ClientIdentity()).request_password_reset("alice@example.org")
        (companion,) = run_jobs(app)
        end = companion.start()
        assert inbox.has_come.wait(30)
        end()

    assert [each.rcpt_tos for each in inbox.received] == [["alice@example.org"]]
    assert "https://sip.example.org/login/reset/" in inbox.messages[0].as_string()


def test_customers_whose_address_was_not_confirmed_are_deleted_where_links_are_mailed(settings: Settings) -> None:
    sender, server = Address(addr_spec="sip@example.org"), SMTPServer(HOST, 9, "none")
    app = create_app(replace(settings, public_url="https://sip.example.org", smtp_url=server, mail_from=sender))
    service = service_of(app)
    assert service is not None
    Operators(service.context).create_customer(person("carol"), administrator=False)
    with service.context.database.write() as session:
        new_link(session, LinkPurpose.CONFIRMATION, "carol", "carol@example.org", datetime(2020, 1, 1, tzinfo=UTC))
        session.execute(update(CustomerRow).values(email_address_confirmed=False))
    for chore in chores_of(app):
        chore.do()

    assert Operators(service.context).customers() == []


def test_what_happens_is_posted_to_webhooks_beside_the_workers(settings: Settings, passwords: Passwords) -> None:
    app = create_app(replace(settings, private_providers=True), passwords=passwords)
    service = service_of(app)
    assert service is not None
    Operators(service.context).create_customer(person("alice"), administrator=False)
    with at_work(Receiver()) as receiver:
        hook, _ = parts_of(app)[WebhookKeeping].add("alice", receiver.url, ["record.changed"])
        parts_of(app)[WebhookKeeping].test("alice", hook.id)
        (companion,) = run_webhooks(app)
        end = companion.start()
        assert receiver.has_come.wait(30)
        end()

    assert [each.path for each in receiver.posted] == ["/events"]


def test_in_front_of_another_service_there_are_no_webhooks_to_run(settings: Settings) -> None:
    assert run_webhooks(create_app(replace(settings, provisioning_url="http://127.0.0.1:9"))) == []
