"""A value in every sealed column, stored by the stores themselves, and read back by them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from sipsorcery_web.calls.executions import Executions
from sipsorcery_web.clock import utc_now
from sipsorcery_web.contract.records import SIPAccount, SIPProvider
from sipsorcery_web.database.address_limit import AddressLimit
from sipsorcery_web.database.connection import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.database.sealed import place_of
from sipsorcery_web.dial_plans.live.stored_values import StoredValues
from sipsorcery_web.ip_addresses import PUBLIC_ONLY
from sipsorcery_web.jobs.queue import JobQueue, NewJob
from sipsorcery_web.portal.storage.deleted_records import DeletedRecords
from sipsorcery_web.portal.storage.dial_plan_test_cases import DialPlanTestCases, PlanTestCase
from sipsorcery_web.portal.storage.dial_plan_versions import DialPlanVersions, PlanText, Saving
from sipsorcery_web.portal.storage.edit_snapshots import EditSnapshots
from sipsorcery_web.portal.storage.half_sign_ins import HalfSignIn, HalfSignIns
from sipsorcery_web.portal.storage.passkeys import Passkeys
from sipsorcery_web.portal.storage.saved_forms import SavedForms
from sipsorcery_web.portal.storage.sessions import SessionRecord, SqlSessions
from sipsorcery_web.portal.storage.shared_ladders import SharedLadders
from sipsorcery_web.portal.storage.totp_secrets import TotpSecrets
from sipsorcery_web.service.domains import keep_default_domain
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPProviderRow
from sipsorcery_web.service.store.rows import derive_ha1, fill, secret_of
from sipsorcery_web.webhooks.addresses import Addresses
from sipsorcery_web.webhooks.keeping import WebhookKeeping
from sipsorcery_web.webhooks.models import WebhookMessageRow, WebhookRow
from tests.calls.kept_executions import CALL_ID, running
from tests.factories import DOMAIN, SIP_PASSWORD
from tests.factories.passkeys import passkey
from tests.factories.records import sip_account, sip_provider

OWNER, RECORD, SESSION = "alice", UUID(int=7), "a session of alice's"
Reader = Callable[[Database, Keyring], Any]


def keep_all(database: Database, keyring: Keyring) -> Mapping[str, Reader]:
    """Keep one of each; what reads it back, by the column that it is in."""
    now = utc_now()
    with database.write() as session:
        keep_default_domain(session, DOMAIN, keyring, now)
        customer = {"id": uuid4(), "customer_username": OWNER, "email_address": "alice@example.org"}
        session.execute(insert(CustomerRow).values(**customer, password_hash="-", inserted=now))
    return {
        **_kept_by_the_service(database, keyring, now),
        **_kept_by_the_portal(database, keyring, now),
        **_kept_of_webhooks(database, keyring, now),
    }


def _kept_of_webhooks(database: Database, keyring: Keyring, now: datetime) -> dict[str, Reader]:
    kept = WebhookKeeping(database, keyring, Addresses(PUBLIC_ONLY), lambda: now)
    hook, _ = kept.add(OWNER, "https://hooks.example.org/", ["record.changed"])
    kept.rotate(OWNER, hook.id)
    kept.test(OWNER, hook.id)
    with database.write() as session:
        row = session.scalars(select(WebhookMessageRow)).one()
        row.sealed_answer = keyring.seal("taken", place_of(WebhookMessageRow.sealed_answer, row.id, hook.id))

    def read(column: Any, *of: str) -> Reader:
        def value(database: Database, keyring: Keyring) -> str:
            with database.read() as session:
                found = session.scalars(select(column.class_)).one()
            return keyring.open_text(
                getattr(found, column.key), place_of(column, *(getattr(found, name) for name in of))
            )

        return value

    return {
        "webhooks.sealed_secret": read(WebhookRow.sealed_secret, "id", "owner"),
        "webhooks.sealed_old_secret": read(WebhookRow.sealed_old_secret, "id", "owner"),
        "webhook_messages.sealed": read(WebhookMessageRow.sealed, "id", "webhook_id"),
        "webhook_messages.sealed_answer": read(WebhookMessageRow.sealed_answer, "id", "webhook_id"),
    }


def _kept_by_the_service(database: Database, keyring: Keyring, now: datetime) -> dict[str, Reader]:
    account = sip_account("alice-desk", id=RECORD, owner=OWNER, inserted=now)
    provider = sip_provider("blueline", id=RECORD, owner=OWNER, inserted=now, last_update=now)
    with database.write() as session:
        rows: list[tuple[Any, SIPAccount | SIPProvider]] = [(SIPAccountRow(), account), (SIPProviderRow(), provider)]
        for row, record in rows:
            row.id = record.id
            fill(row, record, [name for name in vars(record) if name not in ("present", "unknown")], keyring)
            session.add(row)
        derive_ha1(rows[0][0], keyring)
    StoredValues(database, keyring).write(OWNER, "mode", "night")
    JobQueue(database, keyring).add("mail", [NewJob({"to": "bob"})], owner=OWNER)
    Executions(database, keyring).keep([running(now, OWNER)])
    return {
        "sipaccounts.sealed_sip_password": _secret(SIPAccountRow, "sip_password"),
        "sipaccounts.sealed_ha1_md5": _secret(SIPAccountRow, "ha1_md5"),
        "sipaccounts.sealed_ha1_sha256": _secret(SIPAccountRow, "ha1_sha256"),
        "sipproviders.sealed_provider_password": _secret(SIPProviderRow, "provider_password"),
        "dialplanvalues.sealed": lambda database, keyring: StoredValues(database, keyring).keys(OWNER),
        "jobs.sealed": lambda database, keyring: [
            job.contents for job in JobQueue(database, keyring, _much_later).take(["mail"])
        ],
        "executions.sealed": lambda database, keyring: [
            each.log for each in Executions(database, keyring).of_call(OWNER, CALL_ID)
        ],
    }


def _kept_by_the_portal(database: Database, keyring: Keyring, now: datetime) -> dict[str, Reader]:
    SqlSessions(database, keyring).add(SESSION, SessionRecord('{"a": 1}', OWNER, _much_later(), _much_later()), now)
    form = SavedForms(database, keyring).save(OWNER, "/page", {"name": ["typed"]})
    EditSnapshots(database, keyring).keep(OWNER, "a digest", "as it was")
    DeletedRecords(database, keyring).keep(OWNER, RECORD, "deleted")
    saving = Saving(PlanText("night", "Ruby", "sys.Log"), OWNER, now, "", 1, 0)
    DialPlanVersions(database, keyring).keep(RECORD, OWNER, None, saving)
    case = PlanTestCase(name="at night", call={}, answers={}, expected=["480"], last=["480"])
    DialPlanTestCases(database, keyring).add(RECORD, OWNER, case)
    TotpSecrets(database, keyring).put(OWNER, "JBSWY3DPEHPK3PXP", 1)
    Passkeys(database, keyring).add(passkey(OWNER))
    half = HalfSignIns(database, keyring).add(HalfSignIn(OWNER, "token", now, False, "", "/"))
    shared = _shared_ladders(database, keyring).add(OWNER, RECORD, "Call", "a ladder", is_blurred=True)
    return {
        "shared_ladders.sealed": lambda database, keyring: _shared_ladders(database, keyring).find(shared),
        "totp_secrets.sealed": lambda database, keyring: getattr(
            TotpSecrets(database, keyring).of(OWNER), "secret", None
        ),
        "passkeys.sealed": lambda database, keyring: Passkeys(database, keyring).of(OWNER),
        "half_sign_ins.sealed": lambda database, keyring: HalfSignIns(database, keyring).find(half),
        "browser_sessions.sealed": lambda database, keyring: getattr(
            SqlSessions(database, keyring).read(SESSION), "contents", None
        ),
        "kept_forms.sealed": lambda database, keyring: SavedForms(database, keyring).load(form, OWNER, "/page"),
        "opened_records.sealed": lambda database, keyring: EditSnapshots(database, keyring).find(OWNER, "a digest"),
        "deleted_records.sealed": lambda database, keyring: getattr(
            DeletedRecords(database, keyring).find(OWNER, RECORD), "contents", None
        ),
        "dial_plan_versions.sealed": lambda database, keyring: [
            each.text for each in DialPlanVersions(database, keyring).newest(RECORD, OWNER)
        ],
        "dial_plan_test_cases.sealed": lambda database, keyring: DialPlanTestCases(database, keyring).of_plan(
            RECORD, OWNER
        ),
    }


def _shared_ladders(database: Database, keyring: Keyring) -> SharedLadders:
    return SharedLadders(database, keyring, AddressLimit(database, utc_now, lambda _: Exception()))


def _secret(row: Any, attribute: str) -> Reader:
    def read(database: Database, keyring: Keyring) -> str | None:
        with database.read() as session:
            return secret_of(session.get_one(row, RECORD), attribute, keyring)

    return read


def _much_later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


__all__ = ["OWNER", "SIP_PASSWORD", "keep_all"]
