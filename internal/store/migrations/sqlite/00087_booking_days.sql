-- +goose Up
CREATE TABLE provider_days (
    provider_id INTEGER NOT NULL,
    day         TEXT NOT NULL CHECK (length(day) <= 10),
    taken       INTEGER NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (provider_id, day)
) STRICT;
