-- +goose Up
ALTER TABLE people
    ADD COLUMN phone_proved_at BIGINT NULL,
    ADD CONSTRAINT ck_people_phone_proved CHECK (phone_proved_at IS NULL OR phone_index IS NOT NULL);
