-- +goose Up
ALTER TABLE requests DROP COLUMN supervisor_id, ADD KEY ix_requests_filed (filed_by, is_open, id);
