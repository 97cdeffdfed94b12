-- +goose Up
ALTER TABLE hour_proposals
    ADD COLUMN from_at BIGINT,
    ADD COLUMN to_at BIGINT,
    ADD COLUMN presence BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN why VARCHAR(16) NOT NULL DEFAULT '' CHECK (why IN ('', 'daily_cap', 'attention'));
