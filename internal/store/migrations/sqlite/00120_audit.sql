-- +goose Up
CREATE TABLE audit_entries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    actor_id    INTEGER NOT NULL,
    role        TEXT    NOT NULL CHECK (length(role) <= 20),
    district_id INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL,
    operation   TEXT    NOT NULL CHECK (length(operation) <= 60),
    entity      TEXT    NOT NULL CHECK (length(entity) <= 20),
    entity_id   INTEGER NOT NULL,
    minor       INTEGER NOT NULL,
    before_json TEXT    NOT NULL,
    after_json  TEXT    NOT NULL,
    network     TEXT    NOT NULL CHECK (length(network) <= 45),
    request_id  TEXT    NOT NULL CHECK (length(request_id) <= 32)
) STRICT;
CREATE INDEX ix_audit_entries_district ON audit_entries (district_id, at);
CREATE INDEX ix_audit_entries_operation ON audit_entries (district_id, operation, at);
CREATE INDEX ix_audit_entries_minor ON audit_entries (district_id, minor, at);
CREATE INDEX ix_audit_entries_actor ON audit_entries (actor_id, at);
CREATE INDEX ix_audit_entries_entity ON audit_entries (entity, entity_id, at);
