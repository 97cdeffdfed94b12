-- +goose Up
-- Of those from before nobody knows: they are taken as seen.
UPDATE request_attachments SET seen_at = created_at WHERE seen_at IS NULL;
