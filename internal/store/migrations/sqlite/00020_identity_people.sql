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
    closed_at           INTEGER NULL,
    close_reason        TEXT    NOT NULL CHECK (length(close_reason) <= 16),
    forgotten_at        INTEGER NULL,
    merged_into         INTEGER NULL,
    phone_sealed        BLOB    NULL,
    phone_index         TEXT    NULL CHECK (length(phone_index) <= 100),
    identity_type       TEXT    NOT NULL CHECK (length(identity_type) <= 20) CHECK (identity_type IN ('', 'resident_card', 'passport', 'mainland_permit', 'other')),
    identity_sealed     BLOB    NULL,
    identity_index      TEXT    NULL CHECK (length(identity_index) <= 100),
    CHECK ((identity_type = '') = (identity_sealed IS NULL)),
    CHECK (volunteer_since IS NULL OR birth_date IS NOT NULL)
) STRICT;
CREATE INDEX ix_people_unit ON people (unit_id);
CREATE INDEX ix_people_birth ON people (birth_date);
CREATE INDEX ix_people_phone ON people (phone_index);
CREATE INDEX ix_people_identity ON people (identity_index);
CREATE INDEX ix_people_merged ON people (merged_into);
CREATE INDEX ix_people_closed ON people (forgotten_at, closed_at);
