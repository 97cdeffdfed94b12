-- +goose Up
ALTER TABLE requests ADD COLUMN message_waits INTEGER;
CREATE INDEX ix_requests_message_waits ON requests (message_waits, unit_id, id);
