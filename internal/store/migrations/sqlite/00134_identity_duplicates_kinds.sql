-- +goose Up
ALTER TABLE person_duplicates ADD COLUMN by_link INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person_duplicates ADD COLUMN by_unionid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person_duplicates ADD COLUMN by_proved_phone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person_duplicates ADD COLUMN apart INTEGER NOT NULL DEFAULT 0 CHECK (apart = 0 OR state = 'different');
CREATE INDEX ix_person_duplicates_high ON person_duplicates (high_id);
