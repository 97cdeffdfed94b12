-- +goose Up
CREATE TABLE volunteer_hours (
    person_id INTEGER NOT NULL PRIMARY KEY,
    sequence  INTEGER NOT NULL,
    last_hash TEXT NOT NULL CHECK (length(last_hash) <= 64),
    minutes   INTEGER NOT NULL CHECK (minutes >= 0),
    entries   INTEGER NOT NULL
) STRICT;
