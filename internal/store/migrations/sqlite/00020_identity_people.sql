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
    privacy_version     TEXT    NOT NULL CHECK (length(privacy_version) <= 20),
    created_at          INTEGER NOT NULL,
    CHECK (volunteer_since IS NULL OR birth_date IS NOT NULL)
) STRICT;
CREATE INDEX ix_people_unit ON people (unit_id);
