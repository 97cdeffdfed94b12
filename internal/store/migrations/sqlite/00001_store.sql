-- +goose Up
CREATE TABLE idempotency_keys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id    INTEGER NOT NULL,
    request_key  TEXT    NOT NULL CHECK (length(request_key) <= 128),
    operation    TEXT    NOT NULL CHECK (length(operation) <= 128),
    body_hash    TEXT    NOT NULL CHECK (length(body_hash) <= 64),
    nonce        TEXT    NOT NULL CHECK (length(nonce) <= 32),
    status       INTEGER NOT NULL,
    content_type TEXT    NOT NULL CHECK (length(content_type) <= 128),
    body         BLOB    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_idempotency_keys ON idempotency_keys (person_id, request_key);
CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at);
