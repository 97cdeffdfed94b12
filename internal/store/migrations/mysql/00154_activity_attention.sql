-- +goose Up
ALTER TABLE attendances MODIFY attention VARCHAR(200) NOT NULL;
