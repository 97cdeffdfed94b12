-- +goose Up
CREATE TABLE grant_changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id  INTEGER NOT NULL,
    unit_id    INTEGER NOT NULL,
    role       TEXT    NOT NULL CHECK (length(role) <= 20),
    action     TEXT    NOT NULL CHECK (length(action) <= 10) CHECK (action IN ('granted', 'revoked')),
    changed_by INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_grant_changes_person ON grant_changes (person_id, changed_at);
CREATE INDEX ix_grant_changes_unit ON grant_changes (unit_id, changed_at);
