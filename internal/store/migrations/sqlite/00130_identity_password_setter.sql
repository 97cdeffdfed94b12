-- +goose Up
ALTER TABLE password_logins ADD COLUMN set_by INTEGER NULL;
