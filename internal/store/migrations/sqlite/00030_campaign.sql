-- +goose Up
CREATE TABLE campaigns (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    unit_id      INTEGER NOT NULL,
    name         TEXT NOT NULL CHECK (length(name) <= 30),
    story        TEXT NOT NULL CHECK (length(story) <= 1000),
    art          TEXT NOT NULL CHECK (length(art) <= 16 AND art IN ('orchid', 'river', 'path')),
    goal_minutes INTEGER NOT NULL CHECK (goal_minutes > 0),
    starts_on    TEXT NOT NULL CHECK (length(starts_on) <= 10),
    ends_on      TEXT NOT NULL CHECK (length(ends_on) <= 10),
    created_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_campaigns_name ON campaigns (name);
CREATE INDEX ix_campaigns_unit ON campaigns (unit_id);
