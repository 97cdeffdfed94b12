-- +goose Up
CREATE TABLE refresh_tokens (
    hash       TEXT    NOT NULL PRIMARY KEY CHECK (length(hash) <= 64),
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    issued_at  INTEGER NOT NULL,
    used_at    INTEGER NULL
) STRICT;
CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (session_id);
