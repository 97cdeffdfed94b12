-- +goose Up
ALTER TABLE requests DROP COLUMN supervisor_id;
CREATE INDEX ix_requests_filed ON requests (filed_by, is_open, id);
