-- +goose Up
ALTER TABLE signups ADD COLUMN walk_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signups ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ix_signups_remind ON signups (state, reminded, starts_at, id);
