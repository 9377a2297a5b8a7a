"""Revision numbers of what live lists show: for each owner, for each AdminMemberId and for all (`*`).

Triggers raise them in the transaction that changes what is shown, whoever writes: the service, the portal's threads,
Kamailio. With SQLite each file has numbers of its own, since a trigger cannot write to another file. A phone that only
renews its registration raises nothing.

With PostgreSQL a number is the sum of a scope's rows. A transaction raises a row that no other one has locked, or adds
one, so that Kamailio's processes never wait for each other here, and cannot deadlock.
"""

from collections.abc import Iterator

from alembic import op

revision = "0009"
down_revision = "0008"

OWNED = ("sipaccounts", "sipproviders", "sipproviderbindings", "sipdialogues")
BINDINGS = "sipregistrarbindings"
SHOWN_OF_A_BINDING = (
    *("owner", "admin_member_id", "sip_account_name", "contact_uri", "mangled_contact_uri", "expiry"),
    *("proxy_sip_socket", "registrar_sip_socket", "remote_sip_socket", "user_agent", "q"),
)
SHOWN_OF_A_LOCATION = ("contact", "received", "user_agent", "socket", "q")
SHOWN_OF_A_CALL = ("start_time", "from_uri", "to_uri", "bridge_id", "out_leg_id", "in_leg_id")
SIDES = ("caller", "callee")
VERBS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    key, storage = ("INTEGER", "") if is_sqlite else ("SERIAL", "WITH (fillfactor = 50)")
    for schema in ("", "engine.") if is_sqlite else ("",):
        op.execute(
            f"CREATE TABLE {schema}revisions (id {key} NOT NULL, scope TEXT NOT NULL, "
            f"number BIGINT NOT NULL, CONSTRAINT pk_revisions PRIMARY KEY (id)) {storage}"
        )
        op.execute(f"CREATE INDEX {schema}ix_revisions_scope ON revisions (scope)")
    op.execute(f"ALTER TABLE {'engine.' if is_sqlite else ''}subscriber ADD COLUMN admin_member_id VARCHAR")
    run = op.get_bind().exec_driver_sql  # as it stands: there are colons in it
    for statement in sqlite_triggers() if is_sqlite else postgresql_statements():
        run(statement)


def differs(columns: tuple[str, ...], operator: str) -> str:
    """Return the condition that a row has changed in one of these columns."""
    return " OR ".join(f"OLD.{column} {operator} NEW.{column}" for column in columns)


def location_differs(operator: str, lasts: str) -> str:
    """Return the condition that a registration was more than renewed: it had run out, or lasts another time now."""
    seconds = [lasts.format(row=row) for row in ("OLD", "NEW")]
    is_renewed_late = "OLD.expires < NEW.last_modified"
    return f"{differs(SHOWN_OF_A_LOCATION, operator)} OR {seconds[0]} <> {seconds[1]} OR {is_renewed_late}"


def is_answered(row: str) -> str:
    return f"{row}.state IN (3, 4)"


def call_differs(operator: str) -> str:
    """Return the condition that a call has been answered or ended, or shows something else."""
    before, after = is_answered("OLD"), is_answered("NEW")
    return f"({before}) <> ({after}) OR ({after} AND ({differs(SHOWN_OF_A_CALL, operator)}))"


# SQLite


def sqlite_triggers() -> Iterator[str]:
    for table in (*OWNED, BINDINGS):
        when = differs(SHOWN_OF_A_BINDING, "IS NOT") if table == BINDINGS else ""
        yield sqlite_trigger(table, "INSERT", owners("NEW"))
        yield sqlite_trigger(table, "UPDATE", f"{owners('OLD')} UNION {owners('NEW')}", when)
        yield sqlite_trigger(table, "DELETE", owners("OLD"))
    when = location_differs("IS NOT", "CAST(round(({row}.expires - {row}.last_modified) * 86400) AS INTEGER)")
    yield sqlite_trigger("engine.location", "INSERT", subscribers("NEW"))
    yield sqlite_trigger("engine.location", "UPDATE", subscribers("NEW"), when)
    yield sqlite_trigger("engine.location", "DELETE", subscribers("OLD"))
    yield sqlite_trigger("engine.dialog", "INSERT", parties("NEW"), is_answered("NEW"))
    yield sqlite_trigger("engine.dialog", "UPDATE", parties("NEW"), call_differs("IS NOT"))
    yield sqlite_trigger("engine.dialog", "DELETE", parties("OLD"), is_answered("OLD"))
    yield sqlite_trigger("engine.dialog_vars", "INSERT", noted("NEW"), is_of_a_call("NEW"))
    yield sqlite_trigger("engine.dialog_vars", "UPDATE", f"{noted('OLD')} UNION {noted('NEW')}", is_of_a_call("NEW"))
    yield sqlite_trigger("engine.dialog_vars", "DELETE", noted("OLD"), is_of_a_call("OLD"))


