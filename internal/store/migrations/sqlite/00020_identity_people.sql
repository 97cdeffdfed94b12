-- +goose Up
CREATE TABLE people (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    name                TEXT    NOT NULL CHECK (length(name) <= 40),
    sex                 TEXT    NOT NULL CHECK (length(sex) <= 10) CHECK (sex IN ('female', 'male', 'unknown')),
    birth_date          TEXT    NULL CHECK (length(birth_date) <= 10),
    unit_id             INTEGER NULL REFERENCES units (id),
    skills              TEXT    NOT NULL CHECK (length(skills) <= 200),
    volunteer_since     INTEGER NULL,
    show_on_leaderboard INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    closed_at           INTEGER NULL,
    close_reason        TEXT    NOT NULL CHECK (length(close_reason) <= 16),
    forgotten_at        INTEGER NULL,
    CHECK (volunteer_since IS NULL OR birth_date IS NOT NULL)
) STRICT;
CREATE INDEX ix_people_unit ON people (unit_id);
CREATE INDEX ix_people_closed ON people (forgotten_at, closed_at);
