-- +goose Up
CREATE TABLE guardian_codes (
    child_id   INTEGER NOT NULL PRIMARY KEY REFERENCES people (id),
    hash       TEXT NOT NULL CHECK (length(hash) <= 64),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_guardian_codes_hash ON guardian_codes (hash);
