"""The tables that Kamailio reads and writes; with SQLite they are in a file of their own, which holds HA1 in clear.

Kamailio 5.6 chooses how to read a column by the type it was declared with, so the types are those of its own scripts
(usrloc 9, dialog 7, dialog_vars 1, uacreg 5, acc_cdrs 2), without limits on length: PostgreSQL would drop a whole row
for one long display name. The columns behind them in the same table are this project's; Kamailio leaves them alone.
"""

from collections.abc import Iterator

from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = "VARCHAR NOT NULL DEFAULT ''"
TIME = "TIMESTAMP WITHOUT TIME ZONE NOT NULL"
COUNT = "INTEGER NOT NULL DEFAULT 0"

VERSIONS = {"location": 9, "location_attrs": 1, "dialog": 7, "dialog_vars": 1, "uacreg": 5, "acc_cdrs": 2}

TABLES = {
    "version": f"table_name VARCHAR(32) NOT NULL UNIQUE, table_version {COUNT}",
    "subscriber": f"""
        account_id VARCHAR NOT NULL UNIQUE, username {TEXT}, domain {TEXT}, ha1_md5 {TEXT}, ha1_sha256 {TEXT},
        owner {TEXT}, disabled {COUNT}, incoming_only {COUNT}, keep_alives {COUNT}, as_sent {COUNT},
        trusted_addresses {TEXT}, UNIQUE (username, domain)""",
    "location": f"""
        ruid VARCHAR NOT NULL UNIQUE, username {TEXT}, domain VARCHAR, contact {TEXT}, received VARCHAR, path VARCHAR,
        expires {TIME}, q REAL NOT NULL DEFAULT 1.0, callid {TEXT}, cseq {COUNT}, last_modified {TIME},
        flags {COUNT}, cflags {COUNT}, user_agent {TEXT}, socket VARCHAR, methods INTEGER, instance VARCHAR,
        reg_id {COUNT}, server_id {COUNT}, connection_id {COUNT}, keepalive {COUNT}, partition {COUNT},
        binding_id {{guid}}, aor VARCHAR GENERATED ALWAYS AS (username || '@' || coalesce(domain, '')) STORED""",
    "location_attrs": f"""
        ruid {TEXT}, username {TEXT}, domain VARCHAR, aname {TEXT}, atype {COUNT}, avalue {TEXT},
        last_modified {TIME}""",
    "dialog": f"""
        hash_entry INTEGER NOT NULL, hash_id INTEGER NOT NULL, callid VARCHAR NOT NULL, from_uri VARCHAR NOT NULL,
        from_tag VARCHAR NOT NULL, to_uri VARCHAR NOT NULL, to_tag VARCHAR NOT NULL, caller_cseq VARCHAR NOT NULL,
        callee_cseq VARCHAR NOT NULL, caller_route_set VARCHAR, callee_route_set VARCHAR,
        caller_contact VARCHAR NOT NULL, callee_contact VARCHAR NOT NULL, caller_sock VARCHAR NOT NULL,
        callee_sock VARCHAR NOT NULL, state INTEGER NOT NULL, start_time INTEGER NOT NULL, timeout {COUNT},
        sflags {COUNT}, iflags {COUNT}, toroute_name VARCHAR, req_uri VARCHAR NOT NULL, xdata VARCHAR,
        bridge_id {{guid}}, out_leg_id {{guid}}, in_leg_id {{guid}}""",
    "dialog_vars": """
        hash_entry INTEGER NOT NULL, hash_id INTEGER NOT NULL, dialog_key VARCHAR NOT NULL,
        dialog_value VARCHAR NOT NULL""",
    "uacreg": f"""
        l_uuid VARCHAR NOT NULL UNIQUE, l_username {TEXT}, l_domain {TEXT}, r_username {TEXT}, r_domain {TEXT},
        realm {TEXT}, auth_username {TEXT}, auth_password {TEXT}, auth_ha1 {TEXT}, auth_proxy {TEXT},
        expires {COUNT}, flags {COUNT}, reg_delay {COUNT}, contact_addr {TEXT}, socket {TEXT},
        custom_headers {TEXT}""",
    "provider_answers": f"""
        l_uuid VARCHAR NOT NULL UNIQUE, sent_at {COUNT}, answered_at {COUNT}, answer_code {COUNT},
        answer_reason {TEXT}""",
    "acc_cdrs": f"""
        start_time {TIME}, end_time {TIME}, duration REAL NOT NULL DEFAULT 0,
        call_id VARCHAR, caller_owner VARCHAR, callee_owner VARCHAR, from_header VARCHAR, from_name VARCHAR,
        from_user VARCHAR, dst_uri VARCHAR, dst_user VARCHAR, dst_host VARCHAR, remote_socket VARCHAR,
        local_socket VARCHAR, callee_socket VARCHAR, setup_time VARCHAR, ring_code VARCHAR, ring_reason VARCHAR,
        ring_time VARCHAR, answer_code VARCHAR, answer_reason VARCHAR, answer_time VARCHAR, hangup_reason VARCHAR,
        hangup_time VARCHAR, bridge_id {{guid}}, out_leg_id {{guid}}, in_leg_id {{guid}}""",
}

INDEXES = {
    "location": (
        "username, domain, contact",
        "expires",
        "connection_id",
        "server_id, connection_id",
        "binding_id",
        "aor",
    ),
    "location_attrs": ("username, domain, ruid", "last_modified"),
    "dialog": ("hash_entry, hash_id",),
    "dialog_vars": ("hash_entry, hash_id",),
    "subscriber": ("owner",),
}


def upgrade() -> None:
    for statement in statements(op.get_bind().dialect.name == "sqlite"):
        op.execute(statement)


def statements(is_sqlite: bool) -> Iterator[str]:
    """The tables and their indexes in either dialect."""
    schema = "engine." if is_sqlite else ""
    key = "id INTEGER PRIMARY KEY NOT NULL" if is_sqlite else "id SERIAL PRIMARY KEY"
    guid = "lower(hex(randomblob(16)))" if is_sqlite else "replace(gen_random_uuid()::text, '-', '')"
    for table, columns in TABLES.items():
        filled = columns.replace("{guid}", f"VARCHAR NOT NULL DEFAULT ({guid})")
        yield f"CREATE TABLE {schema}{table} ({key}, {filled})"
        for columns_of_index in INDEXES.get(table, ()):
            name = f"ix_{table}_{columns_of_index.replace(', ', '_')}"
            yield f"CREATE INDEX {schema}{name} ON {table} ({columns_of_index})"
    for table, version in VERSIONS.items():
        yield f"INSERT INTO {schema}version (table_name, table_version) VALUES ('{table}', {version})"  # noqa: S608 (constants)
