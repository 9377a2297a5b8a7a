"""Kamailio's tables as this project sees them (revision 0004 of the migrations declares them).

They are on a metadata of their own: with SQLite they are in another file, attached to every connection.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Dialect, Double, Float, Integer, MetaData, String, Table, TypeDecorator
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JULIAN_UNIX_EPOCH = 2440587.5
"""1970-01-01T00:00Z as a Julian day."""
PRECISION = 0.001
"""Seconds; a Julian day has 40 µs."""

kamailio_metadata = MetaData()


class KamailioTime(TypeDecorator[datetime]):
    """A moment as Kamailio stores it: a Julian day in SQLite, bare time of its own zone (UTC) in PostgreSQL."""

    impl = Double
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Double() if dialect.name == "sqlite" else TIMESTAMP())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - UNIX_EPOCH) / timedelta(days=1) + JULIAN_UNIX_EPOCH
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            # Kamailio means a whole second, and writes half a second less: not to be rounded, which may go either way.
            seconds = math.ceil((value - JULIAN_UNIX_EPOCH) * 86400 - PRECISION)
            return UNIX_EPOCH + timedelta(seconds=seconds)
        moment: datetime = value.replace(tzinfo=UTC)
        return moment


class UnixTime(TypeDecorator[datetime]):
    """A moment as seconds since 1970."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else int((value - UNIX_EPOCH).total_seconds())

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else UNIX_EPOCH + timedelta(seconds=value)


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, kamailio_metadata, Column("id", Integer, primary_key=True), *columns)


def _texts(names: str) -> list[Column[Any]]:
    return [Column(name, String) for name in names.split()]


SUBSCRIBER_SWITCHES = ("disabled", "incoming_only", "keep_alives", "as_sent", "has_out_plan", "has_in_plan")

SUBSCRIBER = _table(
    "subscriber",
    *_texts("account_id username domain ha1_md5 ha1_sha256 ha1b_md5 ha1b_sha256"),
    *_texts("owner admin_member_id trusted_addresses network"),
    *(Column(name, Integer) for name in SUBSCRIBER_SWITCHES),
)
"""SIP accounts as Kamailio reads them. Each row has an HA1: Kamailio 5.6 crashes on one that is null."""

LOCATION = _table(
    "location",
    *_texts("ruid username domain contact received user_agent socket binding_id aor"),
    Column("q", Float),
    Column("expires", KamailioTime),
    Column("last_modified", KamailioTime),
)

DIALOG = _table(
    "dialog",
    Column("hash_entry", Integer),
    Column("hash_id", Integer),
    *_texts("callid from_uri from_tag to_uri to_tag caller_cseq callee_cseq caller_contact callee_contact"),
    *_texts("caller_sock callee_sock req_uri bridge_id out_leg_id in_leg_id"),
    Column("state", Integer),
    Column("start_time", UnixTime),
)

DIALOG_VARS = _table(
    "dialog_vars", Column("hash_entry", Integer), Column("hash_id", Integer), *_texts("dialog_key dialog_value")
)

PROVIDER_CONTACT = _table("provider_contacts", *_texts("l_uuid username domain owner provider_name"))
"""The account that calls from a provider go to; `l_uuid` is the provider's id, and the user of our contact there."""

INVITE_FACTS = (
    "call_id",
    "caller_owner",
    "callee_owner",
    "from_header",
    "from_name",
    "from_user",
    "dst_uri",
    "dst_user",
    "dst_host",
    "remote_socket",
    "local_socket",
    "setup_time",
    "unproved",
)
"""What the configuration notes of an INVITE, in one JSON text; `unproved` where the caller did not prove who it is."""
RING_FACTS = ("ring_code", "ring_reason", "ring_time")
ANSWER_FACTS = ("answer_code", "answer_reason", "answer_time", "callee_socket", "leg", "relayed")
"""What it notes of the last provisional answer and of the final one, in another."""
HANGUP_FACTS = ("hangup_time", "hangup_reason")
"""How a call ended, in a text with a space between."""

CALL_RECORD = _table(
    "acc_cdrs",
    Column("start_time", KamailioTime),
    Column("end_time", KamailioTime),
    Column("duration", Float),
    *_texts("invite answer hangup bridge_id out_leg_id in_leg_id"),
)
