-- A role of its own for Kamailio, after the portal has run once: sudo -u postgres psql -d sipsorcery -f engine-role.sql
-- It sees the tables of the engine; customers, passwords and sessions of the portal stay out of its reach.
-- `flask engine run` has its connections ask for synchronous_commit=off; registrations wait for the disk all the same.
-- All of it or nothing: an error, or two passwords that differ, leave no role behind.
\set ON_ERROR_STOP on
BEGIN;
CREATE ROLE kamailio LOGIN;
\password kamailio
GRANT USAGE ON SCHEMA public TO kamailio;
GRANT SELECT ON version, subscriber, provider_contacts TO kamailio;
GRANT SELECT, INSERT, UPDATE, DELETE ON location, location_attrs, dialog, dialog_vars, acc_cdrs TO kamailio;
GRANT USAGE, SELECT ON SEQUENCE location_id_seq, location_attrs_id_seq, dialog_id_seq, dialog_vars_id_seq,
    acc_cdrs_id_seq TO kamailio;
COMMIT;
