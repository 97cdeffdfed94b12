-- +goose Up
CREATE TABLE role_invitations (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    unit_id      INTEGER NOT NULL REFERENCES units (id),
    role         TEXT    NOT NULL CHECK (length(role) <= 20) CHECK (role IN ('social_worker', 'station_staff', 'district_admin')),
    code_hash    TEXT    NOT NULL CHECK (length(code_hash) <= 64),
    invited_by   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    accepted_by  INTEGER,
    accepted_at  INTEGER,
    withdrawn_at INTEGER
) STRICT;
CREATE UNIQUE INDEX uq_role_invitations_code ON role_invitations (code_hash);
CREATE INDEX ix_role_invitations_unit ON role_invitations (unit_id);
CREATE INDEX ix_role_invitations_expiry ON role_invitations (expires_at);
