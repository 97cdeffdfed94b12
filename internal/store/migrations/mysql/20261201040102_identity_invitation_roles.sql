-- +goose Up
-- The code holds the roles: more of them come (auth.Role).
ALTER TABLE role_invitations DROP CONSTRAINT ck_role_invitations_role;
