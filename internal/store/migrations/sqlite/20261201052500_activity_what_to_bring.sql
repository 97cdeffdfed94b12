-- +goose Up
ALTER TABLE activities ADD COLUMN what_to_bring TEXT NOT NULL DEFAULT '' CHECK (length(what_to_bring) <= 200);
