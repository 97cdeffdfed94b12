-- +goose Up
-- Of the few that are marked alone: SQLite would rather go through a unit's requests, or all without a worker.
DROP INDEX ix_requests_follow_up;
DROP INDEX ix_requests_message_waits;
CREATE INDEX ix_requests_follow_up ON requests (follow_up, unit_id, id) WHERE follow_up = 1;
CREATE INDEX ix_requests_message_waits ON requests (message_waits, unit_id, id) WHERE message_waits = 1;
