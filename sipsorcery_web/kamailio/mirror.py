"""Accounts and providers written for Kamailio, in the transaction that changes them.

The mirror listens to what a session flushes, so no operation can forget it. What Kamailio has to do at once (end the
bindings of an account) is done after the commit, when no lock is held.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, Select, delete, event, insert, inspect, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from sipsorcery_web.contract.sip_uris import SIPURI, split_port
from sipsorcery_web.database.connection import Database, take_time
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.hashes import ha1
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPProviderBindingRow, SIPProviderRow
from sipsorcery_web.service.store.rows import secret_of

from .acl import trusted_networks
from .tables import PROVIDER_CONTACT, SUBSCRIBER

CHANGES = "kamailio_changes"
NO_NETWORK = "-"


@dataclass
class Changes:
    """A transaction's changes for Kamailio: (username, domain) of accounts, ids of providers, and whom to tell."""

    ended: set[tuple[str, str]] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)
    deleted_providers: list[SIPProviderRow] = field(default_factory=list)
    """Those that were registered with."""


@dataclass(frozen=True)
class Mirror:
    """Kamailio's tables of accounts and providers, kept in step with the service's."""

    database: Database
    keyring: Keyring
    addresses: Callable[[str], str]
    """The domain that a host means: Kamailio's own address stands for the default domain."""
    afterwards: Callable[[Changes], None]
    """What is told after a commit."""

    def listen(self) -> None:
        """Mirror every flush of the database's sessions from now on."""
        for name, listener in self._listeners:
            event.listen(self.database.sessions, name, listener)

    def forget(self) -> None:
        """End the mirroring."""
        for name, listener in self._listeners:
            event.remove(self.database.sessions, name, listener)

    @property
    def _listeners(self) -> tuple[tuple[str, Callable[..., Any]], ...]:
        return (
            ("before_flush", self._about_to_flush),
            ("after_flush", self._flushed),
            ("do_orm_execute", self._executed),
            ("after_commit", self._committed),
            ("after_soft_rollback", _forget),
        )

    def rebuild(self) -> None:
        """Make the tables anew from the service's; for the start, since another process may have changed those."""
        with self.database.write() as session:
            take_time(session)
            connection = session.connection()
            connection.execute(delete(SUBSCRIBER))
            suspended = set(session.scalars(select(CustomerRow.customer_username).where(CustomerRow.suspended)))
            rows = session.scalars(select(SIPAccountRow)).all()
            _insert_all(connection, SUBSCRIBER, [self._subscriber(row, row.owner in suspended) for row in rows])
            connection.execute(delete(PROVIDER_CONTACT))
            providers = [row for row in session.scalars(select(SIPProviderRow)) if row.is_registering]
            _insert_all(connection, PROVIDER_CONTACT, [self._contact(row) for row in providers])

    def _about_to_flush(self, session: Session, _context: object, _instances: object) -> None:
        """Note which deleted providers were registered with, while their bindings are still there."""
        deleted = {row.id: row for row in session.deleted if isinstance(row, SIPProviderRow)}
        if deleted:
            binding = SIPProviderBindingRow.__table__.c
            registered = select(binding.provider_id).where(binding.is_registered, binding.provider_id.in_(deleted))
            found = session.connection().scalars(registered).all()
            _changes_of(session).deleted_providers.extend(deleted[id] for id in found)

    def _flushed(self, session: Session, _context: object) -> None:
        connection, changes = session.connection(), _changes_of(session)
        for row in session.deleted:
            if isinstance(row, SIPAccountRow):
                self._forget_accounts(connection, changes, SUBSCRIBER.c.account_id == row.id.hex)
            elif isinstance(row, SIPProviderRow):
                _forget_provider(connection, changes, row.id)
        for row in [*session.new, *(row for row in session.dirty if session.is_modified(row))]:
            if isinstance(row, SIPAccountRow):
                self._account_changed(connection, changes, row)
            elif isinstance(row, SIPProviderRow):
                self._provider_changed(connection, changes, row)
            elif isinstance(row, CustomerRow):
                self._customer_changed(session, changes, row)

    def _executed(self, state: ORMExecuteState) -> Result[Any] | None:
        """A customer is deleted by one statement, and with the customer the accounts and providers."""
        if not state.is_delete or state.bind_mapper is None or state.bind_mapper.class_ is not CustomerRow:
            return None
        changes = _changes_of(state.session)
        statement: Any = state.statement
        changes.deleted_providers.extend(state.session.scalars(_registered_providers_of(statement.whereclause)))
        result = state.invoke_statement()
        connection = state.session.connection()
        customers = select(CustomerRow.customer_username)
        self._forget_accounts(connection, changes, SUBSCRIBER.c.owner.not_in(customers))
        connection.execute(delete(PROVIDER_CONTACT).where(PROVIDER_CONTACT.c.owner.not_in(customers)))
        return result

    def _committed(self, session: Session) -> None:
        changes: Changes | None = session.info.pop(CHANGES, None)
        if changes is not None and (changes.ended or changes.providers or changes.deleted_providers):
            self.afterwards(changes)

    def _customer_changed(self, session: Session, changes: Changes, row: CustomerRow) -> None:
        """Mirror all accounts of a customer who was suspended, or is no longer."""
        if inspect(row).attrs.suspended.history.has_changes():
            accounts = select(SIPAccountRow).where(SIPAccountRow.owner == row.customer_username)
            for account in session.scalars(accounts):
                self._account_changed(session.connection(), changes, account)

    def _account_changed(self, connection: Connection, changes: Changes, row: SIPAccountRow) -> None:
        suspended = connection.scalar(select(CustomerRow.suspended).where(CustomerRow.customer_username == row.owner))
        wanted = self._subscriber(row, bool(suspended))
        same = SUBSCRIBER.c.account_id == row.id.hex
        known = connection.execute(select(SUBSCRIBER).where(same)).mappings().one_or_none()
        if known is None:
            connection.execute(insert(SUBSCRIBER).values(wanted))
            return
        connection.execute(update(SUBSCRIBER).where(same).values(wanted))
        keys = ("username", "domain", "ha1_md5")
        if any(known[key] != wanted[key] for key in keys) or wanted["disabled"] > known["disabled"]:
            changes.ended.add((known["username"], known["domain"]))

    def _subscriber(self, row: SIPAccountRow, suspended: bool) -> dict[str, Any]:
        """An account as Kamailio reads it; nobody knows the password of an account that has none.

        `ha1b` is for phones that give their name with the domain (Kamailio's word, auth_db).
        """
        password = secret_of(row, "sip_password", self.keyring) or secrets.token_hex(16)
        with_domain = f"{row.sip_username}@{row.sip_domain}", row.sip_domain, password
        return {
            "account_id": row.id.hex,
            "username": row.sip_username,
            "domain": row.sip_domain,
            "ha1_md5": secret_of(row, "ha1_md5", self.keyring) or secrets.token_hex(16),
            "ha1_sha256": secret_of(row, "ha1_sha256", self.keyring) or secrets.token_hex(32),
            "ha1b_md5": ha1(*with_domain, "MD5"),
            "ha1b_sha256": ha1(*with_domain, "SHA-256"),
            "owner": row.owner,
            "admin_member_id": row.admin_member_id,
            "disabled": int(row.is_user_disabled or row.is_admin_disabled) or 2 * int(suspended),
            "incoming_only": int(row.is_incoming_only),
            "keep_alives": int(row.send_nat_keep_alives),
            "as_sent": int(row.dont_mangle_enabled),
            "has_out_plan": int(bool(row.out_dial_plan_name)),
            "has_in_plan": int(bool(row.in_dial_plan_name)),
            "trusted_addresses": ",".join(trusted_networks(row.ip_address_acl) or []),
            "network": _network_of(row),
        }

    def _forget_accounts(self, connection: Connection, changes: Changes, which: Any) -> None:
        rows = connection.execute(select(SUBSCRIBER.c.username, SUBSCRIBER.c.domain).where(which)).all()
        changes.ended.update((row.username, row.domain) for row in rows)
        connection.execute(delete(SUBSCRIBER).where(which))

    def _provider_changed(self, connection: Connection, changes: Changes, row: SIPProviderRow) -> None:
        connection.execute(delete(PROVIDER_CONTACT).where(PROVIDER_CONTACT.c.l_uuid == row.id.hex))
        if row.is_registering:
            connection.execute(insert(PROVIDER_CONTACT).values(self._contact(row)))
        changes.providers.add(row.id.hex)

    def _contact(self, row: SIPProviderRow) -> dict[str, Any]:
        """The account that calls from a provider go to."""
        contact = SIPURI.parse(row.register_contact or "sip:invalid")
        return {
            "l_uuid": row.id.hex,
            "username": contact.user or "nobody",
            "domain": self.addresses(split_port(contact.host)[0]),
            "owner": row.owner,
            "provider_name": row.provider_name,
        }


