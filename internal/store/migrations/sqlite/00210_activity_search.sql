-- +goose Up
ALTER TABLE activities ADD COLUMN search TEXT NOT NULL DEFAULT '' CHECK (length(search) <= 300);
