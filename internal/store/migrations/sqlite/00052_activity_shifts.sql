-- +goose Up
CREATE TABLE shifts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    activity_id INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL,
    series_id   INTEGER,
    starts_at   INTEGER NOT NULL,
    ends_at     INTEGER NOT NULL,
    capacity    INTEGER NOT NULL CHECK (capacity > 0),
    taken       INTEGER NOT NULL CHECK (taken >= 0),
    waitlisted  INTEGER NOT NULL CHECK (waitlisted >= 0),
    state       TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('open', 'cancelled')),
    secret      TEXT NOT NULL CHECK (length(secret) <= 64),
    swept       INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    CHECK (taken <= capacity),
    CHECK (ends_at > starts_at)
) STRICT;
CREATE UNIQUE INDEX uq_shifts_series ON shifts (series_id, starts_at);
CREATE INDEX ix_shifts_activity ON shifts (activity_id, starts_at);
CREATE INDEX ix_shifts_unit ON shifts (unit_id, starts_at);
CREATE INDEX ix_shifts_sweep ON shifts (swept, ends_at);
CREATE INDEX ix_shifts_days ON shifts (state, starts_at);
