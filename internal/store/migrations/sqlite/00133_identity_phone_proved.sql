-- +goose Up
ALTER TABLE people ADD COLUMN phone_proved_at INTEGER NULL CHECK (phone_proved_at IS NULL OR phone_index IS NOT NULL);