def sqlite_trigger(table: str, verb: str, scopes: str, when: str = "") -> str:
    """Return a trigger that raises the numbers of scopes: a query with one column, in which null stands for none."""
    schema, _, name = table.rpartition(".")
    return f"""
CREATE TRIGGER {schema and f"{schema}."}revise_{name}_{verb.lower()} AFTER {verb} ON {name} {when and f"WHEN {when}"}
BEGIN
    INSERT INTO revisions (scope, number) SELECT scope, 0 FROM ({scopes}) AS raised
        WHERE scope IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions WHERE revisions.scope = raised.scope);
    UPDATE revisions SET number = number + 1 WHERE scope IN ({scopes});
END"""  # noqa: S608 (constants)


def owners(row: str) -> str:
    return f"SELECT 'owner:' || {row}.owner AS scope UNION SELECT 'member:' || {row}.admin_member_id UNION SELECT '*'"


def subscribers(row: str) -> str:
    account = f"FROM subscriber WHERE username = {row}.username AND domain = {row}.domain"
    return (
        f"SELECT 'owner:' || owner AS scope {account} UNION SELECT 'member:' || admin_member_id {account} "
        "UNION SELECT '*'"
    )


def parties(row: str) -> str:
    """Return the owners of a call, as they are noted beside it."""
    invite = f"FROM dialog_vars WHERE {same_call(row)} AND dialog_key = 'invite'"
    return " UNION ".join(
        [*(f"SELECT {noted_owner('dialog_value', side)} AS scope {invite}" for side in SIDES), "SELECT '*'"]
    )


def noted(row: str) -> str:
    """Return the owners that one note tells."""
    return " UNION ".join(
        [*(f"SELECT {noted_owner(f'{row}.dialog_value', side)} AS scope" for side in SIDES), "SELECT '*'"]
    )


def noted_owner(value: str, side: str) -> str:
    return f"CASE WHEN json_valid({value}) THEN 'owner:' || json_extract({value}, '$.{side}_owner') END"


def is_of_a_call(row: str) -> str:
    call = f"SELECT 1 FROM dialog WHERE {same_call(row)} AND {is_answered('dialog')}"  # noqa: S608 (constants)
    return f"{row}.dialog_key = 'invite' AND EXISTS ({call})"


def same_call(row: str) -> str:
    return f"hash_entry = {row}.hash_entry AND hash_id = {row}.hash_id"


# PostgreSQL

FUNCTION = """
CREATE FUNCTION {signature} LANGUAGE plpgsql {rights} AS $$
{body}
$$"""
AS_OWNER = "SECURITY DEFINER SET search_path FROM CURRENT"
"""Of the triggers' functions: the engine's own role raises the numbers by what it writes, and has no other way to."""

RAISE = """
DECLARE
    raised text;
BEGIN
    FOREACH raised IN ARRAY scopes LOOP
        CONTINUE WHEN raised IS NULL;
        UPDATE revisions SET number = number + 1
            WHERE id = (SELECT id FROM revisions WHERE scope = raised LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF NOT FOUND THEN
            INSERT INTO revisions (scope, number) VALUES (raised, 1);
        END IF;
    END LOOP;
END"""

NOTED_OWNERS = r"""
BEGIN  -- the text may be anything, so it is not read as JSON, which would refuse the write
    RETURN ARRAY['owner:' || substring(value FROM '"caller_owner"\s*:\s*"([^"\\]*)"'),
                 'owner:' || substring(value FROM '"callee_owner"\s*:\s*"([^"\\]*)"')];
END"""

