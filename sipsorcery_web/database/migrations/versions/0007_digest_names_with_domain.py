"""The HA1 of a phone that gives its name with the domain, `alice@sip.local`, in its credentials.

The columns are filled when the portal starts, with all of the table. What stands in them until then is nobody's HA1:
an empty one could be answered by anybody.
"""

import secrets

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    schema = "engine." if op.get_bind().dialect.name == "sqlite" else ""
    for column in ("ha1b_md5", "ha1b_sha256"):
        nobodys = secrets.token_hex(32)
        op.execute(f"ALTER TABLE {schema}subscriber ADD COLUMN {column} VARCHAR NOT NULL DEFAULT '{nobodys}'")
    op.execute(f"CREATE INDEX {schema}ix_subscriber_domain_lower_username ON subscriber (domain, lower(username))")
    op.execute(f"CREATE INDEX {schema}ix_dialog_callid ON dialog (callid)")
