-- +goose Up
CREATE TABLE holidays (
    day        TEXT NOT NULL PRIMARY KEY CHECK (length(day) <= 10),
    name       TEXT NOT NULL CHECK (length(name) <= 20),
    kind       TEXT NOT NULL CHECK (length(kind) <= 8 AND kind IN ('off', 'work')),
    as_weekday INTEGER NOT NULL CHECK (as_weekday BETWEEN 0 AND 7),
    created_at INTEGER NOT NULL
) STRICT;