REVISE_OWNED = """
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM raise_revisions(ARRAY['*'] || array_agg(DISTINCT 'owner:' || owner) ||
            array_agg(DISTINCT 'member:' || admin_member_id)) FROM after HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM raise_revisions(ARRAY['*'] || array_agg(DISTINCT 'owner:' || owner) ||
            array_agg(DISTINCT 'member:' || admin_member_id)) FROM before HAVING count(*) > 0;
    ELSE
        PERFORM raise_revisions(ARRAY['*'] || array_agg(DISTINCT 'owner:' || owner) ||
            array_agg(DISTINCT 'member:' || admin_member_id))
            FROM (SELECT owner, admin_member_id FROM before UNION SELECT owner, admin_member_id FROM after) AS changed
            HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END"""

REVISE_BINDING = """
BEGIN
    PERFORM raise_revisions(ARRAY['*', 'owner:' || OLD.owner, 'member:' || OLD.admin_member_id,
        'owner:' || NEW.owner, 'member:' || NEW.admin_member_id]);
    RETURN NULL;
END"""

REVISE_LOCATION = """
DECLARE
    phone location := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM raise_revisions(ARRAY['*'] || coalesce((
        SELECT ARRAY['owner:' || owner, 'member:' || admin_member_id] FROM subscriber
            WHERE username = phone.username AND domain = phone.domain), '{}'));
    RETURN NULL;
END"""

REVISE_CALL = """
DECLARE
    call dialog := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM raise_revisions(ARRAY['*'] || coalesce((
        SELECT noted_owners(dialog_value) FROM dialog_vars
            WHERE hash_entry = call.hash_entry AND hash_id = call.hash_id AND dialog_key = 'invite' LIMIT 1), '{}'));
    RETURN NULL;
END"""

REVISE_NOTE = """
DECLARE
    note dialog_vars := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM raise_revisions(ARRAY['*'] || noted_owners(OLD.dialog_value) || noted_owners(NEW.dialog_value)) FROM dialog
        WHERE hash_entry = note.hash_entry AND hash_id = note.hash_id AND state IN (3, 4) LIMIT 1;
    RETURN NULL;
END"""


def postgresql_statements() -> Iterator[str]:
    functions = {
        "raise_revisions(scopes text[]) RETURNS void": RAISE,
        "noted_owners(value text) RETURNS text[]": NOTED_OWNERS,
        "revise_owned() RETURNS trigger": REVISE_OWNED,
        "revise_binding() RETURNS trigger": REVISE_BINDING,
        "revise_location() RETURNS trigger": REVISE_LOCATION,
        "revise_call() RETURNS trigger": REVISE_CALL,
        "revise_note() RETURNS trigger": REVISE_NOTE,
    }
    for signature, body in functions.items():
        rights = AS_OWNER if signature.endswith("trigger") else ""
        yield FUNCTION.format(signature=signature, rights=rights, body=body)
    for table in OWNED:
        for verb, seen in zip(
            VERBS, ("NEW TABLE AS after", "OLD TABLE AS before NEW TABLE AS after", "OLD TABLE AS before"), strict=True
        ):
            yield (
                f"CREATE TRIGGER revise_{verb.lower()} AFTER {verb} ON {table} REFERENCING {seen} "
                "FOR EACH STATEMENT EXECUTE FUNCTION revise_owned()"
            )
    distinct = "IS DISTINCT FROM"
    yield from row_triggers(BINDINGS, "revise_binding", ["", differs(SHOWN_OF_A_BINDING, distinct), ""])
    renewed = location_differs(distinct, "({row}.expires - {row}.last_modified)")
    yield from row_triggers("location", "revise_location", ["", renewed, ""])
    yield from row_triggers("dialog", "revise_call", [is_answered("NEW"), call_differs(distinct), is_answered("OLD")])
    yield from row_triggers(
        "dialog_vars", "revise_note", [f"{row}.dialog_key = 'invite'" for row in ("NEW", "NEW", "OLD")]
    )


def row_triggers(table: str, function: str, conditions: list[str]) -> Iterator[str]:
    """Return the triggers for each row that is inserted, updated or deleted under its condition."""
    for verb, when in zip(VERBS, conditions, strict=True):
        condition = when and f"WHEN ({when})"
        yield (
            f"CREATE TRIGGER revise_{verb.lower()} AFTER {verb} ON {table} "
            f"FOR EACH ROW {condition} EXECUTE FUNCTION {function}()"
        )
