-- +goose Up
CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id    INTEGER NOT NULL REFERENCES people (id),
    created_at   INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER NULL
) STRICT;
CREATE INDEX ix_sessions_person ON sessions (person_id);
CREATE INDEX ix_sessions_expires ON sessions (expires_at);
