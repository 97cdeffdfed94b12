-- +goose Up
ALTER TABLE shifts ADD COLUMN moved_at BIGINT;
