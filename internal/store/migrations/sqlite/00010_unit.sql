-- +goose Up
CREATE TABLE units (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id  INTEGER NULL REFERENCES units (id),
    kind       TEXT    NOT NULL CHECK (length(kind) <= 20) CHECK (kind IN ('district_centre', 'station', 'room')),
    name       TEXT    NOT NULL CHECK (length(name) <= 60),
    path       TEXT    NOT NULL CHECK (length(path) <= 200),
    phone      TEXT    NOT NULL CHECK (length(phone) <= 30),
    address    TEXT    NOT NULL CHECK (length(address) <= 120),
    open_hours TEXT    NOT NULL CHECK (length(open_hours) <= 40),
    latitude   REAL    NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude  REAL    NULL CHECK (longitude BETWEEN -180 AND 180),
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_units_path ON units (path);
CREATE INDEX ix_units_parent ON units (parent_id);
