-- +goose Up
ALTER TABLE activities ADD COLUMN published_at BIGINT;
