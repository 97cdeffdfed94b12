-- +goose Up
-- A holiday is a district's: its days off are not all districts'. The rows of before have the unit 0 until 00201.
ALTER TABLE holidays RENAME TO holidays_before;
CREATE TABLE holidays (
    unit_id    INTEGER NOT NULL DEFAULT 0,
    day        TEXT NOT NULL CHECK (length(day) <= 10),
    name       TEXT NOT NULL CHECK (length(name) <= 20),
    kind       TEXT NOT NULL CHECK (length(kind) <= 8 AND kind IN ('off', 'work')),
    as_weekday INTEGER NOT NULL CHECK (as_weekday BETWEEN 0 AND 7),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (unit_id, day)
) STRICT;
INSERT INTO holidays (unit_id, day, name, kind, as_weekday, created_at) SELECT 0, day, name, kind, as_weekday, created_at FROM holidays_before;
DROP TABLE holidays_before;
