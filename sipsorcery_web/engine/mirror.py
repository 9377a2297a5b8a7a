"""What the engine is told of accounts and providers, in the transaction that changes them.

The mirror listens to what a session flushes, so no operation can forget it. What the engine has to do at once (end the
bindings of an account) is done after the commit, when no lock is held.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Result, delete, event, insert, inspect, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from sipsorcery_web.contract.sip_uris import SIPURI
from sipsorcery_web.database.engine import Database
from sipsorcery_web.database.keyring import Keyring
from sipsorcery_web.service.store.models import CustomerRow, SIPAccountRow, SIPProviderRow
from sipsorcery_web.service.store.rows import secret_of

from .tables import PROVIDER_ANSWER, PROVIDER_REGISTRATION, SUBSCRIBER
from .trusted import trusted_networks

CHANGES = "engine_changes"


@dataclass
class Changes:
    """What a transaction changed for the engine: (username, domain) of accounts, ids of providers."""

    ended: set[tuple[str, str]] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Mirror:
    """The engine's tables of accounts and providers, kept in step with the service's."""

    database: Database
    keyring: Keyring
    addresses: Callable[[str], str]
    """The domain that a host means: the engine's own address stands for the default domain."""
    afterwards: Callable[[Changes], None]
    """What is told after a commit."""

    def listen(self) -> None:
        """From now on, every flush of the database's sessions is mirrored."""
        for name, listener in self._listeners:
            event.listen(self.database.sessions, name, listener)

    def forget(self) -> None:
        """Listen no longer."""
        for name, listener in self._listeners:
            event.remove(self.database.sessions, name, listener)

    @property
    def _listeners(self) -> tuple[tuple[str, Callable[..., Any]], ...]:
        return (
            ("after_flush", self._flushed),
            ("do_orm_execute", self._executed),
            ("after_commit", self._committed),
            ("after_soft_rollback", _forget),
        )

    def rebuild(self) -> None:
        """Make the tables anew from the service's; for the start, since another process may have changed those."""
        with self.database.write() as session:
            connection = session.connection()
            connection.execute(delete(SUBSCRIBER))
            suspended = set(session.scalars(select(CustomerRow.customer_username).where(CustomerRow.suspended)))
            rows = session.scalars(select(SIPAccountRow)).all()
            _insert_all(connection, SUBSCRIBER, [self._subscriber(row, row.owner in suspended) for row in rows])
            connection.execute(delete(PROVIDER_REGISTRATION))
            providers = [row for row in session.scalars(select(SIPProviderRow)) if row.is_registering]
            _insert_all(connection, PROVIDER_REGISTRATION, [self._registration(row) for row in providers])
            wanted = select(PROVIDER_REGISTRATION.c.l_uuid)
            connection.execute(delete(PROVIDER_ANSWER).where(PROVIDER_ANSWER.c.l_uuid.not_in(wanted)))

    def _flushed(self, session: Session, _context: object) -> None:
        connection = session.connection()
        changes: Changes = session.info.setdefault(CHANGES, Changes())
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
        result = state.invoke_statement()
        connection = state.session.connection()
        changes: Changes = state.session.info.setdefault(CHANGES, Changes())
        self._forget_accounts(connection, changes, SUBSCRIBER.c.owner.not_in(select(CustomerRow.customer_username)))
        kept = {id.hex for id in connection.scalars(select(SIPProviderRow.id))}
        for known in connection.scalars(select(PROVIDER_REGISTRATION.c.l_uuid)).all():
            if known not in kept:
                _forget_provider(connection, changes, UUID(hex=known))
        return result

    def _committed(self, session: Session) -> None:
        changes: Changes | None = session.info.pop(CHANGES, None)
        if changes is not None and (changes.ended or changes.providers):
            self.afterwards(changes)

    def _customer_changed(self, session: Session, changes: Changes, row: CustomerRow) -> None:
        """Suspended, with all accounts; or no longer."""
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
        """An account as the engine reads it; nobody knows the password of an account that has none."""
        return {
            "account_id": row.id.hex,
            "username": row.sip_username,
            "domain": row.sip_domain,
            "ha1_md5": secret_of(row, "ha1_md5", self.keyring) or secrets.token_hex(16),
            "ha1_sha256": secret_of(row, "ha1_sha256", self.keyring) or secrets.token_hex(32),
            "owner": row.owner,
            "disabled": int(row.is_user_disabled or row.is_admin_disabled or suspended),
            "incoming_only": int(row.is_incoming_only),
            "keep_alives": int(row.send_nat_keep_alives),
            "as_sent": int(row.dont_mangle_enabled),
            "trusted_addresses": ",".join(trusted_networks(row.ip_address_acl) or []),
        }

    def _forget_accounts(self, connection: Connection, changes: Changes, which: Any) -> None:
        rows = connection.execute(select(SUBSCRIBER.c.username, SUBSCRIBER.c.domain).where(which)).all()
        changes.ended.update((row.username, row.domain) for row in rows)
        connection.execute(delete(SUBSCRIBER).where(which))

    def _provider_changed(self, connection: Connection, changes: Changes, row: SIPProviderRow) -> None:
        connection.execute(delete(PROVIDER_REGISTRATION).where(PROVIDER_REGISTRATION.c.l_uuid == row.id.hex))
        if row.is_registering:
            connection.execute(insert(PROVIDER_REGISTRATION).values(self._registration(row)))
        changes.providers.add(row.id.hex)

    def _registration(self, row: SIPProviderRow) -> dict[str, Any]:
        """What the engine registers: with HA1 where the realm is known, else with the password (decision 14)."""
        contact = SIPURI.parse(row.register_contact or "sip:invalid")
        server = SIPURI.parse(row.provider_server or "sip:invalid")
        ha1 = secret_of(row, "ha1_md5", self.keyring) if row.register_realm else None
        password = "" if ha1 else secret_of(row, "provider_password", self.keyring) or ""
        return {
            "l_uuid": row.id.hex,
            "l_username": contact.user or "nobody",
            "l_domain": self.addresses(_host(contact)),
            "r_username": row.provider_username or "anonymous",
            "r_domain": _host(server),
            "realm": row.register_realm or "",
            "auth_username": row.provider_auth_username or row.provider_username or "",
            "auth_password": password,
            "auth_ha1": ha1 or "",
            "auth_proxy": _destination(row),
            "expires": row.register_expiry,
            "flags": 0,
            "custom_headers": "".join(
                f"{part.strip()}\r\n" for part in (row.custom_headers or "").split("|") if part.strip()
            ),
        }


def _forget_provider(connection: Connection, changes: Changes, id: UUID) -> None:
    connection.execute(delete(PROVIDER_REGISTRATION).where(PROVIDER_REGISTRATION.c.l_uuid == id.hex))
    changes.providers.add(id.hex)


def _forget(session: Session, _previous: object) -> None:
    session.info.pop(CHANGES, None)


def _insert_all(connection: Connection, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        connection.execute(insert(table), rows)


def _host(uri: SIPURI) -> str:
    """The host without its port, as an address of record has it."""
    host = uri.host.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _destination(row: SIPProviderRow) -> str:
    """Where the request is sent: the outbound proxy, else the server for registrations, else the provider's."""
    uri = SIPURI.parse(row.provider_outbound_proxy or row.register_server or row.provider_server or "sip:invalid")
    transport = next((part for part in uri.parameters.split(";") if part.lower().startswith("transport=")), "")
    if uri.scheme == "sips":
        transport = "transport=tls"
    return f"sip:{uri.host}" + (f";{transport.lower()}" if transport else "")
