-- +goose Up
CREATE TABLE link_codes (
    person_id  INTEGER NOT NULL PRIMARY KEY REFERENCES people (id),
    hash       TEXT NOT NULL CHECK (length(hash) <= 64),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_link_codes_hash ON link_codes (hash);
