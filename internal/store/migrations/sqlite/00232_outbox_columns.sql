-- +goose Up
ALTER TABLE notices DROP COLUMN signup_id;
ALTER TABLE notices DROP COLUMN activity_id;
ALTER TABLE notices DROP COLUMN request_id;
ALTER TABLE notices DROP COLUMN entry_id;
