-- +goose Up
-- A notice has a subject and its id, not a column for each feature.
ALTER TABLE notices ADD COLUMN subject TEXT NOT NULL DEFAULT '' CHECK (length(subject) <= 32);
ALTER TABLE notices ADD COLUMN subject_id INTEGER NOT NULL DEFAULT 0;
