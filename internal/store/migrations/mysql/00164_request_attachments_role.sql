-- +goose Up
ALTER TABLE request_attachments ADD COLUMN author_role VARCHAR(16) NOT NULL DEFAULT '' CHECK (author_role IN ('', 'resident', 'staff', 'worker', 'supervisor'));
