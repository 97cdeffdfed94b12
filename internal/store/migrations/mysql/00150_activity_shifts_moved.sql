-- +goose Up
ALTER TABLE shifts
    ADD COLUMN moved_at BIGINT,
    ADD COLUMN timed_at BIGINT,
    ADD COLUMN eased_at BIGINT;
