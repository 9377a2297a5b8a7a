"""Registrar bindings and calls as rows of the service's lists, straight from Kamailio's tables.

They have the columns of the service's own tables of these names, so lists, filters and owners work on them alike.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement

from sipsorcery_web.service.store.models import SIPAccountRow

from .tables import DIALOG, DIALOG_VARS, LOCATION, KamailioTime, UnixTime

ANSWERED = (3, 4)
"""The states of a dialog whose call goes on: answered, and acknowledged."""


class seconds_between(FunctionElement[int]):  # noqa: N801 (a function of SQL)
    """The whole seconds from the first to the second of two KamailioTimes."""

    type = Integer()
    inherit_cache = True


class kamailio_now(FunctionElement[Any]):  # noqa: N801 (a function of SQL)
    """The present moment as an KamailioTime."""

    type = KamailioTime()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(round(({end} - {start}) * 86400) AS INTEGER)"


@compiles(seconds_between, "postgresql")
def _seconds_on_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(round(extract(epoch FROM {end} - {start})) AS INTEGER)"


@compiles(kamailio_now, "sqlite")
def _now_on_sqlite(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "julianday('now')"


@compiles(kamailio_now, "postgresql")
def _now_on_postgresql(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "(now() AT TIME ZONE 'utc')"


class KamailioBase(DeclarativeBase):
    """The declarative base of what is read from Kamailio; nothing is written through it."""


def _nothing(type: Any) -> ColumnElement[Any]:
    return type_coerce(null(), type)


def _as_uuid(column: Any) -> ColumnElement[Any]:
    return type_coerce(column, Uuid(as_uuid=True, native_uuid=False))


def _dashed(column: Any) -> ColumnElement[str]:
    """A GUID as text, as the contract writes it."""
    parts = [func.substr(column, start, length) for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    text: Any = parts[0]
    for part in parts[1:]:
        text = text + literal("-") + part
    return type_coerce(text, String())


def _socket(uri: Any) -> ColumnElement[str]:
    """Return `sip:192.0.2.7:5060;transport=tcp` as `tcp:192.0.2.7:5060`."""
    bare = func.replace(uri, "sip:", "")
    for transport in ("udp", "tcp", "tls"):
        bare = func.replace(bare, f";transport={transport}", "")
    protocol = case((uri.like("%;transport=tls%"), "tls:"), (uri.like("%;transport=tcp%"), "tcp:"), else_="udp:")
    return type_coerce(protocol + bare, String())


def _bindings() -> Select[Any]:
    account = SIPAccountRow.__table__.c
    binding = LOCATION.c
    return (
        select(
            _as_uuid(binding.binding_id).label("id"),
            account.owner,
            account.admin_member_id,
            binding.aor.label("sip_account_name"),
            binding.contact.label("contact_uri"),
            func.coalesce(binding.received, binding.contact).label("mangled_contact_uri"),
            seconds_between(binding.last_modified, binding.expires).label("expiry"),
            binding.last_modified.label("last_update"),
            binding.socket.label("proxy_sip_socket"),
            case((binding.q >= 0, cast(binding.q, String())), else_=null()).label("q"),
            func.coalesce(binding.socket, "").label("registrar_sip_socket"),
            _socket(func.coalesce(binding.received, binding.contact)).label("remote_sip_socket"),
            binding.user_agent,
        )
        .join_from(
            LOCATION,
            SIPAccountRow.__table__,
            and_(account.sip_username == binding.username, account.sip_domain == binding.domain),
        )
        .where(binding.expires > kamailio_now())
    )


class BindingRow(KamailioBase):
    """A contact that is registered."""

    __table__ = _bindings().subquery("engine_bindings")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)


class text_in_json(FunctionElement[str]):  # noqa: N801 (a function of SQL)
    """The text of this name in a JSON object that is kept as text; null where there is none."""

    type = String()
    inherit_cache = True


@compiles(text_in_json, "sqlite")
def _text_on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    kept, name = (compiler.process(clause, **more) for clause in element.clauses)
    return f"json_extract({kept}, '$.' || {name})"


@compiles(text_in_json, "postgresql")
def _text_on_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    kept, name = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(CAST({kept} AS JSON) ->> CAST({name} AS TEXT))"


def _fact(name: str) -> Any:
    """Return a fact that the configuration noted of a call's INVITE; null where it did not."""
    facts = DIALOG_VARS.alias()
    same = and_(
        facts.c.hash_entry == DIALOG.c.hash_entry, facts.c.hash_id == DIALOG.c.hash_id, facts.c.dialog_key == "invite"
    )
    noted = text_in_json(facts.c.dialog_value, literal(name))
    return select(noted).where(same).limit(1).scalar_subquery()


def _leg(direction: str, owner: str, id: str, cseq: str, tags: tuple[str, str], facts: tuple[str, ...]) -> Select[Any]:
    """The leg of the caller's or of the callee's owner, if that is a customer of this service."""
    call = DIALOG.c
    local, remote = tags
    return select(
        call[id].label("id"),
        _fact(owner).label("owner"),
        call.bridge_id,
        call.start_time,
        call.callid.label("call_id"),
        literal(direction).label("direction"),
        call[cseq].label("cseq"),
        call[local].label("local_tag"),
        call[remote].label("remote_tag"),
        call.caller_sock.label("proxy_sip_socket"),
        func.coalesce(_fact("dst_uri"), call.to_uri).label("remote_target"),
        func.coalesce(_fact("from_header"), call.from_uri).label("remote_user_field"),
        *(_fact(name).label(name) for name in facts),
    ).where(call.state.in_(ANSWERED), _fact(owner).is_not(None))


def _legs(*facts: str) -> Select[Any]:
    """Return both legs of each call: Out for the calling account's owner, In for the called one's.

    `facts` name more of what was noted of the INVITE.
    """
    leg = union_all(
        _leg("Out", "caller_owner", "out_leg_id", "caller_cseq", ("to_tag", "from_tag"), facts),
        _leg("In", "callee_owner", "in_leg_id", "callee_cseq", ("from_tag", "to_tag"), facts),
    ).subquery("legs")
    absent: tuple[tuple[str, Any], ...] = (
        ("admin_member_id", String()),
        ("hangup_at", DateTime()),
        ("remote_sdp", String()),
        ("sdp", String()),
        ("switchboard_caller_description", String()),
        ("switchboard_description", String()),
        ("switchboard_owner", String()),
    )
    return select(
        _as_uuid(leg.c.id).label("id"),
        leg.c.owner,
        _dashed(leg.c.bridge_id).label("bridge_id"),
        _dashed(leg.c.bridge_id).label("cdr_id"),
        cast(leg.c.cseq, Integer()).label("cseq"),
        type_coerce(literal(0), Integer()).label("call_duration_limit"),
        leg.c.call_id,
        leg.c.direction,
        type_coerce(leg.c.start_time, UnixTime()).label("inserted"),
        leg.c.local_tag,
        leg.c.remote_tag,
        leg.c.proxy_sip_socket,
        leg.c.remote_target,
        leg.c.remote_user_field,
        type_coerce(literal("NotAllowed"), String()).label("transfer_mode"),
        *(_nothing(type).label(name) for name, type in absent),
        *(leg.c[name] for name in facts),
    )


class CallRow(KamailioBase):
    """One leg of a call that goes on."""

    __table__ = _legs().subquery("engine_calls")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)


class KnownCallRow(KamailioBase):
    """The same with the moment of the INVITE, as it was noted, by which the record of the call is known again."""

    __table__ = _legs("setup_time").subquery("engine_known_calls")
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 (read by SQLAlchemy as it is)