def _network_of(row: SIPAccountRow) -> str:
    """A word that accounts of an owner with the same network id have in common; others cannot guess it."""
    network = (row.network_id or "").strip()
    return hashlib.sha256(f"{row.owner} {network}".encode()).hexdigest()[:32] if network else NO_NETWORK


def _changes_of(session: Session) -> Changes:
    changes: Changes = session.info.setdefault(CHANGES, Changes())
    return changes


def _registered_providers_of(customers: Any) -> Select[SIPProviderRow]:
    """The providers of the customers that fulfil a condition, as far as they are registered with."""
    owners = select(CustomerRow.customer_username).where(*(() if customers is None else (customers,)))
    binding = SIPProviderBindingRow
    return (
        select(SIPProviderRow)
        .join(binding, binding.provider_id == SIPProviderRow.id)
        .where(binding.is_registered, SIPProviderRow.owner.in_(owners))
    )


def _forget_provider(connection: Connection, changes: Changes, id: UUID) -> None:
    connection.execute(delete(PROVIDER_CONTACT).where(PROVIDER_CONTACT.c.l_uuid == id.hex))
    changes.providers.add(id.hex)


def _forget(session: Session, _previous: object) -> None:
    session.info.pop(CHANGES, None)


def _insert_all(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        connection.execute(insert(table), rows)
