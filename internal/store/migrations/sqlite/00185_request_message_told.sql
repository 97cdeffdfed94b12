-- +goose Up
-- The unit whose staff were told that a message waits.
ALTER TABLE requests ADD COLUMN message_told INTEGER;
