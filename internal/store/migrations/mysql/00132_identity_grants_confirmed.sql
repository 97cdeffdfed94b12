-- +goose Up
ALTER TABLE role_grants
    ADD COLUMN confirmed_by BIGINT NULL,
    ADD COLUMN confirmed_at BIGINT NULL,
    ADD CONSTRAINT ck_role_grants_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL));
