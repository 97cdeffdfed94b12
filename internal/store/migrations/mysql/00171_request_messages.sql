-- +goose Up
ALTER TABLE requests ADD COLUMN message_waits BIGINT, ADD KEY ix_requests_message_waits (message_waits, unit_id, id);
