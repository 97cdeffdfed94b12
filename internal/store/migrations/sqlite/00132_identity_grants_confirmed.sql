-- +goose Up
ALTER TABLE role_grants ADD COLUMN confirmed_by INTEGER NULL;
ALTER TABLE role_grants ADD COLUMN confirmed_at INTEGER NULL CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL));
