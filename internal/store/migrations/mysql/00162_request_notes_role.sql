-- +goose Up
ALTER TABLE request_notes ADD COLUMN author_role VARCHAR(16) NOT NULL DEFAULT '' CHECK (author_role IN ('', 'resident', 'staff', 'worker', 'supervisor'));
