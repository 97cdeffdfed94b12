-- +goose Up
-- The code holds the roles: more of them come (auth.Role).
ALTER TABLE role_grants DROP CONSTRAINT ck_role_grants_role;
