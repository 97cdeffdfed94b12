-- +goose Up
ALTER TABLE notices DROP COLUMN signup_id, DROP COLUMN activity_id, DROP COLUMN request_id, DROP COLUMN entry_id;
