-- +goose Up
CREATE TABLE hour_totals (
    scope      TEXT NOT NULL CHECK (length(scope) <= 16 AND scope IN ('campaign', 'campaign_unit', 'unit')),
    scope_id   INTEGER NOT NULL,
    part       TEXT NOT NULL CHECK (length(part) <= 20),
    stripe     INTEGER NOT NULL,
    minutes    INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    volunteers INTEGER NOT NULL,
    PRIMARY KEY (scope, scope_id, part, stripe)
) STRICT;
