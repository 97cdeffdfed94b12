-- +goose Up
ALTER TABLE request_attachments ADD COLUMN author_role TEXT NOT NULL DEFAULT '' CHECK (length(author_role) <= 16 AND author_role IN ('', 'resident', 'staff', 'worker', 'supervisor'));
