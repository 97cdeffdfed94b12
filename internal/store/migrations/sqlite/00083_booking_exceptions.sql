-- +goose Up
CREATE TABLE provider_exceptions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id  INTEGER NOT NULL,
    day          TEXT NOT NULL CHECK (length(day) <= 10),
    kind         TEXT NOT NULL CHECK (length(kind) <= 8 AND kind IN ('off', 'extra')),
    start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute   INTEGER NOT NULL,
    note         TEXT NOT NULL CHECK (length(note) <= 40),
    created_at   INTEGER NOT NULL,
    CHECK (end_minute > start_minute AND end_minute <= start_minute + 1440)
) STRICT;
CREATE INDEX ix_provider_exceptions ON provider_exceptions (provider_id, day);
