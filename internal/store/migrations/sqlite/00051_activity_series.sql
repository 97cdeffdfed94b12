-- +goose Up
CREATE TABLE shift_series (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    activity_id INTEGER NOT NULL,
    weekdays    TEXT NOT NULL CHECK (length(weekdays) <= 13),
    start_time  TEXT NOT NULL CHECK (length(start_time) <= 5),
    end_time    TEXT NOT NULL CHECK (length(end_time) <= 5),
    from_date   TEXT NOT NULL CHECK (length(from_date) <= 10),
    until_date  TEXT NOT NULL CHECK (length(until_date) <= 10),
    capacity    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_shift_series_activity ON shift_series (activity_id);
