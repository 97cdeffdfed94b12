-- +goose Up
ALTER TABLE request_attachments ADD COLUMN seen_at INTEGER;
