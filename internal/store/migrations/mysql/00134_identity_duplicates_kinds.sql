-- +goose Up
ALTER TABLE person_duplicates
    ADD COLUMN by_link BOOLEAN NOT NULL DEFAULT 0,
    ADD COLUMN by_unionid BOOLEAN NOT NULL DEFAULT 0,
    ADD COLUMN by_proved_phone BOOLEAN NOT NULL DEFAULT 0,
    ADD COLUMN apart BOOLEAN NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_person_duplicates_apart CHECK (apart = 0 OR state = 'different'),
    ADD KEY ix_person_duplicates_high (high_id);
