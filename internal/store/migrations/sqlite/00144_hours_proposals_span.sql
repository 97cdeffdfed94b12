-- +goose Up
ALTER TABLE hour_proposals ADD COLUMN from_at INTEGER;
ALTER TABLE hour_proposals ADD COLUMN to_at INTEGER;
ALTER TABLE hour_proposals ADD COLUMN presence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hour_proposals ADD COLUMN why TEXT NOT NULL DEFAULT '' CHECK (length(why) <= 16 AND why IN ('', 'daily_cap', 'attention'));
