-- +goose Up
-- Limits as dated rows (rule 11): unit_id is a district centre or a city, or 0, the whole system (NULLs would escape the unique key).
CREATE TABLE policies (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT    NOT NULL CHECK (length(kind) <= 40),
    unit_id    INTEGER NOT NULL,
    from_day   TEXT    NOT NULL CHECK (length(from_day) <= 10),
    value      INTEGER NOT NULL CHECK (value >= 0),
    used       INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX policies_day ON policies (kind, unit_id, from_day);
