-- +goose Up
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '' CHECK (length(network) <= 64);
