-- +goose Up
ALTER TABLE requests ADD COLUMN reschedules INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN time_asked_at INTEGER;
CREATE INDEX ix_requests_beneficiary ON requests (beneficiary_name, is_open);
