-- +goose Up
CREATE TABLE providers (
    person_id     INTEGER NOT NULL PRIMARY KEY,
    unit_id       INTEGER NOT NULL,
    level         TEXT NOT NULL CHECK (length(level) <= 16 AND level IN ('none', 'junior', 'intermediate', 'senior')),
    supervisor_id INTEGER,
    daily_cap     INTEGER NOT NULL CHECK (daily_cap >= 0),
    active        INTEGER NOT NULL,
    feed_hash     TEXT CHECK (length(feed_hash) <= 64),
    created_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_providers_feed ON providers (feed_hash);
CREATE INDEX ix_providers_unit ON providers (unit_id, active);
