-- The indexes for searches, where the migration could not make the extension pg_trgm (see README.md, "Searches").
-- Run as the owner of the tables, in their schema: psql -f search-indexes.sql
CREATE INDEX IF NOT EXISTS ix_sipaccounts_trigrams ON sipaccounts
    USING gin (
        lower(sip_username COLLATE "C") gin_trgm_ops,
        lower(sip_domain COLLATE "C") gin_trgm_ops,
        lower(owner COLLATE "C") gin_trgm_ops
    );
CREATE INDEX IF NOT EXISTS ix_sipregistrarbindings_trigrams ON sipregistrarbindings
    USING gin (
        lower(sip_account_name COLLATE "C") gin_trgm_ops,
        lower(user_agent COLLATE "C") gin_trgm_ops,
        lower(remote_sip_socket COLLATE "C") gin_trgm_ops,
        lower(owner COLLATE "C") gin_trgm_ops
    );
CREATE INDEX IF NOT EXISTS ix_sipproviders_trigrams ON sipproviders
    USING gin (
        lower(provider_name COLLATE "C") gin_trgm_ops,
        lower(provider_server COLLATE "C") gin_trgm_ops,
        lower(provider_username COLLATE "C") gin_trgm_ops,
        lower(owner COLLATE "C") gin_trgm_ops
    );
CREATE INDEX IF NOT EXISTS ix_sipproviderbindings_trigrams ON sipproviderbindings
    USING gin (
        lower(provider_name COLLATE "C") gin_trgm_ops,
        lower(binding_uri COLLATE "C") gin_trgm_ops,
        lower(registrar_sip_socket COLLATE "C") gin_trgm_ops,
        lower(owner COLLATE "C") gin_trgm_ops
    );
CREATE INDEX IF NOT EXISTS ix_sipdialplans_trigrams ON sipdialplans
    USING gin (
        lower(dial_plan_name COLLATE "C") gin_trgm_ops,
        lower(owner COLLATE "C") gin_trgm_ops
    );
CREATE INDEX IF NOT EXISTS ix_cdr_trigrams ON cdr
    USING gin (
        lower(dst COLLATE "C") gin_trgm_ops,
        lower(dst_uri COLLATE "C") gin_trgm_ops,
        lower(from_user COLLATE "C") gin_trgm_ops,
        lower(from_name COLLATE "C") gin_trgm_ops,
        lower(from_header COLLATE "C") gin_trgm_ops
    );
