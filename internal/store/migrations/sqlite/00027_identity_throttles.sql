-- +goose Up
CREATE TABLE throttles (
    name         TEXT    NOT NULL PRIMARY KEY CHECK (length(name) <= 120),
    window_start INTEGER NOT NULL,
    hits         INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_throttles_start ON throttles (window_start);
