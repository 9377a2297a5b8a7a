"""All tables of the service and of the portal's storage, secrets sealed from the start."""

import sqlalchemy as sa
from alembic import op

from sipsorcery_web.database.base import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "browser_sessions",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name="pk_browser_sessions"),
    )
    op.create_index("ix_browser_sessions_forget_at", "browser_sessions", ["forget_at"], unique=False)
    op.create_table(
        "cdr",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("answered_reason", sa.String(length=512), nullable=True),
        sa.Column("answered_status", sa.Integer(), nullable=False),
        sa.Column("answered_time", UtcDateTime(), nullable=True),
        sa.Column("bridge_id", sa.String(length=36), nullable=True),
        sa.Column("call_direction", sa.String(length=4), nullable=False),
        sa.Column("call_id", sa.String(length=256), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("dst", sa.String(length=128), nullable=True),
        sa.Column("dst_host", sa.String(length=128), nullable=False),
        sa.Column("dst_uri", sa.String(length=1024), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("from_header", sa.String(length=1024), nullable=True),
        sa.Column("from_name", sa.String(length=128), nullable=True),
        sa.Column("from_user", sa.String(length=128), nullable=True),
        sa.Column("hungup_reason", sa.String(length=512), nullable=True),
        sa.Column("hungup_time", UtcDateTime(), nullable=True),
        sa.Column("in_progress_reason", sa.String(length=512), nullable=True),
        sa.Column("in_progress_status", sa.Integer(), nullable=False),
        sa.Column("in_progress_time", UtcDateTime(), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("local_socket", sa.String(length=64), nullable=False),
        sa.Column("remote_socket", sa.String(length=64), nullable=False),
        sa.Column("ring_duration", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cdr"),
    )
    op.create_index("ix_cdr_created", "cdr", ["created"], unique=False)
    op.create_index("ix_cdr_owner_created_id", "cdr", ["owner", "created", "id"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("customer_username", sa.String(length=32), nullable=False),
        sa.Column("email_address", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("security_answer_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("admin_id", sa.String(length=32), nullable=True),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("authorised_apps", sa.String(length=2048), nullable=True),
        sa.Column("city", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=64), nullable=True),
        sa.Column("created_from_ip_address", sa.String(length=45), nullable=True),
        sa.Column("email_address_confirmed", sa.Boolean(), nullable=False),
        sa.Column("execution_count", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("invite_code", sa.String(length=36), nullable=True),
        sa.Column("last_name", sa.String(length=64), nullable=True),
        sa.Column("max_execution_count", sa.Integer(), nullable=False),
        sa.Column("security_question", sa.String(length=1024), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("suspended_reason", sa.String(length=1024), nullable=True),
        sa.Column("time_zone", sa.String(length=128), nullable=True),
        sa.Column("web_site", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("customer_username", name="uq_customers_customer_username"),
        sa.UniqueConstraint("email_address", name="uq_customers_email_address"),
    )
    op.create_table(
        "failedsignins",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failedsignins"),
    )
    op.create_index("ix_failedsignins_address_at", "failedsignins", ["address", "at"], unique=False)
    op.create_index("ix_failedsignins_at", "failedsignins", ["at"], unique=False)
    op.create_table(
        "invitecodes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("used_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invitecodes"),
    )
    op.create_table(
        "kept_forms",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name="pk_kept_forms"),
    )
    op.create_index("ix_kept_forms_expires_at", "kept_forms", ["expires_at"], unique=False)
    op.create_index("ix_kept_forms_username_expires_at", "kept_forms", ["username", "expires_at"], unique=False)
    op.create_table(
        "setuplinks",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_setuplinks"),
    )
    op.create_table(
        "customersessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("customer_username", sa.String(length=32), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("time_limit_minutes", sa.Integer(), nullable=False),
        sa.Column("ip_address", sa.String(length=45), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_username"],
            ["customers.customer_username"],
            name="fk_customersessions_customer_username_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_customersessions"),
    )
    op.create_index("ix_customersessions_customer_username", "customersessions", ["customer_username"], unique=False)
    op.create_index("ix_customersessions_ends_at", "customersessions", ["ends_at"], unique=False)
    op.create_table(
        "sipdialogues",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("bridge_id", sa.String(length=36), nullable=False),
        sa.Column("cdr_id", sa.String(length=36), nullable=False),
        sa.Column("cseq", sa.Integer(), nullable=False),
        sa.Column("call_duration_limit", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("hangup_at", UtcDateTime(), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("local_tag", sa.String(length=64), nullable=False),
        sa.Column("proxy_sip_socket", sa.String(length=64), nullable=True),
        sa.Column("remote_sdp", sa.String(length=2048), nullable=True),
        sa.Column("remote_tag", sa.String(length=64), nullable=False),
        sa.Column("remote_target", sa.String(length=256), nullable=False),
        sa.Column("remote_user_field", sa.String(length=512), nullable=False),
        sa.Column("sdp", sa.String(length=2048), nullable=True),
        sa.Column("switchboard_caller_description", sa.String(length=1024), nullable=True),
        sa.Column("switchboard_description", sa.String(length=1024), nullable=True),
        sa.Column("switchboard_owner", sa.String(length=32), nullable=True),
        sa.Column("transfer_mode", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_sipdialogues_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipdialogues"),
    )
    op.create_index("ix_sipdialogues_owner", "sipdialogues", ["owner"], unique=False)
    op.create_table(
        "sipdialplans",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("dial_plan_name", sa.String(length=64), nullable=False),
        sa.Column("dial_plan_script", sa.Text(), nullable=True),
        sa.Column("script_type_description", sa.String(length=12), nullable=False),
        sa.Column("trace_email_address", sa.String(length=256), nullable=True),
        sa.Column("authorised_apps", sa.String(length=2048), nullable=True),
        sa.Column("execution_count", sa.Integer(), nullable=False),
        sa.Column("max_execution_count", sa.Integer(), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("last_update", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_sipdialplans_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipdialplans"),
        sa.UniqueConstraint("owner", "dial_plan_name", name="uq_sipdialplans_owner_dial_plan_name"),
    )
    op.create_index("ix_sipdialplans_owner", "sipdialplans", ["owner"], unique=False)
    op.create_table(
        "sipdomains",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("domain", sa.String(length=128), nullable=False),
        sa.Column("alias_list", sa.String(length=1024), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_sipdomains_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipdomains"),
        sa.UniqueConstraint("domain", name="uq_sipdomains_domain"),
    )
    op.create_index("ix_sipdomains_owner", "sipdomains", ["owner"], unique=False)
    op.create_table(
        "sipproviders",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("provider_name", sa.String(length=50), nullable=False),
        sa.Column("provider_type", sa.String(length=16), nullable=False),
        sa.Column("provider_username", sa.String(length=32), nullable=True),
        sa.Column("sealed_provider_password", sa.Text(), nullable=True),
        sa.Column("sealed_ha1_md5", sa.Text(), nullable=True),
        sa.Column("custom_headers", sa.String(length=1024), nullable=True),
        sa.Column("gv_callback_number", sa.String(length=16), nullable=True),
        sa.Column("gv_callback_pattern", sa.String(length=32), nullable=True),
        sa.Column("gv_callback_type", sa.String(length=16), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("last_update", UtcDateTime(), nullable=False),
        sa.Column("provider_auth_username", sa.String(length=32), nullable=True),
        sa.Column("provider_from", sa.String(length=256), nullable=True),
        sa.Column("provider_outbound_proxy", sa.String(length=256), nullable=True),
        sa.Column("provider_server", sa.String(length=256), nullable=True),
        sa.Column("register_admin_enabled", sa.Boolean(), nullable=False),
        sa.Column("register_contact", sa.String(length=256), nullable=True),
        sa.Column("register_disabled_reason", sa.String(length=256), nullable=True),
        sa.Column("register_enabled", sa.Boolean(), nullable=False),
        sa.Column("register_expiry", sa.Integer(), nullable=False),
        sa.Column("register_realm", sa.String(length=256), nullable=True),
        sa.Column("register_server", sa.String(length=256), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_sipproviders_owner_customers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipproviders"),
        sa.UniqueConstraint("owner", "provider_name", name="uq_sipproviders_owner_provider_name"),
    )
    op.create_index("ix_sipproviders_owner", "sipproviders", ["owner"], unique=False)
    op.create_table(
        "sipaccounts",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("sip_username", sa.String(length=32), nullable=False),
        sa.Column("sip_domain", sa.String(length=128), nullable=False),
        sa.Column("sealed_sip_password", sa.Text(), nullable=True),
        sa.Column("sealed_ha1_md5", sa.Text(), nullable=True),
        sa.Column("sealed_ha1_sha256", sa.Text(), nullable=True),
        sa.Column("admin_disabled_reason", sa.String(length=256), nullable=True),
        sa.Column("dont_mangle_enabled", sa.Boolean(), nullable=False),
        sa.Column("ip_address_acl", sa.String(length=256), nullable=True),
        sa.Column("in_dial_plan_name", sa.String(length=64), nullable=True),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("is_admin_disabled", sa.Boolean(), nullable=False),
        sa.Column("is_incoming_only", sa.Boolean(), nullable=False),
        sa.Column("is_switchboard_enabled", sa.Boolean(), nullable=False),
        sa.Column("is_user_disabled", sa.Boolean(), nullable=False),
        sa.Column("network_id", sa.String(length=16), nullable=True),
        sa.Column("out_dial_plan_name", sa.String(length=64), nullable=True),
        sa.Column("send_nat_keep_alives", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["customers.customer_username"], name="fk_sipaccounts_owner_customers", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sip_domain"],
            ["sipdomains.domain"],
            name="fk_sipaccounts_sip_domain_sipdomains",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipaccounts"),
        sa.UniqueConstraint("sip_username", "sip_domain", name="uq_sipaccounts_sip_username_sip_domain"),
    )
    op.create_index(
        "ix_sipaccounts_owner_sip_username_id", "sipaccounts", ["owner", "sip_username", "id"], unique=False
    )
    op.create_index("ix_sipaccounts_sip_domain", "sipaccounts", ["sip_domain"], unique=False)
    op.create_table(
        "sipproviderbindings",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("provider_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("provider_name", sa.String(length=50), nullable=False),
        sa.Column("binding_expiry", sa.Integer(), nullable=False),
        sa.Column("binding_uri", sa.String(length=256), nullable=False),
        sa.Column("cseq", sa.Integer(), nullable=False),
        sa.Column("is_registered", sa.Boolean(), nullable=False),
        sa.Column("last_register_attempt", UtcDateTime(), nullable=True),
        sa.Column("last_register_time", UtcDateTime(), nullable=True),
        sa.Column("next_registration_time", UtcDateTime(), nullable=False),
        sa.Column("registrar_sip_socket", sa.String(length=256), nullable=True),
        sa.Column("registration_failure_message", sa.String(length=1024), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["customers.customer_username"],
            name="fk_sipproviderbindings_owner_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["sipproviders.id"],
            name="fk_sipproviderbindings_provider_id_sipproviders",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipproviderbindings"),
        sa.UniqueConstraint("provider_id", name="uq_sipproviderbindings_provider_id"),
    )
    op.create_index("ix_sipproviderbindings_owner", "sipproviderbindings", ["owner"], unique=False)
    op.create_table(
        "sipregistrarbindings",
        sa.Column("id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("sip_account_id", sa.Uuid(native_uuid=False), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("admin_member_id", sa.String(length=32), nullable=True),
        sa.Column("sip_account_name", sa.String(length=161), nullable=False),
        sa.Column("contact_uri", sa.String(length=767), nullable=False),
        sa.Column("mangled_contact_uri", sa.String(length=767), nullable=True),
        sa.Column("expiry", sa.Integer(), nullable=False),
        sa.Column("expiry_time", UtcDateTime(), nullable=False),
        sa.Column("last_update", UtcDateTime(), nullable=False),
        sa.Column("proxy_sip_socket", sa.String(length=64), nullable=True),
        sa.Column("q", sa.String(length=8), nullable=True),
        sa.Column("registrar_sip_socket", sa.String(length=64), nullable=False),
        sa.Column("remote_sip_socket", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=1024), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"],
            ["customers.customer_username"],
            name="fk_sipregistrarbindings_owner_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sip_account_id"],
            ["sipaccounts.id"],
            name="fk_sipregistrarbindings_sip_account_id_sipaccounts",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sipregistrarbindings"),
    )
    op.create_index("ix_sipregistrarbindings_owner", "sipregistrarbindings", ["owner"], unique=False)
    op.create_index("ix_sipregistrarbindings_sip_account_id", "sipregistrarbindings", ["sip_account_id"], unique=False)
    op.create_index(
        "ix_sipregistrarbindings_sip_account_name", "sipregistrarbindings", ["sip_account_name"], unique=False
    )
