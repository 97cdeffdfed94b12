-- +goose Up
-- More reasons than fit: the CHECK of the length is part of the table.
CREATE TABLE attendances_new (
    signup_id    INTEGER NOT NULL PRIMARY KEY,
    shift_id     INTEGER NOT NULL,
    unit_id      INTEGER NOT NULL,
    in_at        INTEGER NOT NULL,
    in_method    TEXT NOT NULL CHECK (length(in_method) <= 16),
    out_at       INTEGER,
    out_method   TEXT NOT NULL CHECK (length(out_method) <= 16),
    in_distance  INTEGER,
    out_distance INTEGER,
    attention    TEXT NOT NULL CHECK (length(attention) <= 200),
    needs_look   INTEGER NOT NULL,
    CHECK (out_at IS NULL OR out_at >= in_at)
) STRICT;
INSERT INTO attendances_new SELECT signup_id, shift_id, unit_id, in_at, in_method, out_at, out_method, in_distance, out_distance, attention, needs_look FROM attendances;
DROP TABLE attendances;
ALTER TABLE attendances_new RENAME TO attendances;
CREATE INDEX ix_attendances_shift ON attendances (shift_id, in_at);
CREATE INDEX ix_attendances_look ON attendances (needs_look, unit_id, signup_id);
