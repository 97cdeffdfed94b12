-- +goose Up
ALTER TABLE requests ADD COLUMN reschedules BIGINT NOT NULL DEFAULT 0, ADD COLUMN time_asked_at BIGINT, ADD KEY ix_requests_beneficiary (beneficiary_name, is_open);
