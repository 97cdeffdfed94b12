-- +goose Up
CREATE TABLE attendances (
    signup_id    INTEGER NOT NULL PRIMARY KEY,
    shift_id     INTEGER NOT NULL,
    unit_id      INTEGER NOT NULL,
    in_at        INTEGER NOT NULL,
    in_method    TEXT NOT NULL CHECK (length(in_method) <= 16),
    out_at       INTEGER,
    out_method   TEXT NOT NULL CHECK (length(out_method) <= 16),
    in_distance  INTEGER,
    out_distance INTEGER,
    attention    TEXT NOT NULL CHECK (length(attention) <= 80),
    needs_look   INTEGER NOT NULL,
    CHECK (out_at IS NULL OR out_at >= in_at)
) STRICT;
CREATE INDEX ix_attendances_shift ON attendances (shift_id, in_at);
CREATE INDEX ix_attendances_look ON attendances (needs_look, unit_id, signup_id);
