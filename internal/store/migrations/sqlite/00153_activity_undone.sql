-- +goose Up
CREATE TABLE undone_scans (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    signup_id INTEGER NOT NULL,
    kind      TEXT NOT NULL CHECK (length(kind) <= 8 AND kind IN ('in', 'out')),
    at        INTEGER NOT NULL,
    method    TEXT NOT NULL CHECK (length(method) <= 16),
    distance  INTEGER,
    attention TEXT NOT NULL CHECK (length(attention) <= 200),
    reason    TEXT NOT NULL CHECK (length(reason) <= 200),
    undone_by INTEGER NOT NULL,
    undone_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_undone_scans_signup ON undone_scans (signup_id, id);
