-- +goose Up
-- A notice has a subject and its id, not a column for each feature.
ALTER TABLE notices ADD COLUMN subject VARCHAR(32) NOT NULL DEFAULT '', ADD COLUMN subject_id BIGINT NOT NULL DEFAULT 0;
